import { expect, test } from "vitest";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { createLogger } from "../../../../pkg/ops/logger.ts";
import type { TaskEvent } from "../../../../pkg/platform/events.ts";
import { platformLog } from "./platform-log.ts";

function lineOf(event: Pick<TaskEvent, "why" | "error">): unknown {
  const lines: string[] = [];
  const log = createLogger({
    level: "info",
    format: "json",
    write: (line) => void lines.push(line),
    now: () => 0,
  });
  platformLog(log).onTask({
    taskId: "t",
    kind: "grant",
    outcome: "failed",
    code: 13,
    durationMs: 1,
    ...event,
  });
  const line: unknown = JSON.parse(lines.join(""));
  return line;
}

test("a task that failed by an error that nobody expected says where it came from, and not its text", () => {
  const error = GovernanceError.from(new TypeError("carla is not iterable"));
  const line = lineOf({ why: error.message, error });
  expect(line).toMatchObject({
    level: "error",
    msg: "a task of the platform failed",
    task: "t",
    causes: ["TypeError"],
    at: expect.arrayContaining([expect.stringContaining("platform-log.test.ts")]),
  });
  expect(JSON.stringify(line)).not.toContain("carla");
});

test("every other failure is one line with its own message", () => {
  const error = new GovernanceError("not-found", "no such group");
  expect(lineOf({ why: `${error.message}\nmore`, error })).toMatchObject({
    level: "warn",
    msg: "a task of the platform failed: no such group",
  });
});
