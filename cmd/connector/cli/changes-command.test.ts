import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRecord } from "../../../pkg/core/unknown.ts";
import { createInventoryFile } from "../../../pkg/inventory/sqlite/inventory-file.ts";
import { createInventoryFixture, OTHER_POOL, POOL, subOf } from "../../../test/support/inventory-fixture.ts";
import { run } from "../run.ts";
import { memoryContext, memoryOutput } from "../testing.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "changes-command-"));
const inventory = join(folder, "pool.db");
const NOW = Date.UTC(2026, 9, 23);

beforeAll(() => createInventoryFixture(inventory));
afterAll(() => rmSync(folder, { recursive: true }));

async function changes(...args: string[]) {
  return await inventoryCommand("changes", `--inventory=${inventory}`, `--user-pool-id=${POOL}`, ...args);
}

async function inventoryCommand(...args: string[]) {
  const context = memoryContext({ cwd: folder, now: () => NOW });
  const code = await run(args, context);
  return { code, stdout: context.stdout.text(), stderr: context.stderr.text() };
}

function rowsOf(text: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line): unknown => JSON.parse(line)).filter(isRecord);
}

/** The kinds with what they are of, as short texts. */
const brief = (text: string): readonly string[] =>
  rowsOf(text).map(({ kind, username, group_name: group, field }) =>
    [kind, username, group, field].filter((part) => typeof part === "string").join(" "),
  );

const ALL = [
  "membership_removed ada finance",
  "user_changed ada email",
  "user_disabled hal",
  "membership_removed ida finance",
  "membership_removed eli old-team",
  "membership_removed ben support",
  "membership_removed eli support",
  "user_deleted ida",
  "group_deleted old-team",
  "group_recreated support",
  "user_created dora",
  "membership_added eli support",
  "user_created jon",
  "group_changed finance role_arn",
  "membership_added ada finance",
  "membership_added jon finance",
];

