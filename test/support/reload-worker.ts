// A process that reads its log level again at SIGHUP: node reload-worker.ts <file>, which holds only the level.
import { readFileSync } from "node:fs";
import { reloadableLevel, reloadOnHangup } from "../../cmd/connector/process/reload.ts";
import { createSignals } from "../../cmd/connector/process/signals.ts";
import { GovernanceError } from "../../pkg/core/errors.ts";
import type { LogLevel } from "../../pkg/core/log-level.ts";
import { createLogger } from "../../pkg/ops/logger.ts";

const [, , file = ""] = process.argv;
const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

function readLevel(): LogLevel {
  const text = readFileSync(file, "utf8").trim();
  const level = LEVELS.find((each) => each === text);
  if (level === undefined) throw new GovernanceError("invalid-argument", "log-level: no such level");
  return level;
}

const log = createLogger({
  level: readLevel(),
  format: "json",
  write: (line) => process.stderr.write(line),
  now: Date.now,
});
const signals = createSignals({
  source: process,
  onTerminal: false,
  reloadFailed: (error) => log.failure("unexpected", error),
});
reloadOnHangup(
  [
    reloadableLevel(log, () => ({ level: readLevel(), debugExpiresAt: undefined })),
    { name: "the debug line", reload: () => log.debug("logged at debug") },
  ],
  signals,
  log,
);
const alive = setInterval(() => {}, 60_000);
signals.signal.addEventListener("abort", () => clearInterval(alive));
log.info("ready");
