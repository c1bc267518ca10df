// The audit log after a day of SCIM: each change once, with its caller and what was changed, and no value of a person.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { text } from "./bench/bench-pool.ts";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { startCli } from "./support/connector-cli.ts";
import {
  type ScimReply,
  type ScimRequest,
  type ScimService,
  startScimService,
} from "./support/scim-service.ts";

const POOL = "us-east-1_Ab129faBb";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

let service: ScimService | undefined;
let folder: string;

afterEach(async () => {
  await service?.stop();
  service = undefined;
  rmSync(folder, { recursive: true, force: true });
});

interface AuditLine {
  readonly seq: number;
  readonly kind: string;
  readonly outcome: string;
  readonly by: unknown;
  readonly justification?: string;
  readonly target: { readonly user?: string; readonly group?: string };
  readonly steps: readonly { readonly operation: string }[];
}

function parsed(line: string): AuditLine {
  const value: AuditLine = JSON.parse(line);
  return value;
}

function linesOf({ stateDir }: ScimService): readonly AuditLine[] {
  const log = readFileSync(join(stateDir, `${POOL}.audit.jsonl`), "utf8");
  return log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => parsed(line));
}

const operations = (...all: readonly object[]) => ({ schemas: [PATCH], Operations: all });
const member = (op: string, ...ids: readonly string[]) => ({
  op,
  path: "members",
  value: ids.map((value) => ({ value })),
});

test("each change is in it once, with its caller, its reason and its steps; changes names the caller", {
  timeout: 120_000,
}, async () => {
  folder = mkdtempSync(join(tmpdir(), "scim-audit-"));
  const inventory = join(folder, "pool.db");
  const pool = createPool({ id: POOL, users: people(4), groups: ["staff", "empty"] });
  const scim = await startScimService({
    pool,
    args: [`--inventory=${inventory}`, "--scim-password=permanent", "--scim-deprovision=disable"],
  });
  service = scim;
  const [one, two, three] = pool.allUsers().map(({ sub }) => sub);
  if (one === undefined || two === undefined || three === undefined) throw new Error("the pool has people");
  const empty = `/Groups/${Buffer.from("empty").toString("base64url")}`;

  async function send(
    path: string,
    method: string,
    json?: unknown,
    more: ScimRequest = {},
  ): Promise<ScimReply> {
    return await scim.ask(path, { method, json, ...more });
  }
  const because = { headers: { "x-reason": "CHG-17" } };
  const person = { userName: "qqperson", externalId: "qqexternal", emails: [{ value: "qqone@example.com" }] };
  const made = await send("/Users", "POST", { ...person, password: "Qqsecret-1234" }, because);
  const id = text(made.body, "id");
  const path = `/Users/${id}`;
  const other = { as: "other" } as const;
  const statuses = [
    made,
    await send("/Users", "POST", person),
    await send(path, "PUT", { userName: "qqperson", nickName: "qqnick", emails: person.emails }, other),
    // The same again: nothing to write.
    await send(path, "PUT", { userName: "qqperson", nickName: "qqnick", emails: person.emails }, other),
    await send(path, "PATCH", operations({ op: "replace", value: { active: false } })),
    await send(empty, "PATCH", operations(member("add", one, two))),
    await send(empty, "PUT", { displayName: "empty", members: [{ value: three }] }, other),
    await send("/Bulk", "POST", {
      schemas: [BULK],
      Operations: [
        { method: "POST", path: "/Users", bulkId: "a", data: { userName: "qqbulk" } },
        { method: "PATCH", path: empty, data: operations(member("add", "bulkId:a")) },
      ],
    }),
    await send(path, "DELETE"),
    await send(path, "DELETE"),
    await send("/Users", "POST", person, { as: "reader" }),
    await send(path, "PUT", person, { headers: { "dry-run": "true" } }),
  ].map(({ status }) => status);
  expect(statuses).toEqual([201, 409, 200, 200, 200, 204, 200, 200, 204, 404, 403, 404]);

  const lines = linesOf(scim);
  const name = new Map([
    [id, "qqperson"],
    [one, "one"],
    [two, "two"],
    [three, "three"],
  ]);
  const said = lines.map(({ kind, outcome, by, justification, target: { user, group }, steps }) =>
    [
      kind,
      outcome,
      user === undefined ? "" : (name.get(user) ?? "qqbulk"),
      group ?? "",
      JSON.stringify(by).match(/deploy|other|reader/)?.[0],
      justification ?? "",
      ...steps.map(({ operation }) => operation),
    ]
      .filter((part) => part !== "")
      .join(" "),
  );
  // Both of one request are made at the same time.
  expect(said.toSorted()).toEqual(
    [
      "create-account done qqperson deploy CHG-17 AdminCreateUser AdminSetUserPassword",
      "change-user done qqperson other AdminUpdateUserAttributes",
      "change-user done qqperson deploy AdminDisableUser AdminUserGlobalSignOut",
      "grant done one empty deploy AdminAddUserToGroup",
      "grant done two empty deploy AdminAddUserToGroup",
      "revoke done one empty other AdminRemoveUserFromGroup",
      "revoke done two empty other AdminRemoveUserFromGroup",
      "grant done three empty other AdminAddUserToGroup",
      "create-account done qqbulk deploy AdminCreateUser",
      "grant done qqbulk empty deploy AdminAddUserToGroup",
      "change-user nothing-to-do qqperson deploy",
      "refused-call refused reader",
    ].toSorted(),
  );
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, at) => at + 1));
  expect(readFileSync(join(scim.stateDir, `${POOL}.audit.jsonl`), "utf8")).not.toMatch(/qq/i);

  const common = [`--user-pool-id=${POOL}`, `--state-dir=${scim.stateDir}`];
  const sync = [
    "sync",
    `--inventory=${inventory}`,
    `--file=${join(folder, "a.c1z")}`,
    `--endpoint-url=${scim.cognito.url}`,
  ];
  expect(await startCli([...sync, ...common]).result).toMatchObject({ code: 0 });
  const asked = ["changes", `--inventory=${inventory}`, "--output=jsonl", `--user-pool-id=${POOL}`];
  const { code, stdout, stderr } = await startCli(asked).result;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const changed = stdout.split("\n").filter((line) => line !== "");
  expect(changed.filter((line) => /qqperson|qqbulk|empty/.test(line)).length).toBeGreaterThan(3);
  for (const line of changed) expect(line).toMatch(/scim:token:(deploy|other)/);
});
