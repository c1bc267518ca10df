import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import type { PlatformEvents } from "../../../../pkg/platform/events.ts";

/** What the log says of the platform's tasks. Polls that find nothing are not worth a line. */
export function platformLog(log: Logger): PlatformEvents {
  let pollsFail = false;
  return {
    onHello: () => log.info("the platform answered the Hello"),
    onPoolUnread: (error, retryInMs) =>
      log.failure("no Hello to the platform yet: the pool cannot be read; trying again", error, {
        leftMs: retryInMs,
      }),
    onHelloFailed: (error, retryInMs) =>
      log.failure("the platform does not answer the Hello; trying again", error, { leftMs: retryInMs }),
    onPoll() {
      if (pollsFail) log.info("the platform answers again");
      pollsFail = false;
    },
    onPollFailed(error, retryInMs) {
      pollsFail = true;
      log.failure("asking the platform for a task failed; trying again", error, { leftMs: retryInMs });
    },
    onTaskBegun: (task, taskKind) => log.info("began a task of the platform", { task, taskKind }),
    onTaskRepeated: (task, known) =>
      log.warn(`the platform gave a task again: it is ${known} and is not done twice`, { task }),
    onTask({ taskId, kind, outcome, why, error, durationMs }) {
      const fields = { task: taskId, taskKind: kind, outcome, durationMs: Math.round(durationMs) };
      if (outcome === "done" || why === undefined) log.info("ended a task of the platform", fields);
      // The text of this one leads to the log, so the line says where the error came from.
      else if (isInternal(error)) log.failure("a task of the platform failed", error, fields);
      else log.warn(`a task of the platform failed: ${oneLine(why)}`, fields);
    },
    onFinishFailed: (task, error) =>
      log.failure("the result of a task did not reach the platform", error, { task }),
    onHeartbeatFailed: (task, error, attempt) => log.failure("a heartbeat failed", error, { task, attempt }),
    onUploadFailed: (task, error, attempt) => log.failure("an upload failed", error, { task, attempt }),
    onUploaded: (task, answerBytes) => log.info("uploaded the file of a sync", { task, answerBytes }),
  };
}

function isInternal(error: unknown): boolean {
  return error instanceof GovernanceError && error.code === "internal";
}

function oneLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
