// The lists of SCIM over an inventory and records in a folder of their own.

import { createHash } from "node:crypto";
import { join } from "node:path";
import { createConnector } from "../../pkg/connector/create-connector.ts";
import type { User } from "../../pkg/core/user.ts";
import { openPreparedReader } from "../../pkg/inventory/sqlite/prepared-reader.ts";
import { createLists, type Lists } from "../../pkg/scim/lists/create-lists.ts";
import type { ListMapping } from "../../pkg/scim/lists/list-mapping.ts";
import { createListInventory } from "../../pkg/scim/lists/sql-inventory.ts";
import type { ListAnswer, ListQuery } from "../../pkg/scim/pool-view.ts";
import { matcherOf } from "../../pkg/scim/protocol/evaluate.ts";
import type { Filter } from "../../pkg/scim/protocol/filter-tree.ts";
import type { JsonObject } from "../../pkg/scim/resource.ts";
import { ScimError } from "../../pkg/scim/scim-error.ts";
import { readScimRecords } from "../../pkg/scim-records/read-records.ts";
import { createScimRecords, type StoredScimRecords } from "../../pkg/scim-records/sqlite-records.ts";
import { type FakePool, fakeDirectory, POOL, userNumber } from "./fake-directory.ts";
import { syncInto } from "./memory-target.ts";
import { resourcesText } from "./resources-text.ts";
import { ACCEPT, BEGINNING, inventoryStage } from "./sqlite-inventory.ts";

/** Plain resources: the mapping itself has its own tests. */
export const PLAIN_MAPPING: ListMapping = {
  user: ({ sub, username, enabled, modifiedAt }, kept, groups) => ({
    id: sub,
    userName: username,
    active: enabled,
    ...(kept?.externalId === undefined ? {} : { externalId: kept.externalId }),
    ...(groups === undefined
      ? {}
      : { groups: groups.map(({ name, displayName }) => ({ value: name, display: displayName })) }),
    meta: { lastModified: modifiedAt.toISOString() },
  }),
  group: ({ name, description }, kept, members) => ({
    id: name,
    displayName: kept?.displayName ?? name,
    ...(description === undefined ? {} : { description }),
    ...(members === undefined
      ? {}
      : { members: members.map(({ sub, username }) => ({ value: sub, display: username })) }),
  }),
  projector:
    (_kind, { attributes }) =>
    (resource) =>
      attributes === undefined
        ? resource
        : Object.fromEntries(
            Object.entries(resource).filter(([name]) => name === "id" || attributes.includes(name)),
          ),
  // Groups are read again from their texts.
  userTexts: (projection) => ({
    group: ({ name, displayName }) => `${name}\n${displayName}`,
    user(user, texts) {
      const groups = texts?.map((text) => {
        const [name = "", displayName = ""] = text.split("\n");
        return { name, displayName };
      });
      return JSON.stringify(
        PLAIN_MAPPING.projector("User", projection)(PLAIN_MAPPING.user(user, undefined, groups)),
      );
    },
  }),
  wants: ({ attributes, excludedAttributes }, name) =>
    attributes === undefined ? excludedAttributes?.includes(name) !== true : attributes.includes(name),
  matcher: matcherOf,
  comparator:
    ({ attribute }) =>
    (a, b) => {
      const [x, y] = [textOf(a[attribute]), textOf(b[attribute])];
      return x < y ? -1 : x > y ? 1 : 0;
    },
  keepsExternalId: true,
  activeIsEnabled: true,
  keyOfId: (_kind, id) => id,
};

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null;
}

export function compare(path: string, operator: "eq" | "co" | "ge", value: string | boolean): Filter {
  const [attribute = "", sub] = path.split(".");
  return {
    kind: "compare",
    path: { urn: undefined, attribute, sub },
    operator,
    value,
    as: typeof value === "boolean" ? "boolean" : "caseExact",
  };
}

export type ListStage = ReturnType<typeof listStage>;

