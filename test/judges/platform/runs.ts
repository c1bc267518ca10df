import type { PoolDefinition } from "../../cognito/pool.ts";
import type { JsonObject } from "../official-client.ts";
import { type DaemonKind, type DaemonStage, startDaemonStage } from "./daemons.ts";
import { DIFFERENCES } from "./differences.ts";
import { type NormalPlayed, normalForm } from "./normal-form.ts";
import { type Played, playAll } from "./play.ts";
import type { ScriptedTask } from "./task-scripts.ts";

/** What one daemon did. */
export interface Run {
  readonly stage: DaemonStage;
  readonly played: Played;
  readonly normal: NormalPlayed;
}

export interface Runs {
  readonly official: Run;
  readonly ours: Run;
  close(): Promise<void>;
}

export interface RunOptions {
  readonly pool: Omit<PoolDefinition, "id">;
  readonly script: readonly ScriptedTask[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Both daemons do the same script, each with a platform and a pool of its own. */
export async function runBoth({ pool, script, ...options }: RunOptions): Promise<Runs> {
  const known = new Set(pool.users?.flatMap(({ sub = "" }) => [sub]));
  async function runOf(kind: DaemonKind): Promise<Run> {
    const stage = await startDaemonStage(kind, pool, options);
    const played = await playAll(stage, script);
    return { stage, played, normal: normalForm(played, stage.platform.address, known) };
  }
  const [official, ours] = await Promise.all([runOf("official"), runOf("ours")]);
  return {
    official,
    ours,
    async close() {
      await Promise.all([official.stage.close(), ours.stage.close()]);
    },
  };
}

/** The lines of ours, and the official ones with the listed differences. */
export function linesOf(
  { official, ours }: Runs,
  name: string,
): { readonly own: readonly JsonObject[]; readonly expected: readonly JsonObject[] } {
  const own = ours.normal.get(name) ?? [];
  const theirs = official.normal.get(name) ?? [];
  return { own, expected: theirs.map((line, index) => withAll(line, own[index] ?? {})) };
}

function withAll(official: JsonObject, ours: JsonObject): JsonObject {
  return DIFFERENCES.reduce((line, { expected }) => expected(line, ours), official);
}

/** The file that the platform took. */
export function uploadOf({ played }: Run, name: string): string {
  const taken = played
    .get(name)
    ?.find(({ upload, refused }) => upload !== undefined && refused === undefined);
  return taken?.upload?.file ?? "";
}
