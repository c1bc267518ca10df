// What the rows of a `.c1z` cost at the least where the run outlives a kill: as `floor.ts`, and each page is a transaction of a
// database in WAL, with the place of its listing. Started again, it goes on from its last page.
//   node test/bench/ways/lasting-floor.ts URL POOL FILE
// The rows are written once: the working database has the tables of the file, and gets their indices at the end. The index of the
// people is in memory, and is made again from the rows: this costs memory for each of them, and nothing for a page.
import { existsSync, renameSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import {
  ListGroupsCommand,
  type ListGroupsResponse,
  ListUsersCommand,
  ListUsersInGroupCommand,
  type ListUsersInGroupResponse,
  type ListUsersResponse,
} from "@aws-sdk/client-cognito-identity-provider";
import { textIn } from "../../../pkg/sqlite/rows.ts";
import { fitCheckpoints, tuneWork } from "../../../pkg/sqlite/tuning.ts";
import { afterRows, beforeRows } from "../../../pkg/store/publish/file-schema.ts";
import { fileRows, subOf, timeText } from "./file-rows.ts";
import { createListingClient } from "./listing-client.ts";
import { packFile } from "./pack-file.ts";

const COMMITS_BETWEEN_FITS = 32;

const [endpoint = "", UserPoolId = "", file = ""] = process.argv.slice(2);
const client = createListingClient(endpoint);
const work = `${file}.work`;
const database = new DatabaseSync(work, { defensive: false });
tuneWork(database);
const isNew = database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
if (isNew) {
  database.exec("BEGIN");
  for (const statement of beforeRows("main")) database.exec(statement);
  database.exec(`
    CREATE TABLE listings (kind TEXT, part TEXT, token TEXT, PRIMARY KEY (kind, part)) WITHOUT ROWID;
    INSERT INTO listings VALUES ('groups', '', ''), ('users', '', '')`);
  fileRows(database, UserPoolId).types();
  database.exec("COMMIT");
}
const rows = fileRows(database, UserPoolId);
// Gone once the indices are made.
const isRead = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'listings'").get() === undefined;
if (!isRead) {
  await read();
  makeIndices();
}
// Of a run that was stopped after that, too.
database.exec("PRAGMA journal_mode = TRUNCATE");
database.close();
client.destroy();
await packFile(work, `${file}.tmp`);
renameSync(`${file}.tmp`, file);
for (const ending of ["", "-wal", "-journal"]) {
  if (existsSync(`${work}${ending}`)) rmSync(`${work}${ending}`);
}

async function read(): Promise<void> {
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const open = database.prepare("INSERT INTO listings VALUES ('members', ?, '')");
  // Users first, and groups last: a stop among the groups is followed by the members of those that are there.
  const next = database.prepare("SELECT kind, part, token FROM listings ORDER BY kind DESC LIMIT 1");
  const move = database.prepare("UPDATE listings SET token = ? WHERE kind = ? AND part = ?");
  const end = database.prepare("DELETE FROM listings WHERE kind = ? AND part = ?");
  const people = new Set(
    database
      .prepare("SELECT substr(external_id, 6) AS sub FROM v1_resources WHERE resource_type_id = 'user'")
      .all()
      .map((row) => textIn(row, "sub")),
  );
  let commits = 0;

  function store(kind: string, part: string, token: string | undefined, put: (at: string) => void): void {
    begin.run();
    put(timeText());
    if (token === undefined) end.run(kind, part);
    else move.run(token, kind, part);
    commit.run();
    commits += 1;
    if (commits % COMMITS_BETWEEN_FITS === 0) fitCheckpoints(database);
  }

  async function readUsers(first: string): Promise<void> {
    for (let token: string | undefined = first; token !== undefined; ) {
      const from: object = token === "" ? {} : { PaginationToken: token };
      const page: ListUsersResponse = await client.send(
        new ListUsersCommand({ UserPoolId, Limit: 60, ...from }),
      );
      token = page.PaginationToken;
      store("users", "", token, (at) => {
        for (const user of page.Users ?? []) {
          const sub = subOf(user);
          if (people.has(sub)) continue;
          people.add(sub);
          rows.user(user, sub, at);
        }
      });
    }
  }

  async function readGroups(first: string): Promise<void> {
    for (let token: string | undefined = first; token !== undefined; ) {
      const from: object = token === "" ? {} : { NextToken: token };
      const page: ListGroupsResponse = await client.send(
        new ListGroupsCommand({ UserPoolId, Limit: 60, ...from }),
      );
      token = page.NextToken;
      store("groups", "", token, (at) => {
        for (const group of page.Groups ?? []) {
          rows.group(group, at);
          open.run(group.GroupName ?? "");
        }
      });
    }
  }

  async function readMembers(GroupName: string, first: string): Promise<void> {
    const member = rows.membersOf(GroupName);
    const members = new Set(first === "" ? [] : membersIn(GroupName));
    for (let token: string | undefined = first; token !== undefined; ) {
      const from: object = token === "" ? {} : { NextToken: token };
      const asked = { UserPoolId, GroupName, Limit: 60, ...from };
      const page: ListUsersInGroupResponse = await client.send(new ListUsersInGroupCommand(asked));
      token = page.NextToken;
      store("members", GroupName, token, (at) => {
        for (const user of page.Users ?? []) {
          const sub = subOf(user);
          if (members.has(sub)) continue;
          members.add(sub);
          if (!people.has(sub)) {
            people.add(sub);
            rows.user(user, sub, at);
          }
          member(sub, at);
        }
      });
    }
  }

  for (let row = next.get(); row !== undefined; row = next.get()) {
    const [part, token] = [textIn(row, "part"), textIn(row, "token")];
    if (row["kind"] === "users") await readUsers(token);
    else if (row["kind"] === "groups") await readGroups(token);
    else await readMembers(part, token);
  }
}

function membersIn(group: string): readonly string[] {
  return database
    .prepare("SELECT principal_resource_id AS sub FROM v1_grants WHERE resource_id = ?")
    .all(group)
    .map((row) => textIn(row, "sub"));
}

/** A rollback journal takes what was there before, which is nearly nothing: the WAL would take all pages of the indices. */
function makeIndices(): void {
  database.exec(
    "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = TRUNCATE; BEGIN; DROP TABLE listings",
  );
  for (const statement of afterRows("main")) database.exec(statement);
  database.exec("COMMIT");
}
