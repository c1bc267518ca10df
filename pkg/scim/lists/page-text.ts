import { setImmediate } from "node:timers/promises";
import type { MonotonicClock } from "../../core/clock.ts";
import { requireRoomForMembers } from "../members-bound.ts";
import type { Projection, ScimResource } from "../resource.ts";
import type { ListMapping } from "./list-mapping.ts";
import type { ListState } from "./list-state.ts";
import type { ListedItems, Resources } from "./resources.ts";

export interface PageParts {
  readonly state: ListState;
  readonly listed: ListedItems;
  readonly mapping: ListMapping;
  readonly projection: Projection;
  readonly resources: Resources;
  readonly monotonic: MonotonicClock;
}

/** Other work of the thread gets its turn this often. */
const SLICE_MS = 5;

/** The JSON texts of a page. */
export async function pageTexts(page: PageParts, signal: AbortSignal): Promise<readonly string[]> {
  const { state, listed, mapping, projection, resources, monotonic } = page;
  const parts = {
    groups: mapping.wants(projection, "groups"),
    members: mapping.wants(projection, "members"),
  };
  const project = {
    User: mapping.projector("User", projection),
    Group: mapping.projector("Group", projection),
  };
  const { items } = listed;
  const areUsers = items.every(({ kind }) => kind === "User");
  const texts = areUsers ? mapping.userTexts(projection) : undefined;
  if (texts !== undefined) return resources.userTexts(state, listed, parts, { texts, project: project.User });
  const textOf = (resource: ScimResource, at: number): string =>
    JSON.stringify(project[items[at]?.kind ?? "User"](resource));
  if (!parts.members || areUsers) {
    return resources.of(state, listed, parts).map(textOf);
  }
  // The members of a page of groups may be many: one group after the other.
  const all: string[] = [];
  let members = 0;
  let sliceFrom = monotonic();
  for (const [at, item] of items.entries()) {
    for (const resource of resources.of(state, { items: [item], areDense: false }, parts)) {
      const { members: own } = resource;
      members += Array.isArray(own) ? own.length : 0;
      requireRoomForMembers(members);
      all.push(textOf(resource, at));
    }
    if (monotonic() - sliceFrom < SLICE_MS) continue;
    await setImmediate();
    signal.throwIfAborted();
    sliceFrom = monotonic();
  }
  return all;
}