export function listStage() {
  const inventory = inventoryStage();
  const clock = { nowMs: BEGINNING.getTime(), monotonicMs: 0 };
  const never = new AbortController().signal;
  const place = { stateDir: inventory.folder, poolId: POOL };
  let records: StoredScimRecords | undefined;
  let lists: Lists | undefined;

  async function writer(): Promise<StoredScimRecords> {
    records ??= createScimRecords(place, () => clock.nowMs);
    await records.open();
    return records;
  }

  async function opened(): Promise<Lists> {
    if (lists !== undefined) return lists;
    const path = await (await writer()).open();
    lists = createLists({
      open: async (signal) =>
        createListInventory(await openPreparedReader(join(inventory.folder, "pool.db"), signal), POOL),
      records: readScimRecords(path),
      now: () => clock.nowMs,
      monotonic: () => clock.monotonicMs,
      sha256: (text) => createHash("sha256").update(text).digest("hex"),
    });
    return lists;
  }

  async function list(query: Partial<ListQuery> = {}, signal = never): Promise<ListAnswer> {
    const whole: ListQuery = {
      kinds: ["User"],
      filter: undefined,
      sort: undefined,
      start: { by: "index", startIndex: 1 },
      count: 100,
      projection: { excludedAttributes: ["groups", "members"] },
      caller: "okta",
      ...query,
    };
    return await (await opened()).list(whole, PLAIN_MAPPING, signal);
  }

  return {
    clock,
    writer,
    lists: opened,
    /** One run of the inventory that begins at the time of the clock. */
    async publish(content: Partial<FakePool>) {
      const target = await inventory.open({ now: () => clock.nowMs });
      try {
        const { directory } = fakeDirectory(content);
        const connector = createConnector({
          directory,
          poolId: POOL,
          userIdKind: "sub",
          now: () => clock.nowMs,
        });
        const startedAt = new Date(clock.nowMs);
        await syncInto([target], { connector, listingsAtOnce: 2, startedAt });
        return await target.publish(ACCEPT, never);
      } finally {
        await target.close();
      }
    },
    list,
    /** Some minutes, in which Cognito shows every change. */
    later(): void {
      clock.nowMs += 10 * 60_000;
    },
    /** Every page by index, as a client asks for them. */
    async byIndex(query: Partial<ListQuery> = {}, between: BetweenPages = async () => {}) {
      const pages: ListAnswer[] = [];
      for (let startIndex = 1; ; ) {
        const page = await list({ ...query, start: { by: "index", startIndex } });
        pages.push(page);
        startIndex += page.itemsPerPage;
        if (page.itemsPerPage === 0 || startIndex > page.totalResults) break;
        await between(pages.length);
      }
      const totals = [...new Set(pages.map(({ totalResults }) => totalResults))];
      return { ids: pages.flatMap(idsIn), totals, pages };
    },
    async byCursor(query: Partial<ListQuery> = {}, between: BetweenPages = async () => {}) {
      const pages: ListAnswer[] = [];
      for (let cursor: string | undefined = ""; cursor !== undefined; ) {
        const page: ListAnswer = await list({ ...query, start: { by: "cursor", cursor } });
        pages.push(page);
        cursor = page.nextCursor;
        if (cursor !== undefined) await between(pages.length);
      }
      return { ids: pages.flatMap(idsIn), pages };
    },
    /** As after a restart of the program. */
    async restart(): Promise<void> {
      lists?.close();
      await records?.close();
      lists = undefined;
      records = undefined;
    },
    async remove(): Promise<void> {
      lists?.close();
      await records?.close();
      inventory.remove();
    },
  };
}

/** The resources of an answer. */
export function resourcesIn(answer: Pick<ListAnswer, "resources">): readonly JsonObject[] {
  const parsed: unknown = JSON.parse(resourcesText(answer.resources));
  return Array.isArray(parsed) ? parsed.filter(isObject) : [];
}

export function idsIn(answer: Pick<ListAnswer, "resources">): readonly string[] {
  return textsIn(answer, "id");
}

/** One attribute of each resource. */
export function textsIn(answer: Pick<ListAnswer, "resources">, attribute: string): readonly string[] {
  return resourcesIn(answer).map((resource) => textOf(resource[attribute]));
}

/** The values of an attribute that has several, of each resource. */
export function valuesIn(
  answer: Pick<ListAnswer, "resources">,
  attribute: string,
): readonly (readonly string[])[] {
  return resourcesIn(answer).map((resource) => {
    const items: unknown = resource[attribute];
    return Array.isArray(items) ? items.filter(isObject).map((item) => textOf(item["value"])) : [];
  });
}

type BetweenPages = (page: number) => Promise<unknown>;

export const people = (count: number): User[] => Array.from({ length: count }, (_, n) => userNumber(n));

/** The ScimError that the work rejects with. */
export async function refusal(work: Promise<unknown>): Promise<ScimError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error("it was answered");
}
