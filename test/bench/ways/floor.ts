// What the rows of a `.c1z` cost at the least: the calls of the SDK one after the other, each row encoded by hand and inserted
// once into the tables that readers of the file need, the indices at the end, zstd. It keeps nothing across a stop, looks for no
// user twice, checks nothing, and its rows are those of `connector sync`.
//   node test/bench/ways/floor.ts URL POOL FILE
import { DatabaseSync } from "node:sqlite";
import {
  paginateListGroups,
  paginateListUsers,
  paginateListUsersInGroup,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterRows, beforeRows } from "../../../pkg/store/publish/file-schema.ts";
import { fileRows, subOf, timeText } from "./file-rows.ts";
import { createListingClient } from "./listing-client.ts";
import { packFile } from "./pack-file.ts";

const [endpoint = "", UserPoolId = "", file = ""] = process.argv.slice(2);
const client = createListingClient(endpoint);

const database = new DatabaseSync(`${file}.db`, { defensive: false });
database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE");
for (const statement of beforeRows("main")) database.exec(statement);
const rows = fileRows(database, UserPoolId);
database.exec("BEGIN");
rows.types();
for await (const page of paginateListUsers({ client, pageSize: 60 }, { UserPoolId })) {
  const at = timeText();
  for (const user of page.Users ?? []) rows.user(user, subOf(user), at);
}
const groups: string[] = [];
for await (const page of paginateListGroups({ client, pageSize: 60 }, { UserPoolId })) {
  const at = timeText();
  for (const group of page.Groups ?? []) {
    groups.push(group.GroupName ?? "");
    rows.group(group, at);
  }
}
for (const GroupName of groups) {
  const member = rows.membersOf(GroupName);
  for await (const page of paginateListUsersInGroup({ client, pageSize: 60 }, { UserPoolId, GroupName })) {
    const at = timeText();
    for (const user of page.Users ?? []) member(subOf(user), at);
  }
}
database.exec("COMMIT");
for (const statement of afterRows("main")) database.exec(statement);
database.close();
client.destroy();
await packFile(`${file}.db`, file);
