// Callers over gRPC: they change, and they list as a platform does.

import type { MessageInitShape } from "@bufbuild/protobuf";
import { anyIs } from "@bufbuild/protobuf/wkt";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import {
  ActionService,
  BatonActionStatus,
  type InvokeActionResponse,
} from "../../pkg/gen/c1/connector/v2/action_pb.ts";
import { GrantManagerService, GrantsService } from "../../pkg/gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  type CreateAccountRequestSchema,
  ResourceManagerService,
  ResourcesService,
} from "../../pkg/gen/c1/connector/v2/resource_pb.ts";
import { GrantAlreadyExistsSchema, GrantAlreadyRevokedSchema } from "../../pkg/protocol/messages.ts";
import { type CallOptions, type GrpcTestClient, grpcClient, type Reply } from "../support/grpc-client.ts";
import { groupKey, memberKey, userKey } from "./serve-keys.ts";
import { isDoubtful, tookMs } from "./serve-ledger.ts";
import type { Reader } from "./serve-plan.ts";
import { type Answer, type Asked, type Front, HANG_MS, tokenOf, type World } from "./serve-world.ts";

const groupOf = (group: string) => ({ id: { resourceType: "group", resource: group } });
const userOf = (sub: string) => ({ id: { resourceType: "user", resource: sub } });
const recipient = await identityToRecipient(await generateX25519Identity());

const SEALED: Pick<
  MessageInitShape<typeof CreateAccountRequestSchema>,
  "credentialOptions" | "encryptionConfigs"
> = {
  credentialOptions: { options: { case: "randomPassword", value: { length: 20n } } },
  encryptionConfigs: [{ config: { case: "ageRecipientConfig", value: { recipient } } }],
};

/** A client of whichever process serves now. */
function clientOf({ service, grpc }: World) {
  let client: GrpcTestClient | undefined;
  let of = 0;
  return {
    async get(): Promise<GrpcTestClient> {
      const number = await service.up();
      if (client === undefined || of !== number) {
        client?.close();
        client = grpcClient(grpc);
        of = number;
      }
      return client;
    },
    close: () => client?.close(),
  };
}

export function grpcFront(world: World, name: string): Front {
  const clients = clientOf(world);
  return {
    requester: () => `token:${name}`,
    async ask(asked, signal) {
      const client = await clients.get();
      const options = {
        timeoutMs: HANG_MS,
        headers: { authorization: `Bearer ${tokenOf(name)}` },
        signal,
      };
      return await askGrpc(client, asked, options);
    },
    close: () => clients.close(),
  };
}

async function askGrpc(client: GrpcTestClient, asked: Asked, options: CallOptions): Promise<Answer> {
  const { kind, sub, username, group, value, password } = asked;
  const entitlement = { id: `group:${group}:member`, resource: groupOf(group) };
  switch (kind) {
    case "grant": {
      const reply = await client.unary(
        GrantManagerService.method.grant,
        { entitlement, principal: userOf(sub) },
        options,
      );
      return answerOf(
        reply,
        reply.answer?.annotations.some((any) => anyIs(any, GrantAlreadyExistsSchema)) === true
          ? "already"
          : "made",
      );
    }
    case "revoke": {
      const grant = { id: `group:${group}:member:user:${sub}`, entitlement, principal: userOf(sub) };
      const reply = await client.unary(GrantManagerService.method.revoke, { grant }, options);
      return answerOf(
        reply,
        reply.answer?.annotations.some((any) => anyIs(any, GrantAlreadyRevokedSchema)) === true
          ? "already"
          : "made",
      );
    }
    case "create-user": {
      const sealed = password ? SEALED : {};
      const request = {
        accountInfo: { login: username, emails: [{ address: `${username}@example.com`, isPrimary: true }] },
        ...sealed,
      };
      const reply = await client.unary(AccountManagerService.method.createAccount, request, options);
      return answerOf(reply, reply.answer?.result.case === "alreadyExists" ? "already" : "made");
    }
    case "create-group":
      return answerOf(
        await client.unary(
          ResourceManagerService.method.createResource,
          { resource: groupOf(group) },
          options,
        ),
        // One that is there already is as good.
        "fine",
      );
    case "delete-user":
    case "delete-group": {
      const { id } = kind === "delete-user" ? userOf(sub) : groupOf(group);
      return answerOf(
        await client.unary(ResourceManagerService.method.deleteResource, { resourceId: id }, options),
        "fine",
      );
    }
    case "enable":
    case "disable":
    case "set-nickname": {
      const set = kind === "set-nickname" ? { set: { nickname: value } } : {};
      const name = kind === "set-nickname" ? "update_user_attributes" : `${kind}_user`;
      const reply = await client.unary(
        ActionService.method.invokeAction,
        { name, args: { user_id: sub, ...set } },
        options,
      );
      if (reply.answer === undefined) return answerOf(reply, "unknown");
      return await endOfAction(client, reply.answer, options);
    }
  }
}

