// One page is one transaction: its rows and the cursor after it (INVENTORY-2).
import type { EpochClock } from "../../../core/clock.ts";
import { GovernanceError } from "../../../core/errors.ts";
import type { ListingCursor, SyncCounts } from "../../../core/sync-plan.ts";
import type { Unlisted } from "../../../core/unlisted-users.ts";
import { stampNumber } from "../../../sync/stamp-number.ts";
import type { SyncPage } from "../../../sync/target.ts";
import type { SqlCell } from "../../reader.ts";
import { stateColumnNames, stateColumns } from "../../target/columns.ts";
import { groupCells, userCells } from "../../target/state-cells.ts";
import type { PostgresSession, StatementOptions } from "../session.ts";
import { copyRows, storableJson } from "./copy-rows.ts";
import { CURSORS, cursorColumns } from "./staged-run.ts";
import type { StagingTables } from "./staging-tables.ts";

type Tally = { -readonly [Kind in keyof SyncCounts]: SyncCounts[Kind] };

const LOOK: StatementOptions = { doing: "look for users in" };
const PAGE: StatementOptions = { doing: "store a page in" };
const JSON_PLACES = new Set(
  stateColumns("users").flatMap(({ type }, place) => (type === "json" ? [place] : [])),
);

/** What the run holds of the rows of a page. */
interface Known {
  /** Stamps by `sub`. */
  readonly users: ReadonlyMap<string, number>;
  /** As `memberKey` writes them. */
  readonly members: ReadonlySet<string>;
  /** Creation times by name. */
  readonly groups: ReadonlyMap<string, string>;
}

export class StagedPages {
  readonly #session: PostgresSession;
  readonly #tables: StagingTables;
  readonly #poolId: string;
  readonly #now: EpochClock;
  #counts: SyncCounts;

  constructor(
    session: PostgresSession,
    {
      tables,
      poolId,
      counts,
      now,
    }: {
      readonly tables: StagingTables;
      readonly poolId: string;
      readonly counts: SyncCounts;
      readonly now: EpochClock;
    },
  ) {
    this.#session = session;
    this.#tables = tables;
    this.#poolId = poolId;
    this.#counts = counts;
    this.#now = now;
  }

  get counts(): SyncCounts {
    return this.#counts;
  }

