import { statSync } from "node:fs";
import type { EpochClock, EpochMs } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type {
  BegunRequest,
  KeptResource,
  OwnWrite,
  ScimRecords,
  UnfinishedRequest,
} from "../scim/records.ts";
import type { ResourceKind } from "../scim/resource.ts";
import type { DatabaseSync, StatementSync } from "../sqlite/database.ts";
import { numberIn, optionalTextIn, textIn } from "../sqlite/rows.ts";
import { type Commits, WalSync } from "../sqlite/wal-sync.ts";
import { onRecords, refusedRecords } from "./errors.ts";
import { openRecordsFile, type ScimRecordsPlace, scimRecordsPath } from "./records-file.ts";
import { groupText, keptOf, kindIn, nameKey, userText } from "./stored-rows.ts";

/** The records on disk, with what keeps them small. */
export interface StoredScimRecords extends ScimRecords {
  /** Creates the file where it is missing, and checks it. Resolves with its path. */
  open(): Promise<string>;
  /** Resolves once all that was committed before is on disk: a reader of the file may have seen it sooner. */
  synced(): Promise<void>;
  /** Drops the writes up to that time: two runs of the inventory that began later have them. */
  settle(until: EpochMs): Promise<void>;
  /** When the newest change was noted; undefined before the first one. */
  lastWriteAt(): Promise<EpochMs | undefined>;
  /** Forgets resources that the pool does not have any more, unless they were kept after that time. */
  forgetGone(kind: ResourceKind, ids: readonly string[], keptUntil: EpochMs): Promise<void>;
}

/** With `on disk after sync` nothing may be said to be done before `sync` has returned. */
export interface SyncedScimRecords extends StoredScimRecords {
  sync(): void;
}

/** Clients retry within minutes. Weeks later, the same request is another one. */
const CONTINUED_WITHIN_MS = 24 * 3_600_000;

export type FindKeptBy = Parameters<ScimRecords["find"]>[1];

const KEPT_COLUMNS = "kind, id, external_id, display_name, kept, hidden";

const SQL = {
  id: `SELECT ${KEPT_COLUMNS} FROM kept WHERE kind = ? AND id = ?`,
  externalId: `SELECT ${KEPT_COLUMNS} FROM kept WHERE kind = ? AND external_id = ? ORDER BY hidden, id`,
  displayName: `SELECT ${KEPT_COLUMNS} FROM kept WHERE kind = ? AND display_key = ? ORDER BY hidden, id`,
  userName: `SELECT ${KEPT_COLUMNS} FROM kept WHERE kind = ? AND user_name_key = ? ORDER BY hidden, id`,
  keep: `
    INSERT INTO kept (kind, id, external_id, display_name, display_key, user_name_key, kept, hidden, kept_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (kind, id) DO UPDATE SET
      external_id = excluded.external_id, display_name = excluded.display_name,
      display_key = excluded.display_key, user_name_key = excluded.user_name_key,
      kept = excluded.kept, hidden = excluded.hidden, kept_at = excluded.kept_at`,
  hidden: "SELECT hidden FROM kept WHERE kind = ? AND id = ?",
  otherWithExternalId:
    "SELECT 1 FROM kept WHERE kind = ? AND external_id = ? AND id <> ? AND hidden = 0 LIMIT 1",
  otherWithName:
    "SELECT 1 FROM kept WHERE kind = 'Group' AND display_key = ? AND id <> ? AND hidden = 0 LIMIT 1",
  forget: "DELETE FROM kept WHERE kind = ? AND id = ?",
  forgetGone: "DELETE FROM kept WHERE kind = ? AND id = ? AND kept_at <= ?",
  write: "INSERT INTO writes (at, kind, subject, member, content) VALUES (?, ?, ?, ?, ?)",
  name: "INSERT OR IGNORE INTO written_names (name, seq, kind, subject) VALUES (?, ?, ?, ?)",
  // What is still hidden stays out of lists, whichever run they are from.
  settle: `
    DELETE FROM writes WHERE at <= ? AND NOT (
      kind IN ('user-hidden', 'group-hidden') AND EXISTS (
        SELECT 1 FROM kept WHERE hidden = 1 AND id = subject
          AND kept.kind = CASE writes.kind WHEN 'user-hidden' THEN 'User' ELSE 'Group' END))`,
  lastWrite: "SELECT max(settled_until, coalesce((SELECT max(at) FROM writes), 0)) AS at FROM pool",
  settled: "UPDATE pool SET settled_until = max(settled_until, ?)",
  settleNames: "DELETE FROM written_names WHERE seq NOT IN (SELECT seq FROM writes)",
  unfinished: "SELECT key, kind, id, begun_at FROM unfinished WHERE key = ? AND begun_at >= ?",
  tooOld: "DELETE FROM unfinished WHERE begun_at < ?",
  begin: `
    INSERT INTO unfinished (key, kind, id, begun_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET
      id = coalesce(excluded.id, id),
      begun_at = CASE WHEN coalesce(excluded.id, id) IS NULL THEN excluded.begun_at ELSE begun_at END`,
  done: "DELETE FROM unfinished WHERE key = ?",
} as const;

