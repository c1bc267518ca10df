// The service of a day as a process that is killed and started again, on addresses that stay.

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { isRecord } from "../../pkg/core/unknown.ts";
import { type CliResult, type RunningCli, startCliAt } from "../support/connector-cli.ts";

export interface ServiceSettings {
  readonly main: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The messages of the log after which it serves. */
  readonly ready: readonly string[];
  readonly onLine: (line: Readonly<Record<string, unknown>>) => void;
}

export interface Service {
  /** Resolves when it serves; with the number of the process. Rejects where it is given up. */
  up(): Promise<number>;
  /** Rejects nothing: resolves when the process with the number has ended. */
  ended(number: number): Promise<void>;
  /** SIGKILL; resolves when the process is gone. The next one starts at once. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with how it ended, unless it was killed meanwhile. The next one starts at once unless it is the last. */
  stop(isLast?: boolean): Promise<CliResult | undefined>;
  /** The largest size that its files may grow to from now on. */
  limitFiles(bytes: number | undefined): void;
  isServing(): boolean;
  /** Between which moments a process was there to be asked. */
  readonly starts: readonly number[];
  /** Ends that nobody asked for. */
  readonly surprises: readonly string[];
  /** The last lines of the log of all processes. */
  log(): readonly string[];
}

interface Life {
  readonly running: RunningCli;
  readonly number: number;
  readonly serving: Promise<void>;
  readonly ended: Promise<void>;
  isServing: boolean;
  isAsked: boolean;
  isKilled: boolean;
}

const KEPT_LINES = 400;
/** So many processes in turn that end by themselves before they serve: the next one would too. */
const MOST_REFUSED = 10;

export function keepService({ main, args, env, ready, onLine }: ServiceSettings): Service {
  const surprises: string[] = [];
  const starts: number[] = [];
  const lines: string[] = [];
  let isLast = false;
  let refused = 0;
  let givenUp: Error | undefined;
  let life = start(1);

  function start(number: number): Life {
    starts.push(Date.now());
    const running = startCliAt(main, args, env);
    const waiting = new Set(ready);
    const serving = Promise.withResolvers<void>();
    let rest = "";
    running.process.stderr?.on("data", (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split("\n");
      rest = parts.pop() ?? "";
      for (const text of parts) {
        lines.push(`${number}: ${text}`);
        if (lines.length > KEPT_LINES) lines.shift();
        const line = text.startsWith("{") ? entryOf(text) : {};
        waiting.delete(String(line["msg"]));
        if (waiting.size === 0) serving.resolve();
        onLine(line);
      }
    });
    const born: Life = {
      running,
      number,
      serving: serving.promise.then(() => void (born.isServing = true)),
      ended: once(running.process, "exit").then(([code, signal]: unknown[]) => {
        const hasServed = born.isServing;
        born.isServing = false;
        if (hasServed) refused = 0;
        if (!born.isAsked) {
          const end = `ended by itself with ${String(code ?? signal)}`;
          const last = lines.slice(-3).join(" | ");
          surprises.push(`the process ${end}: ${last}`);
          if (!hasServed) refused += 1;
          if (refused >= MOST_REFUSED)
            givenUp = new Error(`the service ${end} before it served, ${refused} times in turn: ${last}`);
        }
        if (!isLast && givenUp === undefined) life = start(number + 1);
        return undefined;
      }),
      isServing: false,
      isAsked: false,
      isKilled: false,
    };
    return born;
  }

  return {
    async up() {
      for (;;) {
        if (givenUp !== undefined) throw givenUp;
        const now = life;
        await (now.isAsked ? now.ended : Promise.race([now.serving, now.ended]));
        if (now === life && now.isServing && !now.isAsked) return now.number;
      }
    },
    async ended(number) {
      if (life.number === number) await life.ended;
    },
    async kill() {
      const dying = life;
      dying.isAsked = true;
      dying.isKilled = true;
      dying.running.process.kill("SIGKILL");
      await dying.ended;
    },
    async stop(last = false) {
      const dying = life;
      if (last) isLast = true;
      else if (!dying.isServing) return undefined;
      dying.isAsked = true;
      dying.running.process.kill("SIGTERM");
      await dying.ended;
      const ended = await dying.running.whole;
      return dying.isKilled ? undefined : ended;
    },
    limitFiles(bytes) {
      const { pid } = life.running.process;
      if (pid === undefined) return;
      spawnSync("prlimit", ["--pid", String(pid), `--fsize=${bytes ?? "unlimited"}:unlimited`]);
    },
    isServing: () => life.isServing && !life.isAsked,
    starts,
    surprises,
    log: () => lines,
  };
}

function entryOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
