import type { Connector, GroupRow, Listing, ListRequest, UserRow } from "../connector/connector.ts";
import type { Sleep } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import { advance, type ListingCursor, type ListingKind, membersListing } from "../core/sync-plan.ts";
import type { ScopeSelection, SyncScope } from "../core/sync-scope.ts";
import type { SyncPage } from "./target.ts";
import { createUserGroupsReader, type UserGroupsPage } from "./user-groups.ts";

export interface PageReaderOptions {
  readonly connector: Connector;
  readonly scope: SyncScope;
  readonly sleep: Sleep;
  /** A chosen user or group does not exist. Must not throw. */
  readonly onMissing?: ((kind: ListingKind, id: string) => void) | undefined;
}

/** Reads the next page of a listing; `vanished` when the group of a members listing is gone. */
export type PageReader = (
  cursor: ListingCursor,
  callsAfter: number,
  signal: AbortSignal,
) => Promise<SyncPage | UserGroupsPage | "vanished">;

/** How the pages of one scope are read. */
export function createPageReader({ connector, scope, sleep, onMissing }: PageReaderOptions): PageReader {
  /** Chosen ones are read one by one, in their order: the page token is the number of the next one. */
  async function page<T>(
    cursor: ListingCursor,
    callsAfter: number,
    selection: ScopeSelection,
    list: (request: ListRequest) => Promise<Listing<T>>,
    find: (id: string) => Promise<T | undefined>,
  ): Promise<Listing<T>> {
    if (selection === "all") return await list(requestOf(cursor, callsAfter));
    const at = Number(cursor.token);
    const id = selection[at];
    if (id === undefined) throw new GovernanceError("internal", `the run has no ${at}th chosen resource`);
    const found = await find(id);
    if (found === undefined) onMissing?.(cursor.kind, id);
    const next = at + 1;
    return {
      items: found === undefined ? [] : [found],
      nextPageToken: next < selection.length ? String(next) : "",
    };
  }

  function ofDepth(row: GroupRow): GroupRow {
    return scope.depth === "resources" ? { ...row, entitlements: () => [] } : row;
  }

  const readUserGroups = createUserGroupsReader(connector, sleep);

  return async (cursor, callsAfter, signal) => {
    switch (cursor.kind) {
      case "users-with-groups":
        return await readUserGroups(cursor, callsAfter, signal);
      case "users": {
        const { items, nextPageToken } = await page<UserRow>(
          cursor,
          callsAfter,
          scope.users,
          (request) => connector.listUsers({ ...request, subPrefix: cursor.part }, signal),
          (id) => connector.findUser(id, signal),
        );
        return { ...emptyPage(advance(cursor, nextPageToken)), users: items };
      }
      case "groups": {
        const { items, nextPageToken } = await page<GroupRow>(
          cursor,
          callsAfter,
          scope.groups,
          (request) => connector.listGroups(request, signal),
          (name) => connector.findGroup(name, signal),
        );
        const groups = newestOfEachName(items);
        const opens = scope.depth === "grants" ? groups.map(({ group }) => membersListing(group.name)) : [];
        return { ...emptyPage(advance(cursor, nextPageToken)), groups: groups.map(ofDepth), opens };
      }
      case "members": {
        const members = await membersPage(connector, cursor, callsAfter, signal);
        if (members === "vanished") return members;
        const { items, nextPageToken } = members;
        const users = items.map(({ member }) => member); // SYNC-5
        return { ...emptyPage(advance(cursor, nextPageToken)), users, memberships: items };
      }
    }
  };
}

/** A group that was made again, or changed, while AWS made the page may be in it twice. */
function newestOfEachName(rows: readonly GroupRow[]): readonly GroupRow[] {
  const newest = new Map<string, GroupRow>();
  for (const row of rows) {
    const other = newest.get(row.group.name);
    if (other === undefined || isNewer(row, other)) newest.set(row.group.name, row);
  }
  return [...newest.values()];
}

/** Of one group and one state the row that was listed later. */
function isNewer({ group }: GroupRow, { group: other }: GroupRow): boolean {
  const byCreation = group.createdAt.getTime() - other.createdAt.getTime();
  return byCreation === 0 ? group.modifiedAt >= other.modifiedAt : byCreation > 0;
}

async function membersPage(
  connector: Connector,
  cursor: ListingCursor,
  callsAfter: number,
  signal: AbortSignal,
) {
  try {
    return await connector.listMembers(cursor.part, requestOf(cursor, callsAfter), signal);
  } catch (error) {
    if (error instanceof GovernanceError && error.reason === "group-gone") return "vanished";
    throw error;
  }
}

function requestOf({ token }: ListingCursor, callsAfter: number): ListRequest {
  return { pageToken: token, pageSize: 0, callsAfter };
}

function emptyPage(cursor: ListingCursor): SyncPage {
  return { cursor, opens: [], users: [], groups: [], memberships: [] };
}
