import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { oktaGroup, oktaUser } from "../../test/support/scim-clients.ts";
import { idOf, type ScimStage, scimStage } from "../../test/support/scim-stage.ts";

// The table "What a request asks of AWS" of docs/scim.md.

const QUIET = { projection: { excludedAttributes: ["members", "groups"] } };
const ADA = "ada@corp.test";

const rows = /### What a request asks of AWS\n([\s\S]*?)\n## /
  .exec(readFileSync(new URL("../../docs/scim.md", import.meta.url), "utf8"))?.[1]
  ?.split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| Request"))
  .map((line) => line.split("|").map((cell) => cell.trim()));

interface Scene extends ScimStage {
  readonly user: string;
  readonly group: string;
}

async function scene(definition: Parameters<typeof scimStage>[0] = {}): Promise<Scene> {
  const stage = scimStage(definition, { settings: { password: "permanent" } });
  const user = idOf(await stage.create("User", oktaUser("bob@corp.test", { externalId: "bob" })));
  const group = idOf(await stage.create("Group", oktaGroup("Ops")));
  stage.stage.clock.advance(20 * 60_000);
  return { ...stage, user, group };
}

/** What is asked in each row, in as many pools as its cell speaks of. */
const REQUESTS: Readonly<Record<string, readonly ((at: Scene) => Promise<unknown>)[]>> = {
  "GET of a user": [({ get, user }) => get("User", user)],
  "filter `userName eq`": [({ find }) => find("User", `userName eq "${ADA}"`)],
  "POST of a user after that filter": [({ create }) => create("User", oktaUser(ADA))],
  "PUT or PATCH of a user that changes nothing": [
    ({ patch, user }) => patch("User", user, [{ op: "replace", path: "locale", value: "en-US" }], QUIET),
  ],
  "PUT or PATCH of attributes": [
    ({ patch, user }) => patch("User", user, [{ op: "replace", path: "locale", value: "de" }], QUIET),
  ],
  "`active: false`": [
    ({ patch, user }) => patch("User", user, [{ op: "replace", path: "active", value: false }], QUIET),
  ],
  "GET of a group": [({ get, group }) => get("Group", group)],
  "PATCH that adds a member": [
    ({ patch, group, user }) =>
      patch("Group", group, [{ op: "add", path: "members", value: [{ value: user }] }], QUIET),
  ],
  "PATCH that removes a member": [
    async ({ patch, group, user, stage }) => {
      stage.pool.join("bob@corp.test", "Ops");
      await patch("Group", group, [{ op: "remove", path: `members[value eq "${user}"]` }], QUIET);
    },
  ],
  "PUT of a group, `replace` of members": [
    ({ replace, group }) => replace("Group", group, { displayName: "Ops", members: [] }, QUIET),
  ],
};

test("every row of the table is asked here", () => {
  expect(rows?.map(([, request]) => request)).toEqual(Object.keys(REQUESTS));
});

test.for(rows ?? [])("asks what the table says: %s%s", async ([, request = "", says = ""]) => {
  const calls = new Set<string>();
  const pools = says.includes("where people sign in by an address")
    ? ([{}, { usernameAttributes: ["email"] }] as const)
    : ([{}] as const);
  for (const pool of pools) {
    const at = await scene(pool);
    for (const ask of REQUESTS[request] ?? [])
      for (const call of await at.callsOf(() => ask(at))) calls.add(call);
  }
  // Once a minute, as the text before the table says.
  calls.delete("DescribeUserPool");
  if (!says.includes("GetGroup")) calls.delete("GetGroup");
  const named = new Set(says.match(/\b(?:Admin|List|Get)[A-Z]\w+/g));
  expect(calls).toEqual(named);
});
