import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "./support/connector-cli.ts";
import { createReviewInventory } from "./support/review-inventory.ts";

const folder = mkdtempSync(join(tmpdir(), "cli-report-"));
const place = (name: string) => join(folder, name);
const inventory = `--inventory=${place("pool.db")}`;

beforeAll(() => {
  createReviewInventory(place("pool.db"), {
    people: Array.from({ length: 3000 }, (_, i) => ({ username: `person.${i}`, enabled: i > 999 })),
    groups: [{ name: "everybody", members: Array.from({ length: 3000 }, (_, i) => i) }],
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

test.for([
  ["page", ["-o", place("review.html")], "review.html"],
  ["folder", ["-o", place("review"), "--format", "csv"], "review"],
] as const)("connector report on a full disk keeps the %s of the report before", async ([, args, name]) => {
  expect(await runCli(["report", inventory, ...args])).toMatchObject({ code: 0 });
  const before = readdirSync(folder);
  const content = contentOf(name);
  const limited = spawnSync(
    "bash",
    [
      "-c",
      'ulimit -f 40; exec "$0" "$@"',
      process.execPath,
      resolve("cmd/connector/main.ts"),
      "report",
      inventory,
      ...args,
    ],
    { encoding: "utf8", env: { PATH: process.env["PATH"], HOME: "/nonexistent" } },
  );
  expect({ code: limited.status, stdout: limited.stdout }).toEqual({ code: 8, stdout: "" });
  expect(limited.stderr).toContain("is larger than this process may write; raise the limit (ulimit -f)");
  expect(limited.stderr).not.toContain("person.");
  expect(readdirSync(folder)).toEqual(before);
  expect(contentOf(name)).toEqual(content);
});

function contentOf(name: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && join(entry.parentPath, entry.name).startsWith(place(name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => (a < b ? -1 : 1));
  return files.map((file) => `${file}\n${readFileSync(file, "utf8")}`).join("");
}