/** The records of one pool, which this thread writes. The file is opened at the first call. */
export function createScimRecords(
  place: ScimRecordsPlace,
  now: EpochClock,
  commits: Commits = "on disk",
): SyncedScimRecords {
  let opened: RecordsFile | undefined;
  const file = (): RecordsFile => {
    opened ??= openFile(place, now, commits);
    return opened;
  };
  return {
    open: async () => file().path,
    find: async (kind, by, value) => file().read(() => file().find(kind, by, value)),
    findMany: async (kind, ids) =>
      file().read(
        () =>
          new Map(
            ids.flatMap((id) =>
              file()
                .find(kind, "id", id)
                .map((one) => [id, one]),
            ),
          ),
      ),
    keep: async (resource) => file().write(() => file().keep(resource)),
    forget: async (kind, id) => file().write(() => file().forget(kind, id)),
    wrote: async (writes) => file().write(() => file().note(writes)),
    unfinished: async (key) => file().read(() => file().unfinished(key)),
    begin: async (request) => file().write(() => file().begin(request)),
    done: async (key) => file().write(() => void file().sql.done.run(key)),
    lastWriteAt: async () => file().read(() => numberIn(file().sql.lastWrite.get(), "at") || undefined),
    settle: async (until) => file().write(() => file().settle(until)),
    forgetGone: async (kind, ids, keptUntil) =>
      file().write(() => {
        for (const id of ids) file().sql.forgetGone.run(kind, id, keptUntil);
      }),
    // Opened: a thread that has died may have left what is not synced. With `on disk after sync` it is answered after the next one.
    synced: async () => void file(),
    sync: () => opened?.sync(),
    async close() {
      opened?.close();
      // Not where that has failed: `sync` fails too, so that no answer that waits for it is sent.
      opened = undefined;
    },
  };
}

