// What the pages of SCIM tell a reader to type, typed.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { SETTING_NAMES } from "../pkg/config/table/settings.ts";
import { isRecord } from "../pkg/core/unknown.ts";
import { person } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { runCli } from "./support/connector-cli.ts";
import { type ScimService, startScimService } from "./support/scim-service.ts";

const POOL = "us-east-1_Ab129faBb";
const DOCS = resolve(import.meta.dirname, "../docs");
const PAGE = readFileSync(join(DOCS, "scim.md"), "utf8");

let service: ScimService | undefined;
let folder: string | undefined;

afterEach(async () => {
  await service?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true });
  [service, folder] = [undefined, undefined];
});

test("the first lines of the page make a token that the service takes, and a person who is found", {
  timeout: 180_000,
}, async () => {
  folder = mkdtempSync(join(tmpdir(), "scim-recipes-"));
  const scim = await startScimService({ pool: createPool({ id: POOL, users: [person(1)] }) });
  service = scim;
  const [, block = ""] = /^```sh\n(TOKEN=.*?)^```/ms.exec(PAGE) ?? [];
  const lines = block.split("\n").filter((line) => !line.startsWith("connector"));
  const made = execFileSync("sh", ["-c", `${lines.join("\n")}\ncat tokens; echo "$TOKEN"`], {
    cwd: folder,
    encoding: "utf8",
  });
  const [line = "", token = ""] = made.trim().split("\n");
  expect(line).toMatch(/^provision [0-9a-f]{64} okta$/);
  scim.addTokenLine(line);
  await expect
    .poll(
      async () =>
        (await scim.ask("/ServiceProviderConfig", { headers: { authorization: `Bearer ${token}` } })).status,
      { timeout: 100_000 },
    )
    .toBe(200);

  const [, ada = ""] = /\/scim\/v2\/Users -d '(\{.*\})'/.exec(PAGE) ?? [];
  expect((await scim.ask("/Users", { method: "POST", json: ada })).status).toBe(201);
  const [, filter = "", total] = /'filter=(.*)' \| jq \.totalResults\n(\d+)\n/.exec(PAGE) ?? [];
  const { body } = await scim.ask(`/Users?filter=${encodeURIComponent(filter)}`);
  expect(String(jq(body, ".totalResults"))).toBe(total);
});

/** `.a.b` of a value, as jq reads it. */
const jq = (body: unknown, path: string): unknown =>
  path
    .split(".")
    .slice(1)
    .reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), body);

const ASKED =
  /^ *\$ curl [^\n]*https:\/\/scim\.example\.com\/scim\/v2(\/\w+)(?: --data-urlencode 'filter=([^']*)')? \| jq (\S+)\n *(\S+)$/gm;

test("the page for administrators checks the service, and then a person, by commands that work", {
  timeout: 180_000,
}, async () => {
  const page = readFileSync(join(DOCS, "scim-okta-entra.md"), "utf8");
  const pool = createPool({ id: POOL, users: [person(1)] });
  const scim = await startScimService({ pool });
  service = scim;
  const checks = [...page.matchAll(ASKED)];
  expect(checks).toHaveLength(2);
  for (const [, path = "", filter, member = "", answer] of checks) {
    const query = filter === undefined ? "" : `?filter=${encodeURIComponent(filter)}`;
    const { body } = await scim.ask(`${path}${query}`);
    expect({ path, answer: String(jq(body, member)) }).toEqual({ path, answer });
  }

  const ada = { userName: "ada@example.com", emails: [{ value: "ada@example.com" }] };
  expect((await scim.ask("/Users", { method: "POST", json: ada })).status).toBe(201);
  const commands = [...page.matchAll(/^ *\$ connector (.* ada@example\.com)$/gm)].map(
    ([, words = ""]) => words,
  );
  expect(commands).toEqual(["audit show --user ada@example.com", "get user ada@example.com"]);
  const around = [`--user-pool-id=${POOL}`, `--endpoint-url=${scim.cognito.url}`, "--output=table"];
  const outputs: string[] = [];
  for (const words of commands) {
    const state = words.startsWith("audit") ? [`--state-dir=${scim.stateDir}`] : [];
    const { code, stdout, stderr } = await runCli([...words.split(" "), ...around, ...state]);
    expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: "" });
    outputs.push(stdout);
  }
  const [audit = "", user] = outputs;
  const [heading = "", line] = audit.split("\n");
  const [, ofThePage = ""] = /^(TIME .*)$/m.exec(PAGE) ?? [];
  expect(heading.split(/\s+/)).toEqual(ofThePage.split(/\s+/));
  expect(line).toMatch(
    / create-account +done +user \S+, login sha256 \w+ +scim:token:deploy +AdminCreateUser done \[/,
  );
  expect(PAGE).toMatch(
    / create-account +done +user \S+, login sha256 \S+ +scim:token:okta +AdminCreateUser done \[/,
  );
  expect(user).toContain("ada@example.com");
});

test("the page names every setting of SCIM", () => {
  const missing = SETTING_NAMES.filter((name) => name.startsWith("scim")).filter(
    (name) => !PAGE.includes(`--${name}`) && !PAGE.includes(`${name}:`),
  );
  expect(missing).toEqual([]);
});

test("links within the pages of SCIM lead to a heading", () => {
  for (const name of ["scim.md", "scim-okta-entra.md", "scim-from-starling.md"]) {
    const page = readFileSync(join(DOCS, name), "utf8");
    for (const [, file = "", anchor = ""] of page.matchAll(/\]\(([\w-]*\.?m?d?)#([\w-]+)\)/g)) {
      const headings = readFileSync(join(DOCS, file === "" ? name : file), "utf8").matchAll(/^#+ (.*)$/gm);
      const anchors = [...headings].map(([, heading = ""]) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
          .replaceAll(" ", "-"),
      );
      expect({ name, file, anchor, found: anchors.includes(anchor) }).toMatchObject({ found: true });
    }
  }
});
