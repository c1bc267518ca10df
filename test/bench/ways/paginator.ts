// The loop that the examples of the AWS SDK show: each listing page by page, one row a line of JSON.
//   node test/bench/ways/paginator.ts URL POOL FILE

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import {
  CognitoIdentityProviderClient,
  paginateListGroups,
  paginateListUsers,
  paginateListUsersInGroup,
} from "@aws-sdk/client-cognito-identity-provider";

const [endpoint = "", UserPoolId = "", file = ""] = process.argv.slice(2);
const client = new CognitoIdentityProviderClient({ endpoint, region: "us-east-1", maxAttempts: 10 });
const out = createWriteStream(file);

async function write(row: object): Promise<void> {
  if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, "drain");
}

for await (const page of paginateListUsers({ client, pageSize: 60 }, { UserPoolId })) {
  for (const user of page.Users ?? []) await write(user);
}
const groups: string[] = [];
for await (const page of paginateListGroups({ client, pageSize: 60 }, { UserPoolId })) {
  for (const group of page.Groups ?? []) {
    groups.push(group.GroupName ?? "");
    await write(group);
  }
}
for (const GroupName of groups) {
  for await (const page of paginateListUsersInGroup({ client, pageSize: 60 }, { UserPoolId, GroupName })) {
    for (const user of page.Users ?? []) await write({ GroupName, Username: user.Username });
  }
}
out.end();
await once(out, "finish");
client.destroy();