function openFile(place: ScimRecordsPlace, now: EpochClock, commits: Commits): RecordsFile {
  const path = scimRecordsPath(place);
  return onRecords(path, "open the records of SCIM", () => {
    const database = openRecordsFile(path, place.poolId, commits);
    const wal = commits === "on disk after sync" ? new WalSync(path) : undefined;
    try {
      return new RecordsFile(path, database, { now, wal });
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

class RecordsFile {
  readonly path: string;
  readonly sql: Readonly<Record<keyof typeof SQL, StatementSync>>;
  readonly #database: DatabaseSync;
  readonly #now: EpochClock;
  readonly #identity: string | undefined;
  /** Undefined: each commit syncs it. */
  readonly #wal: WalSync | undefined;

  constructor(
    path: string,
    database: DatabaseSync,
    { now, wal }: { readonly now: EpochClock; readonly wal: WalSync | undefined },
  ) {
    this.path = path;
    this.#identity = identityOf(path);
    this.#database = database;
    this.#now = now;
    this.#wal = wal;
    this.sql = {
      id: database.prepare(SQL.id),
      externalId: database.prepare(SQL.externalId),
      displayName: database.prepare(SQL.displayName),
      userName: database.prepare(SQL.userName),
      keep: database.prepare(SQL.keep),
      hidden: database.prepare(SQL.hidden),
      otherWithExternalId: database.prepare(SQL.otherWithExternalId),
      otherWithName: database.prepare(SQL.otherWithName),
      forget: database.prepare(SQL.forget),
      forgetGone: database.prepare(SQL.forgetGone),
      write: database.prepare(SQL.write),
      name: database.prepare(SQL.name),
      settle: database.prepare(SQL.settle),
      lastWrite: database.prepare(SQL.lastWrite),
      settled: database.prepare(SQL.settled),
      settleNames: database.prepare(SQL.settleNames),
      unfinished: database.prepare(SQL.unfinished),
      tooOld: database.prepare(SQL.tooOld),
      begin: database.prepare(SQL.begin),
      done: database.prepare(SQL.done),
    };
  }

  read<T>(work: () => T): T {
    return onRecords(this.path, "read", () => {
      this.#requireSameFile();
      return work();
    });
  }

  /** All of the work or nothing. On disk when it returns, or after `sync`. */
  write<T>(work: () => T): T {
    return onRecords(this.path, "write", () => {
      this.#requireSameFile();
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        this.#database.exec("COMMIT");
        this.#wal?.written();
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  find(kind: ResourceKind, by: FindKeptBy, value: string): readonly KeptResource[] {
    const isExact = by === "id" || by === "externalId";
    return this.sql[by].all(kind, isExact ? value : nameKey(value)).map(keptOf);
  }

  keep(resource: KeptResource): void {
    const { kind, id, externalId, displayName, values, hidden } = resource;
    if (!hidden) this.#requireUnique(resource);
    this.#noteHidden(kind, id, hidden);
    const { userName } = { userName: values["userName"] };
    this.sql.keep.run(
      kind,
      id,
      externalId ?? null,
      displayName ?? null,
      displayName === undefined ? null : nameKey(displayName),
      typeof userName === "string" ? nameKey(userName) : null,
      JSON.stringify(values),
      Number(hidden),
      this.#now(),
    );
  }

  forget(kind: ResourceKind, id: string): void {
    this.#noteHidden(kind, id, false);
    this.sql.forget.run(kind, id);
  }

  note(writes: readonly OwnWrite[]): void {
    for (const write of writes) {
      switch (write.kind) {
        case "user":
          this.#mark(write.kind, write.user.sub, { content: userText(write.user) }, userNames(write));
          break;
        case "group":
          this.#mark(write.kind, write.group.name, { content: groupText(write.group) }, [write.group.name]);
          break;
        case "user-deleted":
          this.#mark(write.kind, write.sub);
          break;
        case "group-deleted":
          this.#mark(write.kind, write.name);
          break;
        case "member-added":
        case "member-removed":
          this.#mark(write.kind, write.group, { member: write.sub });
          break;
      }
    }
  }

  unfinished(key: string): BegunRequest | undefined {
    const row = this.sql.unfinished.get(key, this.#now() - CONTINUED_WITHIN_MS);
    if (row === undefined) return undefined;
    return {
      key: textIn(row, "key"),
      kind: kindIn(row),
      id: optionalTextIn(row, "id"),
      begunAt: numberIn(row, "begun_at"),
    };
  }

  begin({ key, kind, id }: UnfinishedRequest): BegunRequest | undefined {
    this.sql.tooOld.run(this.#now() - CONTINUED_WITHIN_MS);
    const earlier = this.unfinished(key);
    this.sql.begin.run(key, kind, id ?? null, this.#now());
    return earlier;
  }

  settle(until: EpochMs): void {
    this.sql.settled.run(until);
    if (Number(this.sql.settle.run(until).changes) > 0) this.sql.settleNames.run();
  }

  sync(): void {
    this.#wal?.sync();
  }

  close(): void {
    if (!this.#database.isOpen) return;
    try {
      this.#wal?.sync();
    } finally {
      this.#database.close();
    }
  }

  /** SQLite goes on with a file that was removed, and what it writes there is lost at the end of the process. */
  #requireSameFile(): void {
    if (identityOf(this.path) === this.#identity) return;
    throw refusedRecords(
      this.path,
      "was removed or replaced while it was in use",
      "put it back where you can, and restart the connector",
    );
  }

  #mark(
    kind: string,
    subject: string,
    what: { readonly member?: string; readonly content?: string } = {},
    names: readonly string[] = [],
  ): void {
    const { member = null, content = null } = what;
    const seq = Number(this.sql.write.run(this.#now(), kind, subject, member, content).lastInsertRowid);
    const resource = kind === "group" ? "Group" : "User";
    for (const name of names) this.sql.name.run(nameKey(name), seq, resource, subject);
  }

  #noteHidden(kind: ResourceKind, id: string, hidden: boolean): void {
    const row = this.sql.hidden.get(kind, id);
    const wasHidden = row !== undefined && numberIn(row, "hidden") === 1;
    if (wasHidden === hidden) return;
    this.#mark(`${kind === "User" ? "user" : "group"}-${hidden ? "hidden" : "shown"}`, id);
  }

  #requireUnique({ kind, id, externalId, displayName }: KeptResource): void {
    if (externalId !== undefined && this.sql.otherWithExternalId.get(kind, externalId, id) !== undefined) {
      throw taken(kind, "externalId");
    }
    if (kind !== "Group" || displayName === undefined) return;
    if (this.sql.otherWithName.get(nameKey(displayName), id) !== undefined) throw taken(kind, "displayName");
  }
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

function userNames({ user }: Extract<OwnWrite, { kind: "user" }>): readonly string[] {
  const { username, attributes } = user;
  const values = ["email", "preferred_username", "phone_number"].map((name) => attributes.get(name));
  return [username, ...values.filter((value) => value !== undefined)];
}

function taken(kind: ResourceKind, attribute: string): GovernanceError {
  const another = kind === "User" ? "another user" : "another group";
  return new GovernanceError("already-exists", `${attribute} belongs to ${another}`);
}
