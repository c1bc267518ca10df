// A caller with credentials beside a hostile one: how long it waits, and what it loses.
import { setTimeout as sleep } from "node:timers/promises";
import { GrantManagerService } from "../../pkg/gen/c1/connector/v2/grant_pb.ts";
import { ResourcesService, ResourceTypesService } from "../../pkg/gen/c1/connector/v2/resource_pb.ts";
import { type GrpcTestClient, grpcClient } from "../support/grpc-client.ts";
import { countUp } from "./standing.ts";

export interface Rightful {
  /** The longest wait of each sort of call so far. */
  readonly longestMs: Readonly<Record<RightfulSort, number>>;
  /** How often a call failed, by sort and code. */
  readonly lost: ReadonlyMap<string, number>;
  readonly calls: () => number;
  /** Resolves when the calls under way have ended. */
  stop(): Promise<void>;
}

/** `fresh` is a call on a connection of its own; `listing` and `write` wait for turns of AWS. */
export type RightfulSort = "plain" | "fresh" | "listing" | "write";

const PAUSE_MS: Readonly<Record<RightfulSort, number>> = {
  plain: 50,
  fresh: 500,
  listing: 2000,
  write: 3000,
};
const DEADLINE_MS = 30_000;

export interface RightfulOptions {
  readonly address: string;
  readonly token: string;
  readonly sub: string;
  readonly group: string;
}

export function startRightful({ address, token, sub, group }: RightfulOptions): Rightful {
  const longestMs = { plain: 0, fresh: 0, listing: 0, write: 0 };
  const lost = new Map<string, number>();
  const ending = new AbortController();
  const how = { timeoutMs: DEADLINE_MS, headers: { authorization: `Bearer ${token}` } };
  const standing = grpcClient(address);
  let calls = 0;
  let isMember = false;

  const { listResourceTypes } = ResourceTypesService.method;
  const { grant, revoke } = GrantManagerService.method;
  const entitlement = {
    id: `group:${group}:member`,
    resource: { id: { resourceType: "group", resource: group } },
  };
  const principal = { id: { resourceType: "user", resource: sub } };

  async function write(client: GrpcTestClient) {
    isMember = !isMember;
    return isMember
      ? await client.unary(grant, { entitlement, principal }, how)
      : await client.unary(revoke, { grant: { id: "g", entitlement, principal } }, how);
  }

  async function fresh() {
    const client = grpcClient(address);
    const reply = await client.unary(listResourceTypes, {}, how);
    client.close();
    return reply;
  }

  const make: Readonly<Record<RightfulSort, () => Promise<{ code: string; message: string }>>> = {
    plain: () => standing.unary(listResourceTypes, {}, how),
    fresh,
    listing: () => standing.unary(ResourcesService.method.listResources, { resourceTypeId: "user" }, how),
    write: () => write(standing),
  };

  async function repeat(sort: RightfulSort): Promise<void> {
    while (!ending.signal.aborted) {
      const begun = performance.now();
      const { code, message } = await make[sort]();
      calls += 1;
      longestMs[sort] = Math.max(longestMs[sort], performance.now() - begun);
      if (code !== "OK") countUp(lost, `${sort} ${code} ${message.slice(0, 60)}`);
      await sleep(PAUSE_MS[sort], undefined, { signal: ending.signal }).catch(() => undefined);
    }
  }

  const working = Promise.all([repeat("plain"), repeat("fresh"), repeat("listing"), repeat("write")]);
  return {
    longestMs,
    lost,
    calls: () => calls,
    async stop() {
      ending.abort();
      await Promise.race([working, sleep(DEADLINE_MS + 5000)]);
      standing.close();
    },
  };
}
