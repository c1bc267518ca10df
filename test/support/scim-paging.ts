// Pages of a `serve --scim` are read while people come and go.

import { isRecord } from "../../pkg/core/unknown.ts";
import { createPool, type Pool } from "../cognito/pool.ts";
import type { ScimService } from "./scim-service.ts";

export function poolOf(people: number, groups = 3): Pool {
  const pool = createPool({
    id: "eu-west-1_Paging001",
    users: Array.from({ length: people }, (_, n) => ({
      username: `person-${n}`,
      attributes: { email: `person-${n}@example.com` },
    })),
    groups: Array.from({ length: groups }, (_, n) => `group-${n}`),
  });
  for (let n = 0; n < people; n += Math.ceil(people / 100)) pool.join(`person-${n}`, `group-${n % groups}`);
  return pool;
}

interface Page {
  readonly total: number;
  readonly resources: readonly Readonly<Record<string, unknown>>[];
  readonly ids: readonly string[];
  readonly nextCursor: string | undefined;
}

/** A page of `Users` or `Groups`. */
export async function pageOf(service: ScimService, path: string): Promise<Page> {
  const { status, body, text } = await service.ask(path);
  const { totalResults, Resources: resources = [], nextCursor } = membersOf(body);
  if (status !== 200 || typeof totalResults !== "number" || !Array.isArray(resources)) throw new Error(text);
  const listed = resources.map(membersOf);
  return {
    total: totalResults,
    resources: listed,
    ids: listed.map(({ id }) => (typeof id === "string" ? id : "")),
    nextCursor: typeof nextCursor === "string" ? nextCursor : undefined,
  };
}

interface AnyMembers {
  readonly [name: string]: unknown;
  readonly totalResults?: unknown;
  readonly Resources?: unknown;
  readonly nextCursor?: unknown;
  readonly id?: unknown;
}

function membersOf(value: unknown): AnyMembers {
  return isRecord(value) ? value : {};
}

export function page(service: ScimService, query: string): Promise<Page> {
  return pageOf(service, `/Users?excludedAttributes=groups&${query}`);
}

export interface Listing {
  readonly ids: readonly string[];
  readonly totals: readonly number[];
}

export async function listByIndex(service: ScimService, count: number): Promise<Listing> {
  const ids: string[] = [];
  const totals: number[] = [];
  for (;;) {
    const { total, ids: found } = await page(service, `startIndex=${ids.length + 1}&count=${count}`);
    ids.push(...found);
    totals.push(total);
    if (found.length === 0 || ids.length >= total) return { ids, totals };
  }
}

export async function listByCursor(service: ScimService, count: number): Promise<Listing> {
  const ids: string[] = [];
  const totals: number[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const found: Page = await page(service, `cursor=${cursor}&count=${count}`);
    ids.push(...found.ids);
    totals.push(found.total);
    cursor = found.nextCursor;
  }
  return { ids, totals };
}

/** Creates and deletes people by SCIM until `end` is called. Resolves with the ids of both. */
export function comeAndGo(service: ScimService, leaving: readonly string[]) {
  const stop = new AbortController();
  const deleted: string[] = [];
  const created: string[] = [];
  let failure: Error | undefined;
  const work = (async () => {
    while (!stop.signal.aborted) {
      const n = created.length;
      const json = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: `new-${n}` };
      const made = await service.ask("/Users", { method: "POST", json });
      if (made.status !== 201) throw new Error(made.text);
      const { id } = membersOf(made.body);
      if (typeof id === "string") created.push(id);
      const sub = leaving[n];
      if (sub === undefined) continue;
      const gone = await service.ask(`/Users/${sub}`, { method: "DELETE" });
      if (gone.status !== 204) throw new Error(gone.text);
      deleted.push(sub);
    }
  })();
  work.catch((error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  return {
    /** Who has come, or gone, whichever are fewer. Throws where a change has failed. */
    soFar(): number {
      if (failure !== undefined) throw failure;
      return Math.min(deleted.length, created.length);
    },
    async end() {
      stop.abort();
      await work;
      return { deleted, created };
    },
  };
}

/** What is wrong with a listing: everybody who stayed is in it, nobody twice, and no page promised more than there was. */
export function wrongIn({ ids, totals }: Listing, stayed: readonly string[]) {
  const found = new Set(ids);
  return {
    twice: ids.length - found.size,
    missing: stayed.filter((sub) => !found.has(sub)),
    otherTotals: [...new Set(totals)].filter((total) => total !== ids.length),
  };
}

export const NOTHING_WRONG: ReturnType<typeof wrongIn> = { twice: 0, missing: [], otherTotals: [] };
