// The task matrix: for each kind of task the RPC that does it and what is reported, as Go's runner of the Baton
// SDK does it (pkg/tasks/c1api, v0.25.0). One function is one row.
import { ActionService, BatonActionStatus } from "../../gen/c1/connector/v2/action_pb.ts";
import {
  EventService,
  ListEventFeedsResponseSchema,
  ListEventsResponseSchema,
} from "../../gen/c1/connector/v2/event_feed_pb.ts";
import { GrantManagerService } from "../../gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceManagerService,
} from "../../gen/c1/connector/v2/resource_pb.ts";
import { TicketsService } from "../../gen/c1/connector/v2/ticket_pb.ts";
import type { Task } from "../../gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { done, refusedTask, type TaskOutcome } from "./outcome.ts";
import { answeredBy, callRpc, changedBy, type TaskContext } from "./task-rpc.ts";

type TaskType = NonNullable<Task["taskType"]["case"]>;

/** The value of one kind of task. */
type TaskOf<K extends TaskType> = Extract<Task["taskType"], { readonly case: K }>["value"];

/** The kinds that need more than an RPC of the connector: the daemon does them itself. */
export type DaemonTask = "none" | "hello" | "syncFull";

export type RpcTask = Exclude<TaskType, DaemonTask>;

type Row<K extends RpcTask> = (task: TaskOf<K>, context: TaskContext) => Promise<TaskOutcome> | TaskOutcome;

/** A kind without a row does not compile. */
const ROWS: { readonly [K in RpcTask]: Row<K> } = {
  grant: ({ entitlement, principal }, context) =>
    entitlement === undefined || principal === undefined
      ? lacking("malformed grant task")
      : changedBy(context, GrantManagerService.method.grant, { entitlement, principal }),
  revoke: ({ grant }, context) =>
    grant === undefined
      ? lacking("invalid task type")
      : changedBy(context, GrantManagerService.method.revoke, { grant }),
  createAccount: ({ accountInfo, credentialOptions, encryptionConfigs, resourceTypeId }, context) => {
    if (accountInfo === undefined) return lacking("malformed create account task");
    const request = { accountInfo, credentialOptions, encryptionConfigs, resourceTypeId };
    return changedBy(context, AccountManagerService.method.createAccount, request);
  },
  createResource: ({ resource }, context) =>
    resource === undefined
      ? lacking("malformed create resource task")
      : changedBy(context, ResourceManagerService.method.createResource, { resource }),
  deleteResource: ({ resourceId, parentResourceId }, context) =>
    resourceId === undefined || resourceId.resource === "" || resourceId.resourceType === ""
      ? lacking("malformed delete resource task")
      : changedBy(context, ResourceManagerService.method.deleteResource, { resourceId, parentResourceId }),
  rotateCredentials: ({ resourceId, credentialOptions, encryptionConfigs }, context) => {
    if (resourceId === undefined) return lacking("malformed rotate credentials task");
    const request = { resourceId, credentialOptions, encryptionConfigs };
    return changedBy(context, CredentialManagerService.method.rotateCredential, request);
  },
  issueCredential: ({ identityId, credentialOptions, encryptionConfigs, expiresAt }, context) => {
    if (identityId === undefined || credentialOptions === undefined || encryptionConfigs.length === 0) {
      return lacking("malformed issue credential task");
    }
    const request = {
      identityId,
      credentialOptions,
      encryptionConfigs,
      expiresAt,
      requestId: context.taskId,
    };
    return changedBy(context, CredentialManagerService.method.issueCredential, request);
  },
  actionListSchemas: ({ annotations, resourceTypeId }, context) =>
    answeredBy(context, ActionService.method.listActionSchemas, { annotations, resourceTypeId }),
  actionGetSchema: ({ name, annotations }, context) =>
    name === ""
      ? retryable("action name required")
      : answeredBy(context, ActionService.method.getActionSchema, { name, annotations }),
  actionInvoke: ({ name, args, annotations, resourceTypeId }, context) =>
    name === ""
      ? retryable("action name required")
      : invoked(context, { name, args, annotations, resourceTypeId }),
  actionStatus: ({ name, id, annotations }, context) =>
    id === ""
      ? retryable("action id required")
      : answeredBy(context, ActionService.method.getActionStatus, { name, id, annotations }),
  listEventFeeds: async (_task, context) => {
    const result = await callRpc(context, EventService.method.listEventFeeds, {}, { nonRetryable: false });
    if (!result.ok) return unanswered(result.outcome);
    const { list } = result.answer;
    return done(ListEventFeedsResponseSchema, { ...result.answer, list, annotations: [] });
  },
  listEvents: async ({ eventFeedId, startAt, cursor, pageSize }, context) => {
    const request = { eventFeedId, startAt, cursor, pageSize };
    const result = await callRpc(context, EventService.method.listEvents, request, { nonRetryable: false });
    if (!result.ok) return unanswered(result.outcome);
    return done(ListEventsResponseSchema, { ...result.answer, annotations: [] });
  },
  createTicketTask: async ({ ticketRequest, annotations }, context) =>
    ticketRequest === undefined
      ? withAnnotations(lacking("malformed create ticket task"), annotations)
      : withAnnotations(await answeredBy(context, TicketsService.method.createTicket, {}), annotations),
  getTicket: async ({ ticketId, annotations }, context) =>
    ticketId === ""
      ? lacking("malformed get ticket task")
      : withAnnotations(await answeredBy(context, TicketsService.method.getTicket, {}), annotations),
  bulkCreateTickets: ({ ticketRequests }, context) =>
    ticketRequests.length === 0
      ? lacking("malformed bulk create ticket task")
      : answeredBy(context, TicketsService.method.bulkCreateTickets, {}),
  bulkGetTickets: ({ ticketRequests }, context) =>
    ticketRequests.length === 0
      ? lacking("malformed bulk get tickets task")
      : answeredBy(context, TicketsService.method.bulkGetTickets, {}),
  listTicketSchemas: async (_task, context) => {
    const result = await callRpc(
      context,
      TicketsService.method.listTicketSchemas,
      {},
      { nonRetryable: false },
    );
    return result.ok ? retryable("connector returned no ticket schemas") : unanswered(result.outcome);
  },
  eventFeed: unsupported,
  createSyncDiff: unsupported,
  compactSyncs: unsupported,
};

