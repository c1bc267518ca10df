import type { DaemonStage } from "./daemons.ts";
import type { TranscriptLine } from "./go-platform.ts";
import { type ScriptedTask, taskIdOf } from "./task-scripts.ts";

/** What the daemon said, by the name of the task; "the start" is what it said before the first one. */
export type Played = ReadonlyMap<string, readonly TranscriptLine[]>;

export const START = "the start";

/** Plays the tasks one after the other. */
export async function playAll(stage: DaemonStage, script: readonly ScriptedTask[]): Promise<Played> {
  const played = new Map<string, readonly TranscriptLine[]>();
  const reports = (name: string): readonly TranscriptLine[] => played.get(name) ?? [];
  for (const [index, { name, task, around, ...how }] of script.entries()) {
    const over = around?.(stage);
    const content = typeof task === "function" ? task(reports) : task;
    const lines = await stage.platform.play({ ...how, task: { ...content, id: taskIdOf(index) } });
    over?.();
    const given = lines.findIndex(({ call }) => call === "GetTask" || call === "GetTasks");
    if (index === 0) played.set(START, lines.slice(0, given));
    played.set(name, index === 0 ? lines.slice(given) : lines);
  }
  return played;
}
