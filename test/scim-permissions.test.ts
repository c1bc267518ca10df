// Under the policy that docs/permissions.md names for SCIM every request works, and under none of its parts but the needed ones.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { member, text } from "./bench/bench-pool.ts";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { runCli } from "./support/connector-cli.ts";
import { type ScimRequest, type ScimService, startScimService } from "./support/scim-service.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const PAGE = readFileSync(resolve(join(import.meta.dirname, "../docs/permissions.md")), "utf8");
const POOL = "us-east-1_Ab129faBb";

let service: ScimService | undefined;

afterEach(async () => {
  await service?.stop();
  service = undefined;
});

async function actionsOf(command: string): Promise<readonly string[]> {
  const { stdout } = await runCli([...command.split(" "), `--user-pool-id=${POOL}`]);
  return [...stdout.matchAll(/cognito-idp:(\w+)/g)].map(([, action = ""]) => action);
}

/** The life of a person and a group, as Okta and Entra ID send it. Gives the requests that were not answered as they must. */
async function livesOf(scim: ScimService, password: boolean): Promise<readonly string[]> {
  const wrong: string[] = [];
  const send = async (path: string, request: ScimRequest = {}): Promise<unknown> => {
    const { status, body } = await scim.ask(path, request);
    if (status >= 300)
      wrong.push(`${request.method ?? "GET"} ${path.replaceAll(/[0-9a-f-]{36}/g, "{id}")}: ${status}`);
    return body;
  };
  const patch = (...Operations: readonly object[]): ScimRequest => ({
    method: "PATCH",
    json: { schemas: [PATCH], Operations },
  });
  await send("/Schemas");
  await send(`/Users?filter=${encodeURIComponent('userName eq "dora"')}`);
  const user = text(
    await send("/Users", {
      method: "POST",
      json: {
        userName: "dora",
        emails: [{ value: "dora@example.com", primary: true }],
        ...(password && { password: "Correct-horse-1" }),
      },
    }),
    "id",
  );
  const group = text(await send("/Groups", { method: "POST", json: { displayName: "Sales Team" } }), "id");
  await send(`/Groups/${group}`, patch({ op: "add", path: "members", value: [{ value: user }] }));
  await send(`/Users/${user}`);
  await send(`/Groups/${group}`);
  await send(`/Users/${user}`, patch({ op: "replace", path: "nickName", value: "D" }));
  await send(`/Users/${user}`, patch({ op: "remove", path: "nickName" }));
  await send(`/Users/${user}`, patch({ op: "replace", value: { active: false } }));
  await send(`/Users/${user}`, patch({ op: "replace", value: { active: true } }));
  await send(`/Groups/${group}`, patch({ op: "replace", value: { displayName: "Sales" } }));
  await send(`/Groups/${group}`, patch({ op: "remove", path: `members[value eq "${user}"]` }));
  await send(`/Groups/${group}`, { method: "DELETE" });
  await send(`/Users/${user}`, { method: "DELETE" });
  await send("/Users?startIndex=1&count=100");
  await send("/Groups?excludedAttributes=members");
  return wrong;
}

test("every request of Okta and Entra ID works under the policy of the documents", {
  timeout: 180_000,
}, async () => {
  const command =
    /^connector (iam-policy --with \S+)$/m.exec(PAGE.slice(PAGE.indexOf("\n## SCIM")))?.[1] ?? "";
  const pool = createPool({ id: POOL, users: people(3) });
  service = await startScimService({ pool, allowed: await actionsOf(command) });
  expect(await livesOf(service, false)).toEqual([]);
});

test("passwords need their feature too", { timeout: 180_000 }, async () => {
  const args = ["--scim-password=permanent"];
  const pool = createPool({ id: POOL, users: people(3) });
  const allowed = await actionsOf("iam-policy --with provision,sessions,groups,attributes,passwords");
  service = await startScimService({ pool, args, allowed });
  expect(await livesOf(service, true)).toEqual([]);
});

test("reading needs neither of them", { timeout: 180_000 }, async () => {
  const pool = createPool({ id: POOL, users: people(3), groups: ["staff"] });
  const allowed = await actionsOf("iam-policy");
  service = await startScimService({ pool, allowed, provisioning: false });
  const first = pool.allUsers()[0]?.sub ?? "";
  const { body } = await service.ask(`/Groups?filter=${encodeURIComponent('displayName eq "staff"')}`);
  const list = member(body, "Resources");
  const group = text(Array.isArray(list) ? list[0] : undefined, "id");
  for (const path of ["/Schemas", "/Users", `/Users/${first}`, "/Groups", `/Groups/${group}`])
    expect({ path, status: (await service.ask(path)).status }).toEqual({ path, status: 200 });
});
