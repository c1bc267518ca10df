import type { KeptMark, ListRecords, NamedBy, WriteMark } from "../scim/lists/list-records.ts";
import type { KeptResource } from "../scim/records.ts";
import type { ResourceKind } from "../scim/resource.ts";
import type { DatabaseSync, StatementSync } from "../sqlite/database.ts";
import { numberIn, optionalTextIn, type SqlRow, textIn } from "../sqlite/rows.ts";
import { onRecords, unknownRow } from "./errors.ts";
import { openRecordsToRead } from "./records-file.ts";
import { keptOf, nameKey, parseGroupText, parseUserText } from "./stored-rows.ts";

const KEPT = "SELECT kind, id, external_id, display_name, kept, hidden FROM kept";

const SQL = {
  version: "PRAGMA data_version",
  settled: "SELECT settled_until FROM pool",
  writes: "SELECT seq, at, kind, subject, member FROM writes WHERE seq > ? ORDER BY seq LIMIT ?",
  content: "SELECT content FROM writes WHERE seq = ?",
  kept: `${KEPT} WHERE kind = ? AND id = ?`,
  between: `${KEPT} WHERE kind = ? AND id >= ? AND id <= ?`,
  after: "SELECT id, kept_at FROM kept WHERE kind = ? AND id > ? ORDER BY id LIMIT ?",
  externalId: "SELECT id FROM kept WHERE kind = ? AND external_id = ? LIMIT 100",
  displayName: "SELECT id FROM kept WHERE kind = ? AND display_key = ? LIMIT 100",
  userName: "SELECT id FROM kept WHERE kind = ? AND user_name_key = ? LIMIT 100",
  written: "SELECT DISTINCT subject AS id FROM written_names WHERE kind = ? AND name = ? LIMIT 100",
} as const;

const MARKS: readonly WriteMark["kind"][] = [
  "user",
  "user-deleted",
  "user-hidden",
  "user-shown",
  "group",
  "group-deleted",
  "group-hidden",
  "group-shown",
  "member-added",
  "member-removed",
];

/** Reads the records of a file that has been opened by its writer, in another thread. */
export function readScimRecords(path: string): ListRecords {
  const read = <T>(work: () => T): T => onRecords(path, "read", work);
  const database = read(() => openRecordsToRead(path));
  const sql = read(() => prepare(database));
  const ids = (
    by: "externalId" | "displayName" | "userName" | "written",
    kind: ResourceKind,
    value: string,
  ) => sql[by].all(kind, value).map((row) => textIn(row, "id"));
  return {
    version: () => read(() => numberIn(sql.version.get(), "data_version")),
    writesAfter: (seq, limit) => read(() => sql.writes.all(seq, limit).map(markOf)),
    writtenUser: (seq) => read(() => contentAt(sql.content, seq, parseUserText)),
    writtenGroup: (seq) => read(() => contentAt(sql.content, seq, parseGroupText)),
    kept: (kind, id) =>
      read(() => {
        const row = sql.kept.get(kind, id);
        return row === undefined ? undefined : keptOf(row);
      }),
    keptBetween: (kind, first, last) =>
      read(() => new Map(sql.between.all(kind, first, last).map((row) => withId(keptOf(row))))),
    keptAfter: (kind, id, limit) => read(() => sql.after.all(kind, id, limit).map(keptMarkOf)),
    named: (kind, attribute, value) =>
      read(() => {
        const by = KEPT_BY[attribute];
        const kept = by === undefined ? [] : ids(by, kind, by === "externalId" ? value : nameKey(value));
        return [...new Set([...kept, ...ids("written", kind, nameKey(value))])];
      }),
    settledUntil: () => read(() => numberIn(sql.settled.get(), "settled_until")),
    close() {
      if (database.isOpen) database.close();
    },
  };
}

/** An address is kept as it was sent, among the values; it is found by what the pool has of it. */
const KEPT_BY: Readonly<Record<NamedBy, "externalId" | "displayName" | "userName" | undefined>> = {
  userName: "userName",
  email: undefined,
  phone: undefined,
  externalId: "externalId",
  displayName: "displayName",
};

function prepare(database: DatabaseSync): Readonly<Record<keyof typeof SQL, StatementSync>> {
  return {
    version: database.prepare(SQL.version),
    settled: database.prepare(SQL.settled),
    writes: database.prepare(SQL.writes),
    content: database.prepare(SQL.content),
    kept: database.prepare(SQL.kept),
    between: database.prepare(SQL.between),
    after: database.prepare(SQL.after),
    externalId: database.prepare(SQL.externalId),
    displayName: database.prepare(SQL.displayName),
    userName: database.prepare(SQL.userName),
    written: database.prepare(SQL.written),
  };
}

function withId(kept: KeptResource): [string, KeptResource] {
  return [kept.id, kept];
}

function keptMarkOf(row: SqlRow): KeptMark {
  return { id: textIn(row, "id"), at: numberIn(row, "kept_at") };
}

function markOf(row: SqlRow): WriteMark {
  const kind = MARKS.find((known) => known === row["kind"]);
  if (kind === undefined) throw unknownRow();
  return {
    seq: numberIn(row, "seq"),
    at: numberIn(row, "at"),
    kind,
    subject: textIn(row, "subject"),
    member: optionalTextIn(row, "member"),
  };
}

function contentAt<T>(statement: StatementSync, seq: number, parse: (text: string) => T): T | undefined {
  const row = statement.get(seq);
  const text = row === undefined ? undefined : optionalTextIn(row, "content");
  return text === undefined ? undefined : parse(text);
}
