// The pool, the calls and the log lines that the tests of the platform's daemon look at.
import { expect } from "vitest";
import { people } from "../cognito/definitions.ts";
import { createPool, type Pool } from "../cognito/pool.ts";
import type { RunningCli } from "./connector-cli.ts";
import { taskId } from "./fake-platform-client.ts";
import type { PlatformCall, PlatformTask } from "./platform-server.ts";
import { type PlatformStage, stopped } from "./platform-stage.ts";

/** The task after a fault. */
export const AFTER = taskId("b");

export const PLATFORM_POOL = "us-east-1_Ab129faBb";

/** 70 people, all of them in the group `all`. */
export function platformPool(): Pool {
  const users = people(70, (index) => ({ sub: subOf(index), groups: ["all"] }));
  return createPool({ id: PLATFORM_POOL, users, groups: ["all", "admins"] });
}

export function subOf(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
}

/** A task that is done without a call to AWS. */
export const schemas = (id: string): PlatformTask => ({
  id,
  taskType: { case: "actionListSchemas", value: {} },
});

export function timesCalled({ platform }: PlatformStage, call: PlatformCall): number {
  return platform.calls.filter((each) => each.call === call).length;
}

/** The log has one object a line. */
export function linesOf(stderr: string): readonly string[] {
  return stderr.split("\n").filter((line) => line !== "");
}

/** A task after the fault is done: the daemon goes on. Resolves with its log. */
export async function goesOn(stage: PlatformStage, daemon: RunningCli): Promise<string> {
  await stage.perform(schemas(AFTER));
  expect(stage.platform.finished.find(({ taskId: id }) => id === AFTER)?.finalState.case).toBe("success");
  const { code, stderr } = await stopped(daemon);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stderr;
}
