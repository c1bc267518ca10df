import { fork } from "node:child_process";
import { once } from "node:events";
import { setPriority } from "node:os";

/** `test/bench/callers-pool.ts` in a process of its own. */
export interface BenchPool {
  readonly url: string;
  readonly poolId: string;
  readonly groups: readonly string[];
  readonly subs: readonly string[];
  /** The state of the pool, one text for each caller's user. */
  standing(): Promise<readonly string[]>;
  stop(): void;
}

/** `niceness`: the priority of its process, which shares the machine with what is measured. */
export async function startBenchPool(callers: number, latencyMs: string, niceness = 0): Promise<BenchPool> {
  const child = fork("test/bench/callers-pool.ts", [String(callers), latencyMs], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  if (child.pid !== undefined) setPriority(child.pid, niceness);
  if (child.stdout === null) throw new TypeError("the pool's output is a pipe");
  let line = "";
  while (!line.includes("\n")) line += String((await once(child.stdout, "data"))[0]);
  const said: unknown = JSON.parse(line);
  return {
    url: text(said, "url"),
    poolId: text(said, "poolId"),
    groups: texts(member(said, "groups")),
    subs: texts(member(said, "subs")),
    async standing() {
      child.send("standing");
      return texts((await once(child, "message"))[0]);
    },
    stop: () => void child.kill(),
  };
}

export function member(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;
}

export const text = (of: unknown, name: string): string => String(member(of, name));

const texts = (list: unknown): readonly string[] => (Array.isArray(list) ? list.map(String) : []);