/** A task with its kind, for each kind that has a row. */
export type RpcTaskType<K extends RpcTask = RpcTask> = {
  [P in K]: { readonly case: P; readonly value: TaskOf<P> };
}[K];

/** Does a task by its row. Never rejects. */
export async function doTask<K extends RpcTask>(
  task: RpcTaskType<K>,
  context: TaskContext,
): Promise<TaskOutcome> {
  return await ROWS[task.case](task.value, context);
}

/** A kind that this connector, or this version of it, does not know. */
export function unsupported(): TaskOutcome {
  return refusedTask("unsupported task type", { nonRetryable: false });
}

function lacking(message: string): TaskOutcome {
  return refusedTask(message, { nonRetryable: true });
}

function retryable(message: string): TaskOutcome {
  return refusedTask(message, { nonRetryable: false });
}

function unanswered(outcome: TaskOutcome): TaskOutcome {
  return { kind: "unanswered", why: outcome.kind === "failed" ? outcome.status.message : "no answer" };
}

/** Of a ticket task its own annotations go back with a failure. */
function withAnnotations(outcome: TaskOutcome, annotations: TaskOf<"getTicket">["annotations"]): TaskOutcome {
  return outcome.kind === "failed" ? { ...outcome, annotations } : outcome;
}

/** An action that failed in its answer is a failed task with the text of the answer; one that still runs is done. */
async function invoked(
  context: TaskContext,
  request: Pick<TaskOf<"actionInvoke">, "name" | "args" | "annotations" | "resourceTypeId">,
): Promise<TaskOutcome> {
  const { invokeAction } = ActionService.method;
  const result = await callRpc(context, invokeAction, request, { nonRetryable: false });
  if (!result.ok) return result.outcome;
  const { answer } = result;
  if (answer.status !== BatonActionStatus.FAILED) return done(invokeAction.output, answer);
  const why = answer.response?.["error"];
  return retryable(typeof why === "string" ? why : "action failed");
}