describe("connector changes", () => {
  test("prints every change in the order in which it was found", async () => {
    const { code, stdout, stderr } = await changes();
    expect(code).toBe(0);
    expect(brief(stdout)).toEqual(ALL);
    expect(stderr).toBe(
      "connector: of 7 changes it is not known whether the connector made it: the audit log of the time was not whole\n",
    );
  });

  test("says of each in which interval it happened, and who asked for it or that nobody did", async () => {
    const { stdout } = await changes("--user=hal");
    expect(rowsOf(stdout)).toEqual([
      {
        run: 2,
        after: "2026-10-01T02:00:00.000Z",
        before: "2026-10-08T02:05:00.000Z",
        kind: "user_disabled",
        sub: subOf(9),
        username: "hal",
        group_name: null,
        field: null,
        origin: "connector",
        requested_by: "alice",
        change: "c-0001",
      },
    ]);
    const origins = rowsOf((await changes()).stdout).map(({ origin }) => origin);
    expect([origins[0], origins[4], origins[12]]).toEqual(["outside", "unknown", "connector"]);
  });

  test("on a terminal says it in words", async () => {
    const stdout = memoryOutput({ isTerminal: true, columns: 200 });
    const stderr = memoryOutput({ isTerminal: true });
    const context = memoryContext({ stdout, stderr, now: () => NOW });
    const pool = `--user-pool-id=${POOL}`;
    expect(await run(["changes", `--inventory=${inventory}`, pool, "--group=finance"], context)).toBe(0);
    const lines = stdout.text().split("\n");
    expect(lines[0]).toMatch(/^AFTER +BEFORE +KIND +USERNAME +GROUP NAME +FIELD +REQUESTED BY$/);
    expect(lines[1]).toMatch(/membership_removed +ada +finance +outside the connector$/);
    expect(stderr.text()).toBe("connector: 5 changes\n");
  });

  test.for([
    [["--since=run:3"], ALL.slice(12)],
    [["--until=run:3"], ALL.slice(0, 12)],
    [["--since=run:2", "--until=run:3"], ALL.slice(3, 12)],
    [["--since=run:newest"], []],
    // A run that ended at 02:05 on the 15th found them: they may have happened after 02:00 on that day.
    [["--since=2026-10-15T02:00:00Z"], ALL.slice(3)],
    [["--since=2026-10-15T02:05:00Z"], ALL.slice(12)],
    [["--since=2d"], ALL.slice(12)],
    [["--until=2026-10-01T02:00:00Z"], []],
    [["--until=2026-10-02"], ALL.slice(0, 3)],
    [["--since=2026-10-08T03:00:00Z", "--until=2026-10-10"], ALL.slice(3, 12)],
    [["--kind=user_created,user_deleted"], [ALL[7], ALL[10], ALL[12]]],
    [["--kind=user_created", "--kind=user_deleted", "--since=run:3"], [ALL[12]]],
    [["--group=support"], [ALL[5], ALL[6], ALL[9], ALL[11]]],
    [
      ["--outside", "--since=run:3"],
      [ALL[13], ALL[14]],
    ],
  ] as const)("with %j prints those", async ([options, expected]) => {
    const { code, stdout } = await changes(...options);
    expect(code).toBe(0);
    expect(brief(stdout)).toEqual(expected);
  });

  describe("finds a user by", () => {
    test.for([
      ["the sub", subOf(1)],
      ["the username", "ada"],
      ["the username in another case", "ADA"],
      ["the e-mail address", "Ada@Example.com"],
      ["an earlier e-mail address", "ada@old.example.com"],
    ])("%s", async ([, name]) => {
      expect(brief((await changes(`--user=${name}`)).stdout)).toEqual([ALL[0], ALL[1], ALL[14]]);
    });

    test.for([
      ["the name of an account that was deleted", "ida@example.com", [ALL[3], ALL[7]]],
      ["the phone number", "+15550100002", [ALL[5]]],
      ["a name that two accounts share", "BEN@example.com", [ALL[5]]],
    ] as const)("%s", async ([, name, expected]) => {
      expect(brief((await changes(`--user=${name}`)).stdout)).toEqual(expected);
    });
  });

  test("prints values only with --values", async () => {
    const plain = await changes();
    expect(plain.stdout + plain.stderr).not.toContain("@");
    expect(plain.stdout).not.toContain("role/Finance");
    const rows = rowsOf((await changes("--values")).stdout);
    expect(rows.map(({ value_before: before, value_after: after }) => [before, after])).toEqual([
      [null, null],
      ["ada@old.example.com", "ada@example.com"],
      ...Array.from({ length: 11 }, () => [null, null]),
      [null, "arn:aws:iam::111122223333:role/Finance"],
      [null, null],
      [null, null],
    ]);
  });

  test.for([
    ["json", /^\[\n\{"run":2,.*\n\]\n$/s],
    ["csv", /^run,after,before,kind,sub,username,group_name,field,origin,requested_by,change\r\n2,/],
  ] as const)("as %s", async ([format, shape]) => {
    expect((await changes(`--output=${format}`)).stdout).toMatch(shape);
  });

  test.for([
    [
      ["--kind=user_create"],
      2,
      '--kind: "user_create" is not one of user_created, .*; did you mean user_created?',
    ],
    [["--since=yesterday"], 2, "--since must be a date (2026-11-21), .*, or a run (run:12, run:newest); got"],
    [["--since=run:x"], 2, "--since: a run is written run:12, or run:newest"],
    [["--since=2026-10-02", "--until=2026-10-01"], 2, "--since must be before --until"],
    [["--since=run:3", "--until=run:2"], 2, "--since must be before --until"],
    [["--since=run:newest", "--until=run:1"], 2, "--since must be before --until"],
    [["--since=run:9"], 5, "--since: there is no run 9; the inventory has the runs 1 to 4"],
    [["--user=nobody"], 5, "--user: the inventory knows no account of this sub, username, e-mail address"],
    [["--group=finanse"], 5, '--group: the inventory knows no group of this name; did you mean "finance"?'],
  ] as const)("refuses %j", async ([options, exitCode, why]) => {
    const { code, stdout, stderr } = await changes(...options);
    expect([code, stdout]).toEqual([exitCode, ""]);
    const pattern = why.split(".*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
    expect(stderr).toMatch(new RegExp(`^connector: ${pattern.join(".*")}`));
  });
});

describe("an inventory", () => {
  test("of several pools asks which one", async () => {
    const { code, stderr } = await inventoryCommand("changes", `--inventory=${inventory}`);
    expect(code).toBe(2);
    expect(stderr).toContain(`holds several pools (${POOL}, ${OTHER_POOL}); name one with --user-pool-id`);
  });

  test("with one run of the pool says that changes are known from the second on", async () => {
    const { code, stdout, stderr } = await changes(`--user-pool-id=${POOL}`);
    expect([code, brief(stdout)]).toEqual([0, ALL]);
    const one = await inventoryCommand("changes", `--inventory=${inventory}`, `--user-pool-id=${OTHER_POOL}`);
    expect([one.code, one.stdout]).toEqual([0, ""]);
    expect(one.stderr).toMatch(
      /^connector: the inventory has only one run of the pool, which ended 2026-10-01T02:05:00.000Z: changes are known from the second one on\n$/,
    );
    expect(stderr).not.toContain("only one run");
  });

  test("without a run says so", async () => {
    const empty = join(folder, "empty.db");
    createInventoryFile(empty, () => NOW).close();
    for (const pool of [[], [`--user-pool-id=${POOL}`]]) {
      const { code, stdout, stderr } = await inventoryCommand("changes", `--inventory=${empty}`, ...pool);
      expect([code, stdout]).toEqual([5, ""]);
      expect(stderr).toMatch(
        /^connector: the inventory .*empty\.db has no run .*yet; connector sync --inventory writes one\n$/,
      );
    }
  });

  test("that begins later than asked says so", async () => {
    const { stderr } = await changes("--since=2026-09-01", "--until=2026-10-02");
    expect(stderr).toBe(
      "connector: the inventory begins with the run that ended 2026-10-01T02:05:00.000Z: earlier changes are not known\n",
    );
  });

  test("that no setting names gets one line", async () => {
    const { code, stderr } = await inventoryCommand("changes");
    expect(code).toBe(2);
    expect(stderr).toContain("inventory: missing; give --inventory or BATON_INVENTORY");
  });
});

describe("connector diff of an inventory", () => {
  const diff = (...args: string[]) =>
    inventoryCommand("diff", `--inventory=${inventory}`, `--user-pool-id=${POOL}`, ...args);

  test("compares its runs and times", async () => {
    const { code, stdout, stderr } = await diff("run:1", "run:2");
    expect(code).toBe(22);
    expect(brief(stdout)).toEqual([
      "user_changed ada email",
      "user_disabled hal",
      "membership_removed ada finance",
    ]);
    expect(stderr).toContain("run:1 (run 1, which ended 2026-10-01T02:05:00.000Z) against run:2");
    const times = await diff("2026-10-02", "2026-10-09");
    expect(times.stdout).toBe(stdout);
    expect((await diff("run:newest", "12h")).code).toBe(0);
  });

  test("shows the memberships of a group that was made again as other ones", async () => {
    const { stdout } = await diff("run:2", "run:3");
    expect(brief(stdout)).toEqual([
      "user_created dora",
      "user_deleted ida",
      "group_deleted old-team",
      "group_recreated support",
      "membership_removed ida finance",
      "membership_removed eli old-team",
      "membership_removed ben support",
      "membership_removed eli support",
      "membership_added eli support",
    ]);
  });

  test.for([
    [
      "2026-09-01",
      "2026-09-01: the inventory knows nothing of that time; its first run ended 2026-10-01T02:05:00.000Z",
    ],
    ["run:9", "run:9: there is no such run; the inventory has the runs 1 to 4"],
  ])("of %s, which it does not have, says what it has", async ([side = "", why = ""]) => {
    const { code, stderr } = await diff(side, "run:2");
    expect([code, stderr]).toEqual([5, `connector: ${why}\n`]);
  });
});