type ActionState = Pick<InvokeActionResponse, "status" | "response">;

/** Asks again until the action has ended, as a platform does. */
async function endOfAction(
  client: GrpcTestClient,
  begun: ActionState & { readonly id: string },
  options: CallOptions,
): Promise<Answer> {
  let state: ActionState = begun;
  while (state.status === BatonActionStatus.RUNNING) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const reply = await client.unary(ActionService.method.getActionStatus, { id: begun.id }, options);
    // Another process does not know what became of it.
    if (reply.answer === undefined) return { said: "no answer", code: reply.code, text: reply.message };
    state = reply.answer;
  }
  if (state.status === BatonActionStatus.COMPLETE) return { said: "fine", code: "OK", text: "" };
  const error = state.response?.["error"];
  const text = typeof error === "string" ? error : "";
  return { said: isDoubtful(text) ? "unknown" : "refused", code: "ACTION", text };
}

function answerOf(reply: Reply<unknown>, said: Answer["said"]): Answer {
  const { code, message } = reply;
  if (code === "OK") return { said, code, text: "" };
  if (isLost(reply)) return { said: "no answer", code, text: message };
  return { said: isDoubtful(message) ? "unknown" : "refused", code, text: message };
}

/** The failure is the client's own: it gave up, or the connection was lost. */
function isLost({ code, message }: Reply<unknown>): boolean {
  if (code === "CANCELLED" || code === "DEADLINE_EXCEEDED") return true;
  return /^(No connection established|Connection dropped|Received RST_STREAM|Stream refused|(read|write) E)/.test(
    message,
  );
}

const PAGE_ATTEMPTS = 6;

/** Lists all users, all groups and the members of each, as a platform that syncs. */
export async function readByGrpc(world: World, { name, pageSize }: Reader): Promise<void> {
  const { ledger } = world;
  const clients = clientOf(world);
  const options = { timeoutMs: HANG_MS, headers: { authorization: `Bearer ${tokenOf(name)}` } };

  async function pages<T>(
    what: string,
    page: (client: GrpcTestClient, pageToken: string) => Promise<Reply<{ nextPageToken: string } & T>>,
  ): Promise<readonly T[] | undefined> {
    const all: T[] = [];
    for (let token = "", attempt = 1; ; ) {
      const client = await clients.get();
      const fromMs = Date.now();
      const reply = await page(client, token);
      tookMs(ledger, "page", Date.now() - fromMs);
      if (reply.answer !== undefined) {
        all.push(reply.answer);
        token = reply.answer.nextPageToken;
        attempt = 1;
        if (token === "") return all;
        continue;
      }
      if (!isLost(reply)) ledger.refusals.push({ what, code: reply.code, text: reply.message });
      if (reply.code === "NOT_FOUND" || attempt >= PAGE_ATTEMPTS) return undefined;
      attempt += 1;
    }
  }

  async function resources(type: "user" | "group", fromMs: number): Promise<readonly string[] | undefined> {
    const read = await pages(`the ${type}s by gRPC`, (client, pageToken) =>
      client.unary(
        ResourcesService.method.listResources,
        { resourceTypeId: type, pageSize, pageToken },
        options,
      ),
    );
    const names = read?.flatMap(({ list }) => list.map(({ id }) => id?.resource ?? ""));
    if (names === undefined) return undefined;
    const keys = names.map(type === "user" ? userKey : groupKey);
    ledger.readings.push({
      what: `the ${type}s by gRPC`,
      fromMs,
      askedMs: fromMs,
      toMs: Date.now(),
      keys,
      cover: type === "user" ? "users" : "groups",
    });
    return names;
  }

  const roundMs = Date.now();
  try {
    await resources("user", roundMs);
    const groups = (await resources("group", Date.now())) ?? [];
    for (const group of groups) {
      const fromMs = Date.now();
      const what = `the members of ${group} by gRPC`;
      const read = await pages(what, (client, pageToken) =>
        client.unary(
          GrantsService.method.listGrants,
          { resource: groupOf(group), pageSize, pageToken },
          options,
        ),
      );
      if (read === undefined) continue;
      const subs = read.flatMap(({ list }) => list.map(({ principal }) => principal?.id?.resource ?? ""));
      const keys = subs.map((sub) => memberKey(sub, group));
      ledger.readings.push({
        what,
        fromMs: roundMs,
        askedMs: fromMs,
        toMs: Date.now(),
        keys,
        cover: { membersOf: group },
      });
    }
  } finally {
    clients.close();
  }
}
