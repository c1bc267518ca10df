import type { Directory } from "../../pkg/core/directory.ts";
import { GovernanceError } from "../../pkg/core/errors.ts";
import type { Group } from "../../pkg/core/group.ts";
import type { Page, PageRequest } from "../../pkg/core/page.ts";
import type { Pool } from "../../pkg/core/pool.ts";
import type { User } from "../../pkg/core/user.ts";

export const POOL = "eu-west-1_Fake00001";

const BORN = new Date("2024-02-03T04:05:06.789Z");

export function somePool(over: Partial<Pool> = {}): Pool {
  return {
    id: POOL,
    name: "people",
    arn: `arn:aws:cognito-idp:eu-west-1:123456789012:userpool/${POOL}`,
    estimatedUsers: 10,
    schema: [],
    usernameAttributes: [],
    aliasAttributes: [],
    caseSensitiveUsernames: true,
    passwordPolicy: {
      minimumLength: 8,
      requireUppercase: true,
      requireLowercase: true,
      requireNumbers: true,
      requireSymbols: true,
      historySize: 0,
      temporaryPasswordValidityDays: 7,
    },
    verifiedBeforeUpdate: [],
    firstAuthFactors: ["PASSWORD"],
    mfa: "OFF",
    tier: "ESSENTIALS",
    createdAt: BORN,
    ...over,
  };
}

export function someUser(
  over: Partial<Omit<User, "attributes">> & { attributes?: Record<string, string> } = {},
): User {
  const sub = over.sub ?? "6f1c0000-0000-4000-8000-000000000001";
  return {
    sub,
    username: sub,
    enabled: true,
    status: "CONFIRMED",
    createdAt: BORN,
    modifiedAt: BORN,
    identities: [],
    ...over,
    attributes: new Map(Object.entries({ sub, ...over.attributes })),
  };
}

export function userNumber(n: number): User {
  const sub = `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
  return someUser({ sub, username: `user${n}`, attributes: { email: `user${n}@example.com` } });
}

export function someGroup(name: string, over: Partial<Group> = {}): Group {
  return {
    name,
    description: undefined,
    roleArn: undefined,
    precedence: undefined,
    createdAt: BORN,
    modifiedAt: BORN,
    ...over,
  };
}

export interface FakePool {
  users: User[];
  groups: Group[];
  /** Members by group name. */
  members: Map<string, User[]>;
  pool: Pool;
  pageItems: number;
}

/** Called before each answer: throw to fail the call, return a page to replace its answer. */
export type Interception = (
  operation: string,
  number: number,
  page: PageRequest,
) => Page<never> | undefined | void;

export interface FakeDirectory {
  readonly directory: Directory;
  readonly content: FakePool;
  readonly calls: string[];
}

/** A pool in memory that pages as Cognito does. `intercept` sees each call first, numbered from 1. */
export function fakeDirectory(
  content: Partial<FakePool> = {},
  intercept: Interception = () => {},
): FakeDirectory {
  const world: FakePool = {
    users: [],
    groups: [],
    members: new Map(),
    pool: somePool(),
    pageItems: 60,
    ...content,
  };
  const calls: string[] = [];

  function enter(operation: string, page: PageRequest, signal: AbortSignal): Page<never> | undefined {
    signal.throwIfAborted();
    calls.push(operation);
    return intercept(operation, calls.length, page) ?? undefined;
  }

  function slice<T>(operation: string, items: readonly T[], page: PageRequest, signal: AbortSignal): Page<T> {
    const instead = enter(operation, page, signal);
    if (instead !== undefined) return instead;
    const from = page.marker === undefined ? 0 : Number(page.marker.slice(2));
    const to = from + Math.min(page.limit ?? 60, world.pageItems);
    return { items: items.slice(from, to), next: to < items.length ? `m:${to}` : undefined };
  }

  const directory: Directory = {
    async describePool(signal) {
      enter("DescribeUserPool", {}, signal);
      return world.pool;
    },
    listUsers: async (page, signal) => slice("ListUsers", world.users, page, signal),
    listGroups: async (page, signal) => slice("ListGroups", world.groups, page, signal),
    async listMembers(name, page, signal) {
      const members = world.members.get(name) ?? [];
      if (!world.groups.some((group) => group.name === name)) throw groupGone(name);
      return slice(`ListUsersInGroup ${name}`, members, page, signal);
    },
    async findUsers(attribute, value, signal) {
      enter("ListUsers?", {}, signal);
      const read = (user: User) =>
        attribute === "username" ? user.username : user.attributes.get(attribute);
      return world.users.filter((user) => read(user) === value);
    },
    async getUser(username, signal) {
      enter("AdminGetUser", {}, signal);
      const user = world.users.find((candidate) => candidate.username === username);
      if (user === undefined) throw new GovernanceError("not-found", "no such user", { reason: "user-gone" });
      return { factors: [], preferredFactor: undefined, ...user };
    },
    async getGroup(name, signal) {
      enter("GetGroup", {}, signal);
      const group = world.groups.find((candidate) => candidate.name === name);
      if (group === undefined) throw groupGone(name);
      return group;
    },
    async listGroupsOfUser(username, page, signal) {
      const of = world.groups.filter((group) =>
        world.members.get(group.name)?.some((member) => member.username === username),
      );
      return slice("AdminListGroupsForUser", of, page, signal);
    },
    async probePermissions(operations, signal) {
      enter("probe", {}, signal);
      return operations.map((operation) => ({ operation, allowed: true, detail: "" }));
    },
  };
  return { directory, content: world, calls };
}

export function groupGone(name: string): GovernanceError {
  return new GovernanceError("not-found", `no group ${name}`, { reason: "group-gone" });
}

export function throttledError(): GovernanceError {
  return new GovernanceError("throttled", "Cognito says too many requests");
}
