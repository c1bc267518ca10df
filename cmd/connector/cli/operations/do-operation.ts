// One operation of Baton's one-shot flags as the RPC that the platform's task of this kind is done by.
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { OneOperation } from "../../../../pkg/config/operation.ts";
import { actionNamed } from "../../../../pkg/connector/actions/catalogue.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { ActionService, BatonActionStatus } from "../../../../pkg/gen/c1/connector/v2/action_pb.ts";
import { EventService, type ListEventsResponse } from "../../../../pkg/gen/c1/connector/v2/event_feed_pb.ts";
import { GrantManagerService } from "../../../../pkg/gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceManagerService,
} from "../../../../pkg/gen/c1/connector/v2/resource_pb.ts";
import type { HandlerCall } from "../../../../pkg/rpc/handlers.ts";
import type { RpcRouter } from "../../../../pkg/rpc/router.ts";
import { DRY_RUN, REASON } from "../../../../pkg/rpc/services/write-context.ts";
import { UncodedError } from "../../../../pkg/rpc/status.ts";
import { refuseSecrets } from "../commands/actions.ts";
import { keyFromFile } from "../encrypt-to.ts";
import { entitlementOf, grantOf } from "./grant-ids.ts";
import { type OperationRow, outcomeOf, passwordOf } from "./operation-row.ts";

