import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { GrantAlreadyExistsSchema } from "../../gen/c1/connector/v2/annotation_grant_pb.ts";
import { TaskSchema } from "../../gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { createRpcRouter } from "../../rpc/router.ts";
import { doTask } from "./matrix.ts";
import type { TaskOutcome } from "./outcome.ts";

type TaskInit = NonNullable<MessageInitShape<typeof TaskSchema>["taskType"]>;

/** No RPC can be called. */
async function outcomeOf(taskType: TaskInit): Promise<TaskOutcome> {
  const task = create(TaskSchema, { taskType }).taskType;
  if (task.case === undefined || task.case === "none" || task.case === "hello" || task.case === "syncFull") {
    throw new Error("the daemon does it");
  }
  return await doTask(task, {
    taskId: "t",
    router: createRpcRouter([]),
    signal: new AbortController().signal,
  });
}

test.for([
  ["grant", "malformed grant task"],
  ["revoke", "invalid task type"],
  ["createAccount", "malformed create account task"],
  ["createResource", "malformed create resource task"],
  ["deleteResource", "malformed delete resource task"],
  ["rotateCredentials", "malformed rotate credentials task"],
  ["issueCredential", "malformed issue credential task"],
  ["createTicketTask", "malformed create ticket task"],
  ["getTicket", "malformed get ticket task"],
  ["bulkCreateTickets", "malformed bulk create ticket task"],
  ["bulkGetTickets", "malformed bulk get tickets task"],
] as const)("%s that lacks what it needs is final", async ([kind, message]) => {
  expect(await outcomeOf({ case: kind, value: {} })).toMatchObject({
    kind: "failed",
    nonRetryable: true,
    status: { code: 2, message: `${message}\ntask failed and is non-retryable` },
  });
});

test.for([
  ["actionGetSchema", "action name required"],
  ["actionInvoke", "action name required"],
  ["actionStatus", "action id required"],
  ["eventFeed", "unsupported task type"],
  ["createSyncDiff", "unsupported task type"],
  ["compactSyncs", "unsupported task type"],
] as const)("%s without what it needs may be tried again", async ([kind, message]) => {
  expect(await outcomeOf({ case: kind, value: {} })).toMatchObject({
    kind: "failed",
    nonRetryable: false,
    status: { code: 2, message },
  });
});

test("a ticket task gets its annotations back, also when it lacks its request", async () => {
  const annotations = [anyPack(GrantAlreadyExistsSchema, create(GrantAlreadyExistsSchema))];
  expect(await outcomeOf({ case: "createTicketTask", value: { annotations } })).toMatchObject({
    annotations,
  });
});
