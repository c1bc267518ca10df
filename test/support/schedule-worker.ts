// A process that only syncs by its schedule: node schedule-worker.ts <setting>=<value>...

import { compose } from "../../cmd/connector/app/compose.ts";
import { startScheduledSync } from "../../cmd/connector/app/scheduled-sync.ts";
import { toExitCode } from "../../cmd/connector/cli/with-runtime.ts";
import { createSignals } from "../../cmd/connector/process/signals.ts";
import { createOutput } from "../../cmd/connector/process/stdio.ts";
import { memoryContext } from "../../cmd/connector/testing.fixture.ts";
import { loadConfig } from "../../pkg/config/load-config.ts";

const flags = new Map(
  process.argv.slice(2).map((argument) => {
    const [name = "", value = ""] = argument.split(/=(.*)/s);
    return [name, value] as const;
  }),
);
const { signal } = createSignals({ source: process, onTerminal: false, reloadFailed: () => {} });
const context = {
  ...memoryContext(),
  env: process.env,
  signal,
  now: Date.now,
  monotonic: () => performance.now(),
  stdout: createOutput(process.stdout, () => {}),
  stderr: createOutput(process.stderr, () => {}),
};
const { config } = loadConfig("serve", flags, {
  env: process.env,
  cwd: process.cwd(),
  stdoutIsTerminal: false,
  stderrIsTerminal: false,
});
const { schedule } = config;
if (schedule === undefined) throw new Error("the worker needs sync-every");
process.exitCode = await toExitCode(config, context, async ({ log }, shutdown) => {
  const runtime = compose({ config, clocks: context, log, shutdown });
  const sync = startScheduledSync({ config: { ...config, schedule }, pieces: runtime, context });
  shutdown.add("the scheduled sync", () => sync.close(10_000));
  const alive = setInterval(() => {}, 60_000);
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve());
  });
  clearInterval(alive);
  return 0;
});
