// One caller of test/bench/callers.ts: its connection, its user, and the state that this user must have.
import { setTimeout as sleep } from "node:timers/promises";
import type { Any } from "@bufbuild/protobuf/wkt";
import { ActionService, BatonActionStatus } from "../../pkg/gen/c1/connector/v2/action_pb.ts";
import { EntitlementsService } from "../../pkg/gen/c1/connector/v2/entitlement_pb.ts";
import { GrantManagerService, GrantsService } from "../../pkg/gen/c1/connector/v2/grant_pb.ts";
import { ResourcesService, ResourceTypesService } from "../../pkg/gen/c1/connector/v2/resource_pb.ts";
import { Health } from "../../pkg/gen/grpc/health/v1/health_pb.ts";
import { hash } from "../cognito/hash.ts";
import { type GrpcTestClient, grpcClient, type Reply } from "../support/grpc-client.ts";
import { countUp, standingText } from "./standing.ts";

/** "plain" makes no call to AWS. */
export type Sort = "plain" | "read" | "write";

export interface Seen {
  readonly sort: Sort;
  readonly name: string;
  /** When it ended, as performance.now(). */
  readonly atMs: number;
  readonly tookMs: number;
  readonly code: string;
  readonly message: string;
}

export interface CallerOptions {
  readonly address: string;
  readonly sub: string;
  readonly groups: readonly string[];
  /** Those that its user is in. */
  readonly joined: readonly string[];
  readonly seed: number;
  readonly meanThinkMs: number;
  /** Its bearer token, where the service asks for one. */
  readonly token: string | undefined;
  readonly seen: (call: Seen) => void;
}

export interface Caller {
  /** Makes the connection, with a call that is not counted. */
  connect(): Promise<void>;
  /** Calls until the signal, and ends what is under way then. */
  work(signal: AbortSignal): Promise<void>;
  /** The state that the server must have, after the answers so far. */
  standing(): string;
  /** Writes answered, by what they did: the lines that the audit log must have of this user. */
  readonly answered: { done: number; nothingToDo: number };
  /** The wrong answers, in words. */
  readonly wrong: readonly string[];
  close(): void;
}

const PAGE = 50;
const DEADLINE_MS = 60_000;