  /** Returns the listings that were really opened: new ones, and those of a group that is another one now. */
  async commit(page: SyncPage): Promise<readonly ListingCursor[]> {
    return await this.#transaction(async (tally) => {
      const known = await this.#known(page);
      await this.#putGroups(page, known, tally);
      await this.#putUsers(page, known, tally);
      await this.#noteUnlisted(page, known);
      const another = anotherGroups(page, known);
      const opened = await this.#openListings(page, another, tally);
      const emptied = new Set(opened.map(({ part }) => part).filter((group) => another.has(group)));
      await this.#putMembers(page, known, emptied, tally);
      await this.#move(page.cursor);
      return opened;
    }, page.membersAreIdle !== true);
  }

  async dropGroup(cursor: ListingCursor): Promise<void> {
    await this.#transaction(async (tally) => {
      await this.#dropMembers(cursor.part, tally);
      const gone = `DELETE FROM ${this.#tables.groups} WHERE name = $1`;
      tally.groups -= (await this.#session.run(gone, [cursor.part], PAGE)).count;
      await this.#move(cursor);
    });
  }

  async rewind(cursors: readonly ListingCursor[]): Promise<void> {
    await this.#transaction(async (tally) => {
      await this.#set(cursors);
      for (const { kind, part: group, pages } of cursors) {
        if (kind === "members" && pages === 0) await this.#dropMembers(group, tally);
      }
    }, false);
  }

  async unlisted(most: number): Promise<Unlisted> {
    const { unlisted } = this.#tables;
    const counts = await this.#session.run(
      `SELECT count(*), count(*) FILTER (WHERE is_new) FROM ${unlisted}`,
      [],
      LOOK,
    );
    const some = `SELECT user_id FROM ${unlisted} WHERE NOT is_new LIMIT $1`;
    const { rows } = await this.#session.run(some, [most], LOOK);
    const [total, isNew] = counts.rows[0] ?? [];
    return { total: Number(total), isNew: Number(isNew), ids: rows.map(([id]) => String(id)) };
  }

  /** Throws when the rows are not those that were counted page by page, or a membership lacks its group. */
  async requireCounted(): Promise<void> {
    const { rows } = await this.#session.run(
      `SELECT (SELECT count(*) FROM staged_users), (SELECT count(*) FROM staged_groups),
         (SELECT count(*) FROM staged_memberships)`,
      [],
      { doing: "count the rows of", timeoutMs: 10 * 60_000 },
    );
    const [users, groups, memberships] = rows[0] ?? [];
    const found = `${users} users, ${groups} groups, ${memberships} memberships`;
    const { counts } = this;
    const counted = `${counts.users} users, ${counts.groups} groups, ${counts.memberships} memberships`;
    if (found !== counted) throw broken(`the run holds ${found} and counted ${counted}`);
  }

  async #known({ users, groups, memberships }: SyncPage): Promise<Known> {
    const tables = this.#tables;
    const names = new Set([
      ...groups.map(({ group }) => group.name),
      ...memberships.map(({ groupName }) => groupName),
    ]);
    const { rows } = await this.#session.run(
      `SELECT 'user', sub, stamp, NULL::timestamptz, NULL FROM ${tables.users} WHERE sub = ANY ($1)
       UNION ALL SELECT 'member', m.sub, NULL, NULL, m.group_name FROM ${tables.members} m
         JOIN unnest($2::text[], $3::text[]) AS p(group_name, sub) USING (group_name, sub)
       UNION ALL SELECT 'group', name, NULL, created_at, NULL FROM ${tables.groups} WHERE name = ANY ($4)`,
      [
        users.map(({ user }) => user.sub),
        memberships.map(({ groupName }) => groupName),
        memberships.map(({ member }) => member.user.sub),
        [...names],
      ],
      PAGE,
    );
    const of = (kind: string) => rows.filter(([found]) => found === kind);
    return {
      users: new Map(of("user").map(([, sub, stamp]) => [String(sub), Number(stamp)])),
      members: new Set(of("member").map(([, sub, , , group]) => memberKey(String(group), String(sub)))),
      groups: new Map(of("group").map(([, name, , createdAt]) => [String(name), String(createdAt)])),
    };
  }

  async #putGroups({ groups }: SyncPage, known: Known, tally: Tally): Promise<void> {
    // Of two rows of one name the later one holds.
    const rows = [...new Map(groups.map(({ group }) => [group.name, group])).values()];
    if (rows.length === 0) return;
    const names = rows.map(({ name }) => name);
    await this.#session.run(`DELETE FROM ${this.#tables.groups} WHERE name = ANY ($1)`, [names], PAGE);
    await this.#copy(
      this.#tables.groups,
      stateColumnNames("groups"),
      rows.map((group) => groupCells(group, this.#poolId)),
    );
    tally.groups += names.filter((name) => !known.groups.has(name)).length;
  }

  /** Most users of a page are in the run already, and are not sent again. */
  async #putUsers({ users }: SyncPage, known: Known, tally: Tally): Promise<void> {
    const lacking = new Map<string, readonly SqlCell[]>();
    for (const { user, stamp: text } of users) {
      const stamp = stampNumber(text);
      if (known.users.get(user.sub) === stamp && !lacking.has(user.sub)) continue;
      lacking.set(user.sub, [...storable(userCells(user)), stamp]);
    }
    if (lacking.size === 0) return;
    const changed = [...lacking.keys()].filter((sub) => known.users.has(sub));
    if (changed.length > 0) {
      await this.#session.run(`DELETE FROM ${this.#tables.users} WHERE sub = ANY ($1)`, [changed], PAGE);
    }
    await this.#copy(this.#tables.users, [...stateColumnNames("users"), "stamp"], [...lacking.values()]);
    tally.users += lacking.size - changed.length;
  }

  async #noteUnlisted({ proof, users }: SyncPage, known: Known): Promise<void> {
    if (proof === undefined) return;
    const { unlisted } = this.#tables;
    const isKnown = (place: number): boolean => known.users.has(users[place]?.user.sub ?? "");
    const noted = proof.users.filter((_, place) => isKnown(place) === proof.lists);
    if (noted.length === 0) return;
    const ids = noted.map(({ id }) => id);
    if (proof.lists) {
      await this.#session.run(`DELETE FROM ${unlisted} WHERE user_id = ANY ($1)`, [ids], PAGE);
      return;
    }
    await this.#session.run(
      `INSERT INTO ${unlisted} (user_id, is_new) 
       SELECT u.id, u.new = 1 FROM unnest($1::text[], $2::int[]) AS u(id, new) ON CONFLICT DO NOTHING`,
      [ids, noted.map(({ isNew }) => Number(isNew))],
      PAGE,
    );
  }

  /** `emptied`: groups whose members the page has dropped. */
  async #putMembers(
    { memberships, users, groups }: SyncPage,
    known: Known,
    emptied: ReadonlySet<string>,
    tally: Tally,
  ): Promise<void> {
    const met = new Set(users.map(({ user }) => user.sub));
    const arrived = new Set(groups.map(({ group }) => group.name));
    const added = new Map<string, readonly [string, string]>();
    for (const { groupName, member } of memberships) {
      const { sub } = member.user;
      if (!known.groups.has(groupName) && !arrived.has(groupName))
        throw broken("a membership came without its group");
      if (!met.has(sub)) throw broken("a membership came without its user");
      const key = memberKey(groupName, sub);
      if (!known.members.has(key) || emptied.has(groupName)) added.set(key, [groupName, sub]);
    }
    if (added.size === 0) return;
    await this.#copy(this.#tables.members, ["group_name", "sub"], [...added.values()]);
    tally.memberships += added.size;
  }

  async #copy(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly SqlCell[])[],
  ): Promise<void> {
    await copyRows(this.#session, `${table} (${columns.join(", ")})`, rows, PAGE);
  }

  async #openListings(
    page: SyncPage,
    another: ReadonlySet<string>,
    tally: Tally,
  ): Promise<readonly ListingCursor[]> {
    const { opens, membersAreIdle = false } = page;
    if (opens.length === 0) return [];
    const opened = new Set<string>();
    // A group that is listed again after it had vanished: there is one of that name, and its members must be read.
    const fresh = await this.#session.run(
      `INSERT INTO ${this.#tables.listings} AS l (kind, group_name, token, state, pages)
       SELECT c.kind, c.group_name, c.token, c.state, c.pages FROM ${CURSORS}
       ON CONFLICT (kind, group_name) DO UPDATE
       SET token = excluded.token, state = excluded.state, pages = excluded.pages WHERE l.state = 'dropped'
       RETURNING group_name`,
      cursorColumns(opens.filter(({ part: group }) => !another.has(group))),
      PAGE,
    );
    for (const [name] of fresh.rows) opened.add(String(name));
    for (const cursor of opens.filter(({ part: group }) => another.has(group))) {
      // A listing that is being read goes on.
      const count = await this.#set([cursor], membersAreIdle ? "" : "AND l.state = 'done'");
      if (count === 0) continue;
      opened.add(cursor.part);
      await this.#dropMembers(cursor.part, tally);
    }
    return opens.filter(({ part: group }) => opened.has(group));
  }

  /** The cursor after a page. */
  async #move(cursor: ListingCursor): Promise<void> {
    if ((await this.#set([cursor], "AND l.state = 'open'")) === 1) return;
    throw broken(`a page of ${cursor.kind} was read that the run does not wait for`);
  }

  async #set(cursors: readonly ListingCursor[], condition = ""): Promise<number> {
    const { count } = await this.#session.run(
      `UPDATE ${this.#tables.listings} AS l SET token = c.token, state = c.state, pages = c.pages FROM ${CURSORS}
       WHERE l.kind = c.kind AND l.group_name = c.group_name ${condition}`,
      cursorColumns(cursors),
      PAGE,
    );
    return count;
  }

  async #dropMembers(group: string, tally: Tally): Promise<void> {
    const gone = `DELETE FROM ${this.#tables.members} WHERE group_name = $1`;
    tally.memberships -= (await this.#session.run(gone, [group], PAGE)).count;
  }

  /** Without progress where what was read is read again: it would keep a run young that comes no further. */
  async #transaction<T>(work: (tally: Tally) => Promise<T>, isProgress = true): Promise<T> {
    const tally = { ...this.#counts };
    const result = await this.#session.transaction(PAGE, async () => {
      const value = await work(tally);
      await this.#session.run(
        `UPDATE ${this.#tables.run} SET progress_at = coalesce($1, progress_at), users = $2, groups = $3, memberships = $4`,
        [isProgress ? this.#now() : null, tally.users, tally.groups, tally.memberships],
        PAGE,
      );
      return value;
    });
    this.#counts = tally;
    return result;
  }
}

/** Of the groups of a page, those that are not the ones of the run by their names. */
function anotherGroups({ groups }: SyncPage, known: Known): ReadonlySet<string> {
  return new Set(
    groups.flatMap(({ group: { name, createdAt } }) => {
      const before = known.groups.get(name);
      return before !== undefined && before !== createdAt.toISOString() ? [name] : [];
    }),
  );
}

/** No name of a group holds a "\0". */
function memberKey(group: string, sub: string): string {
  return `${group}\0${sub}`;
}

function storable(cells: readonly SqlCell[]): readonly SqlCell[] {
  return cells.map((cell, place) => (JSON_PLACES.has(place) ? storableJson(String(cell)) : cell));
}

function broken(what: string): GovernanceError {
  return new GovernanceError("internal", `${what}; please report this`);
}
