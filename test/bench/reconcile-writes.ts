import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type BenchPool, member, text } from "./bench-pool.ts";
import type { Caller } from "./caller.ts";
import { countUp } from "./standing.ts";

/** The problems found at the end, in words; empty if there are none. */
export async function reconcileWrites(
  callers: readonly Caller[],
  pool: BenchPool,
  stateDir: string,
  print: (line: string) => void,
): Promise<string[]> {
  const states = await pool.standing();
  const differing = callers.flatMap((caller, index) => {
    const must = caller.standing();
    return must === states[index] ? [] : [`must be: ${must}\n   is:      ${String(states[index])}`];
  });
  print(`state: ${callers.length - differing.length} of ${callers.length} users are as they must be`);

  const lines = readdirSync(stateDir)
    .filter((name) => name.endsWith(".audit.jsonl"))
    .flatMap((name) => readFileSync(join(stateDir, name), "utf8").trimEnd().split("\n"))
    .map((line): unknown => JSON.parse(line));
  const logged = new Map<string, number>();
  for (const line of lines)
    countUp(logged, `${text(member(line, "target"), "user")} ${text(line, "outcome")}`);
  const unlogged = callers.flatMap(({ answered }, index) => {
    const sub = pool.subs[index] ?? "";
    const done = logged.get(`${sub} done`) ?? 0;
    const nothing = logged.get(`${sub} nothing-to-do`) ?? 0;
    return done === answered.done && nothing === answered.nothingToDo
      ? []
      : [`audit log of ${sub}: ${done} done, ${nothing} nothing to do; answered ${JSON.stringify(answered)}`];
  });
  const total = (of: "done" | "nothingToDo") => callers.reduce((sum, { answered }) => sum + answered[of], 0);
  print(
    `writes answered: ${total("done")} done, ${total("nothingToDo")} that existed already; audit log: ${lines.length} lines`,
  );
  return [...differing, ...unlogged, ...callers.flatMap(({ wrong }) => wrong)];
}