export function createCaller(options: CallerOptions): Caller {
  const { sub, groups, seed, meanThinkMs, seen } = options;
  const client: GrpcTestClient = grpcClient(options.address);
  const joined = new Set(options.joined);
  const calls = new Map<string, number>();
  const answered = { done: 0, nothingToDo: 0 };
  const wrong: string[] = [];
  const nextToken = { users: "", grants: "" };
  let enabled = true;
  let listedGroup = 0;
  let drawn = 0;

  /** Uniform from 0 to below 1. */
  function random(): number {
    drawn += 1;
    return hash(seed, drawn, 17) / 2 ** 32;
  }

  const groupAt = (place: number): string => groups[place % groups.length] ?? "";
  const anyGroup = (): string => groupAt(Math.floor(random() * groups.length));

  async function timed<T>(sort: Sort, name: string, call: () => Promise<Reply<T>>): Promise<Reply<T>> {
    const begun = performance.now();
    const reply = await call();
    const atMs = performance.now();
    seen({ sort, name, atMs, tookMs: atMs - begun, code: reply.code, message: reply.message });
    return reply;
  }

  const { token } = options;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const limit = { timeoutMs: DEADLINE_MS, headers };
  const entitlementOf = (group: string) => ({
    id: `group:${group}:member`,
    resource: { id: { resourceType: "group", resource: group } },
  });
  const principal = { id: { resourceType: "user", resource: sub } };

  async function listUsers(): Promise<void> {
    const request = { resourceTypeId: "user", pageSize: PAGE, pageToken: nextToken.users };
    const { answer } = await timed("read", "ListResources", () =>
      client.unary(ResourcesService.method.listResources, request, limit),
    );
    if (answer?.list.length === 0) wrong.push("an empty page of users");
    nextToken.users = answer?.nextPageToken ?? "";
  }

  async function listGrants(): Promise<void> {
    if (nextToken.grants === "") listedGroup += 1;
    const { resource } = entitlementOf(groupAt(listedGroup));
    const request = { resource, pageSize: PAGE, pageToken: nextToken.grants };
    const { answer } = await timed("read", "ListGrants", () =>
      client.unary(GrantsService.method.listGrants, request, limit),
    );
    // Each group has more than a page of members that no caller changes, so that only a later page
    // may be empty.
    if (answer?.list.length === 0 && nextToken.grants === "") wrong.push("an empty page of grants");
    nextToken.grants = answer?.nextPageToken ?? "";
  }

  /** Whether it changed the pool; undefined when it failed. */
  async function setMember(group: string, wanted: boolean): Promise<boolean | undefined> {
    const entitlement = entitlementOf(group);
    const { grant, revoke } = GrantManagerService.method;
    const { answer } = wanted
      ? await timed<{ annotations: Any[] }>("write", "Grant", () =>
          client.unary(grant, { entitlement, principal }, limit),
        )
      : await timed<{ annotations: Any[] }>("write", "Revoke", () =>
          client.unary(revoke, { grant: { id: "placeholder", entitlement, principal } }, limit),
        );
    if (answer === undefined) return undefined;
    const changed = !answer.annotations.some(({ typeUrl }) => /GrantAlready(Exists|Revoked)$/.test(typeUrl));
    if (!changed) {
      answered.nothingToDo += 1;
      return false;
    }
    answered.done += 1;
    countUp(calls, wanted ? "AdminAddUserToGroup" : "AdminRemoveUserFromGroup");
    if (wanted) joined.add(group);
    else joined.delete(group);
    return true;
  }

  /** So many times at once, as a platform that repeats its request; only one may have changed the pool. */
  async function toggleMember(times: number): Promise<void> {
    const group = anyGroup();
    const wanted = !joined.has(group);
    const changes = await Promise.all(Array.from({ length: times }, () => setMember(group, wanted)));
    const changed = changes.filter((change) => change === true).length;
    if (changed !== 1)
      wrong.push(`${wanted ? "grant" : "revoke"} sent ${times} times changed ${changed} times`);
  }

  async function repeatMember(): Promise<void> {
    const group = anyGroup();
    const changed = await setMember(group, joined.has(group));
    if (changed === true) wrong.push(`a membership that existed was changed: ${group}`);
  }

  async function toggleEnabled(): Promise<void> {
    const name = enabled ? "disable_user" : "enable_user";
    const { answer } = await timed("write", name, () =>
      client.unary(
        ActionService.method.invokeAction,
        { name, args: { user_id: sub }, inlineWait: { seconds: 30n } },
        limit,
      ),
    );
    if (answer === undefined) return;
    if (answer.status !== BatonActionStatus.COMPLETE || answer.response?.["outcome"] !== "done") {
      wrong.push(`${name} ended in status ${answer.status}, ${JSON.stringify(answer.response)}`);
      return;
    }
    answered.done += 1;
    countUp(calls, enabled ? "AdminDisableUser" : "AdminEnableUser");
    if (enabled) countUp(calls, "AdminUserGlobalSignOut");
    enabled = !enabled;
  }

  const resourceTypes = () => client.unary(ResourceTypesService.method.listResourceTypes, {}, limit);
  const schemas = () => client.unary(ActionService.method.listActionSchemas, {}, limit);
  const health = () => client.unary(Health.method.check, {}, limit);
  const entitlements = () =>
    client.unary(
      EntitlementsService.method.listEntitlements,
      { resource: entitlementOf(anyGroup()).resource },
      limit,
    );

  /** Shares in percent. Every grant reads its group, which AWS allows 5 times a second: more would only wait. */
  const mix: readonly (readonly [number, () => Promise<unknown>])[] = [
    [20, () => timed("plain", "ListResourceTypes", resourceTypes)],
    [20, () => timed("plain", "ListEntitlements", entitlements)],
    [10, () => timed("plain", "Check", health)],
    [10, () => timed("plain", "ListActionSchemas", schemas)],
    [15, listUsers],
    [15, listGrants],
    [3.5, () => toggleMember(1)],
    [0.5, () => toggleMember(2)],
    [0.5, repeatMember],
    [5.5, toggleEnabled],
  ];

  async function one(): Promise<void> {
    let share = random() * 100;
    for (const [percent, call] of mix) {
      share -= percent;
      if (share >= 0) continue;
      await call();
      return;
    }
  }

  return {
    answered,
    wrong,
    async connect() {
      const { code, message } = await health();
      if (code !== "OK") throw new Error(`the first call ended with ${code}: ${message}`);
    },
    async work(signal) {
      while (!signal.aborted) {
        // Exponential, like the calls of many independent people.
        const thinkMs = -Math.log(1 - random()) * meanThinkMs;
        await sleep(thinkMs, undefined, { signal }).catch(() => undefined);
        if (!signal.aborted) await one();
      }
    },
    standing: () => standingText({ sub, enabled, groups: joined, calls }),
    close: () => client.close(),
  };
}
