// A connector that asks for the groups of each user: a page of users, then one call for each of them, all of a page at once.
//   node test/bench/ways/per-user.ts URL POOL FILE

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import {
  CognitoIdentityProviderClient,
  paginateAdminListGroupsForUser,
  paginateListUsers,
} from "@aws-sdk/client-cognito-identity-provider";

const [endpoint = "", UserPoolId = "", file = ""] = process.argv.slice(2);
const client = new CognitoIdentityProviderClient({ endpoint, region: "us-east-1", maxAttempts: 10 });
const out = createWriteStream(file);

async function groupsOf(Username: string | undefined): Promise<string[]> {
  const found: string[] = [];
  const pages = paginateAdminListGroupsForUser({ client, pageSize: 60 }, { UserPoolId, Username });
  for await (const page of pages) found.push(...(page.Groups ?? []).map((group) => group.GroupName ?? ""));
  return found;
}

for await (const page of paginateListUsers({ client, pageSize: 60 }, { UserPoolId })) {
  const rows = await Promise.all(
    (page.Users ?? []).map(async (user) => ({ ...user, groups: await groupsOf(user.Username) })),
  );
  for (const row of rows) if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, "drain");
}
out.end();
await once(out, "finish");
client.destroy();
