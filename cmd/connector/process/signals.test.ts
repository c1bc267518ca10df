import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { createLogger } from "../../../pkg/ops/logger.ts";
import { reloadableLevel, reloadableSource, reloadOnHangup } from "./reload.ts";
import { createSignals, type Signals } from "./signals.ts";

interface Rig {
  readonly signals: Signals;
  readonly send: (name: "SIGHUP" | "SIGINT" | "SIGTERM") => void;
  readonly exits: number[];
  readonly failures: unknown[];
}

function rig({ onTerminal = false } = {}): Rig {
  const emitter = new EventEmitter();
  const exits: number[] = [];
  const failures: unknown[] = [];
  const signals = createSignals({
    source: { on: (name, listener) => emitter.on(name, listener), exit: (code) => exits.push(code) },
    onTerminal,
    reloadFailed: (error) => failures.push(error),
  });
  return { signals, send: (name) => emitter.emit(name), exits, failures };
}

/** Whatever was begun by the signal is done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the end", () => {
  test.for([
    ["SIGINT", "SIGINT", 130],
    ["SIGTERM", "SIGTERM", 143],
    ["SIGTERM", "SIGINT", 130],
  ] as const)("%s asks once, and %s after it leaves with %i", ([first, second, code]) => {
    const { signals, send, exits } = rig();
    send(first);
    expect(signals.signal.reason).toMatchObject({ code: "canceled", message: `stopped by ${first}` });
    expect(exits).toEqual([]);
    send(second);
    expect(exits).toEqual([code]);
  });

  test("SIGHUP of a terminal stops what has nothing to reload", () => {
    const { signals, send } = rig({ onTerminal: true });
    send("SIGHUP");
    expect(signals.signal.reason).toMatchObject({ code: "canceled", message: "stopped by SIGHUP" });
  });

  test("SIGHUP off a terminal stops nothing", () => {
    const { signals, send, exits } = rig();
    send("SIGHUP");
    send("SIGHUP");
    expect({ aborted: signals.signal.aborted, exits }).toEqual({ aborted: false, exits: [] });
  });
});

describe("SIGHUP", () => {
  test("runs the hooks in order, on a terminal too, and not those taken away", async () => {
    const { signals, send } = rig({ onTerminal: true });
    const ran: string[] = [];
    signals.onReload(async () => {
      await settled();
      ran.push("certificates");
    });
    const remove = signals.onReload(() => void ran.push("gone"));
    signals.onReload(() => void ran.push("level"));
    remove();
    send("SIGHUP");
    await settled();
    await settled();
    expect(ran).toEqual(["certificates", "level"]);
    expect(signals.signal.aborted).toBe(false);
  });

  test("goes on after a hook that fails, and ends nothing", async () => {
    const { signals, send, failures, exits } = rig();
    const ran: string[] = [];
    const failure = new GovernanceError("invalid-argument", "no such file");
    signals.onReload(() => Promise.reject(failure));
    signals.onReload(() => void ran.push("level"));
    send("SIGHUP");
    await settled();
    expect({ ran, failures, exits }).toEqual({ ran: ["level"], failures: [failure], exits: [] });
    expect(signals.signal.aborted).toBe(false);
  });

  test("while one reloads counts once more, however often it comes", async () => {
    const { signals, send } = rig();
    const gate = Promise.withResolvers<void>();
    let running = 0;
    let runs = 0;
    signals.onReload(async () => {
      running += 1;
      runs += 1;
      expect(running).toBe(1);
      await gate.promise;
      running -= 1;
    });
    for (let count = 0; count < 5; count += 1) send("SIGHUP");
    expect(runs).toBe(1);
    gate.resolve();
    await settled();
    expect(runs).toBe(2);
    send("SIGHUP");
    await settled();
    expect(runs).toBe(3);
  });
});

describe("what is reloaded", () => {
  test("is logged piece by piece, and a piece that fails leaves its previous version in use", async () => {
    const { signals, send } = rig();
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const log = createLogger({ level: "info", format: "json", write, now: () => 0 });
    let wrong = true;
    const level = reloadableLevel(log, () => {
      if (wrong) throw new GovernanceError("invalid-argument", "log-level: must be one of debug, info");
      return { level: "debug", debugExpiresAt: undefined };
    });
    reloadOnHangup([level, { name: "the tokens", reload() {} }], signals, log);
    send("SIGHUP");
    await settled();
    expect(log.level()).toBe("info");
    wrong = false;
    send("SIGHUP");
    await settled();
    expect(log.level()).toBe("debug");
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      {
        msg: "SIGHUP: cannot reload the log level; the previous version stays in use",
        error: "log-level: must be one of debug, info",
      },
      { msg: "SIGHUP: reloaded the tokens" },
      { msg: "SIGHUP: reloaded the log level, the tokens" },
    ]);
  });

  test("a certificate that is broken is an error at every SIGHUP, and never reloaded", async () => {
    const { signals, send } = rig();
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const log = createLogger({ level: "info", format: "json", write, now: () => 0 });
    let failure: Error | undefined = new GovernanceError("failed-precondition", "tls.crt: is no certificate");
    const files = { subject: "the TLS certificate", reload: () => failure };
    reloadOnHangup([reloadableSource(files)], signals, log);
    for (const next of [failure, undefined, undefined]) {
      send("SIGHUP");
      await settled();
      failure = next;
    }
    const broken = {
      level: "error",
      msg: "SIGHUP: cannot reload the TLS certificate; the previous version stays in use",
      error: "tls.crt: is no certificate",
    };
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      broken,
      broken,
      { level: "info", msg: "SIGHUP: reloaded the TLS certificate" },
    ]);
  });
});
