// What docs/scim.md tells a reader to type, typed.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { SETTING_NAMES } from "../pkg/config/table/settings.ts";
import { person } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScimService, startScimService } from "./support/scim-service.ts";

const DOCS = resolve(import.meta.dirname, "../docs");
const PAGE = readFileSync(join(DOCS, "scim.md"), "utf8");

let service: ScimService | undefined;
let folder: string | undefined;

afterEach(async () => {
  await service?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true });
  [service, folder] = [undefined, undefined];
});

test("the first lines of the page make a token that the service takes", { timeout: 60_000 }, async () => {
  folder = mkdtempSync(join(tmpdir(), "scim-recipes-"));
  const pool = createPool({ id: "us-east-1_Ab129faBb", users: [person(1)] });
  const scim = await startScimService({ pool });
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
      { timeout: 20_000 },
    )
    .toBe(200);
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
