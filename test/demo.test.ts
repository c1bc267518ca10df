import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFile } from "../pkg/sqlite/lock.ts";
import { temporaryFolder } from "./support/store-run.ts";

let folder: { readonly path: string; remove(): void };
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

test("a second demo beside one that stays up is refused, and touches nothing of the first", () => {
  const demo = join(folder.path, ".cache/demo");
  const kept = [join(demo, "state/kept"), join(demo, ".cognito/db/kept"), join(folder.path, "demo.c1z")];
  mkdirSync(join(demo, "state"), { recursive: true });
  mkdirSync(join(demo, ".cognito/db"), { recursive: true });
  for (const file of kept) writeFileSync(file, "of the first");
  const first = lockFile(join(demo, "lock"));

  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "demo/main.ts"), "--keep"],
    { cwd: folder.path, encoding: "utf8" },
  );

  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: "",
    stderr: "a demo is running in this folder already: use it, or end it with Ctrl-C in its terminal first\n",
  });
  for (const file of kept) expect(readFileSync(file, "utf8")).toBe("of the first");
  first?.release();
});

test("the demo answers each question of the inventory", { timeout: 300_000 }, () => {
  const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, "demo/main.ts")], {
    cwd: folder.path,
    encoding: "utf8",
  });
  expect({ status, stdout }).toMatchObject({ status: 0 });
  const answers = new Map(
    stdout.split("\n\n").map((step) => {
      const [says = "", ...lines] = step.split("\n");
      return [says, lines.join("\n")] as const;
    }),
  );
  const answer = (says: string) => [...answers].find(([one]) => one.startsWith(says))?.[1] ?? "";
  const rows = (says: string, row: RegExp) =>
    answer(says)
      .match(row)
      ?.map((line) => line.trim());

  expect(answer("A sync writes a file")).toMatch(/demo\.db \(run 1\)/);
  expect(rows("Who is in the group board?", /^\S+@?\S* .*@.* (?:yes|no)$/gm)).toHaveLength(6);
  expect(rows("Which groups reach an IAM role", /^pool-admins .*$/gm)).toHaveLength(6);
  expect(rows("Who never signed in?", /^.* (?:yes|unknown)$/gm)).toHaveLength(5);
  expect(answer("The second sync adds")).toMatch(/demo\.db \(run 2\)/);
  const changed = answer("What changed, and who asked for it?");
  expect(changed).toMatch(/user_created +carla +cli:/);
  expect(changed).toMatch(/user_created +carla\.private +outside the connector/);
  expect(changed).toMatch(/membership_added +carla +board +cli:/);
  expect(changed).toMatch(/membership_added +carla\.private +pool-admins +outside the connector/);
  expect(rows("Who was in the group board", /^\S+ +\d{4}-\S+Z$/gm)).toHaveLength(6);
  expect(rows("Who has no second factor?", /^\S+ +\S+@\S+$/gm)).toHaveLength(5);
  expect(rows("Which accounts share an e-mail", /^carla@example\.com .*$/gm)).toHaveLength(2);
  expect(answer("The access review for people")).toMatch(/^Wrote demo-review\.html /m);
  expect(statSync(join(folder.path, "demo-review.html")).size).toBeGreaterThan(10_000);
  const differs = answer("What differs between the last run");
  expect(differs).toMatch(/^user_deleted +carla /m);
  expect(differs).toMatch(/^membership_removed +carla +board /m);

  expect(answer("It creates a person.")).toMatch(/^HTTP 201$/m);
  expect(answer("It looks for a group.")).toMatch(/^HTTP 200\n[^]*"displayName": "finance"/m);
  expect(answer("It puts the person into the group.")).toMatch(/^HTTP 204$/m);
  expect(answer("The person has left")).toMatch(/^HTTP 200\n[^]*"active": false/m);
  const found = answer("Who is Dora?");
  expect(found).toMatch(/"totalResults": 1,/);
  expect(found).toMatch(/"userName": "dora",/);
  expect(found).toMatch(/"active": false/);
  expect(found).toMatch(/"display": "finance"/);
  expect(found).toMatch(/"department": "Finance"/);
  expect(rows("They are in the audit log", /^.*(?:create-account|grant|change-user).*$/gm)).toHaveLength(3);
  expect(rows("They are in the audit log", /AdminUserGlobalSignOut not-done/g)).toHaveLength(1);
});

test("a platform of the demo has its tasks done by the connector", { timeout: 120_000 }, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["test/demo/platform.ts"], {
    encoding: "utf8",
  });
  expect(status).toBe(0);
  expect(stderr).not.toMatch(/DeprecationWarning/);
  expect(stdout.match(/^ {2}(?:done|failed.*)$/gm)).toEqual(
    ["done", "done", "done", "done", "done"].map((word) => `  ${word}`),
  );
});