export interface OperationTools {
  readonly router: RpcRouter;
  readonly signal: AbortSignal;
  readonly cwd: string;
  /** Who runs the program; the audit log names them. */
  readonly user: string;
  readonly dryRun: boolean;
  readonly justification: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

type Of<K extends OneOperation["kind"]> = Extract<OneOperation, { readonly kind: K }>;

/** The operations that change something. */
export type Change = Exclude<OneOperation, Of<"list-action-schemas" | "list-events">>;

/** As many characters as Baton asks for. */
const PASSWORD_LENGTH = 20n;

/** The longest that one call waits for an action. */
const ACTION_WAIT_MS = 60 * 60_000;

const DAY_MS = 24 * 60 * 60_000;

export async function makeChange(change: Change, tools: OperationTools): Promise<OperationRow> {
  switch (change.kind) {
    case "grant":
      return await grant(change, tools);
    case "revoke":
      return await revoke(change, tools);
    case "create-account":
      return await createAccount(change, tools);
    case "delete-resource":
      return await deleteResource(change, tools);
    case "rotate-credentials":
      return await rotateCredentials(change, tools);
    case "invoke-action":
      return await invokeAction(change, tools);
  }
}

async function grant({ kind, entitlement, principal }: Of<"grant">, tools: OperationTools) {
  const request = { entitlement: entitlementOf(entitlement), principal: { id: principal } };
  const { grants, annotations } = await call(tools, GrantManagerService.method.grant, request);
  const details = { entitlement, principal: principal.resource, grant: grants[0]?.id };
  return { operation: kind, ...outcomeOf(annotations, tools.dryRun), details };
}

async function revoke({ kind, grant: id, search }: Of<"revoke">, tools: OperationTools) {
  const request = { grant: await grantOf(id, search, tools.signal) };
  const { annotations } = await call(tools, GrantManagerService.method.revoke, request);
  return { operation: kind, ...outcomeOf(annotations, tools.dryRun), details: { grant: id } };
}

async function createAccount(
  { kind, login, email, profile, resourceType, encryptTo }: Of<"create-account">,
  tools: OperationTools,
): Promise<OperationRow> {
  const key = encryptTo === undefined ? undefined : await keyFromFile(encryptTo, tools.cwd);
  const answer = await call(tools, AccountManagerService.method.createAccount, {
    resourceTypeId: resourceType,
    accountInfo: { login, profile, emails: email === "" ? [] : [{ address: email, isPrimary: true }] },
    credentialOptions: {
      options:
        key === undefined
          ? { case: "noPassword", value: {} }
          : { case: "randomPassword", value: { length: PASSWORD_LENGTH } },
    },
    encryptionConfigs: key === undefined ? [] : [key.config],
  });
  const { result } = answer;
  const password = passwordOf(answer.encryptedData);
  const { outcome, ...told } = outcomeOf(answer.annotations, tools.dryRun);
  return {
    operation: kind,
    ...told,
    outcome: result.case === "alreadyExists" ? "nothing-to-do" : outcome,
    details: {
      user: result.value?.resource?.id?.resource,
      action_required: result.case === "actionRequired" ? result.value.message : undefined,
      ...password.details,
    },
    says: [...told.says, ...password.says],
  };
}

async function deleteResource({ kind, resource: resourceId }: Of<"delete-resource">, tools: OperationTools) {
  const answer = await call(tools, ResourceManagerService.method.deleteResource, { resourceId });
  const details = { resource_type: resourceId.resourceType, resource: resourceId.resource };
  return { operation: kind, ...outcomeOf(answer.annotations, tools.dryRun), details };
}

async function rotateCredentials(
  { kind, resource: resourceId, encryptTo }: Of<"rotate-credentials">,
  tools: OperationTools,
): Promise<OperationRow> {
  const { config } = await keyFromFile(encryptTo, tools.cwd);
  const answer = await call(tools, CredentialManagerService.method.rotateCredential, {
    resourceId,
    credentialOptions: {
      options: { case: "randomPassword", value: { length: PASSWORD_LENGTH } },
    },
    encryptionConfigs: [config],
  });
  const password = passwordOf(answer.encryptedData);
  const told = outcomeOf(answer.annotations, tools.dryRun);
  return {
    operation: kind,
    ...told,
    details: { user: resourceId.resource, ...password.details },
    says: [...told.says, ...password.says],
  };
}

/** An action that fails after it has begun has no code, as in Baton: the answer has only its text. */
async function invokeAction(
  { kind, name, args, resourceType, argsAreOpen }: Of<"invoke-action">,
  tools: OperationTools,
): Promise<OperationRow> {
  if (argsAreOpen) {
    refuseSecrets(
      actionNamed(name, resourceType),
      args,
      "--invoke-action-args",
      'every user of this machine can read a command line; use BATON_INVOKE_ACTION_ARGS, or "connector actions invoke" with --args -',
    );
  }
  const answer = await call(tools, ActionService.method.invokeAction, {
    name,
    args,
    resourceTypeId: resourceType,
    inlineWait: durationFromMs(ACTION_WAIT_MS),
  });
  const { response = {}, status, annotations } = answer;
  if (status === BatonActionStatus.FAILED) {
    const why = response["error"];
    throw new UncodedError(
      `the action ${name} failed: ${typeof why === "string" ? why : "it gave no reason"}`,
    );
  }
  if (status !== BatonActionStatus.COMPLETE) {
    throw new GovernanceError("deadline-exceeded", `the action ${name} took longer than an hour`);
  }
  const told = outcomeOf(annotations, tools.dryRun);
  const outcome = response["outcome"] === "nothing-to-do" ? "nothing-to-do" : told.outcome;
  return { operation: kind, ...told, outcome, details: { action: name, response } };
}

/** The events of a feed, page by page. */
export async function* eventPages(
  { feed, startAt, cursor }: Of<"list-events">,
  tools: OperationTools,
): AsyncGenerator<ListEventsResponse["events"]> {
  const startTime = timestampFromMs(startAt ?? tools.now() - DAY_MS);
  for (let at = cursor; ; ) {
    const request = { eventFeedId: feed, startAt: startTime, cursor: at };
    const page = await call(tools, EventService.method.listEvents, request);
    yield page.events;
    if (!page.hasMore) return;
    at = page.cursor;
  }
}

async function call<I extends DescMessage, O extends DescMessage>(
  { router, signal, user, dryRun, justification }: OperationTools,
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
): Promise<MessageShape<O>> {
  const headers = new Map<string, string>();
  if (dryRun) headers.set(DRY_RUN, "true");
  if (justification !== undefined) headers.set(REASON, justification);
  const handed: HandlerCall = {
    via: "cli",
    peer: "",
    caller: user,
    header: (name) => headers.get(name),
    setTrailer: () => {},
  };
  return await router.call(method, request, handed, signal);
}
