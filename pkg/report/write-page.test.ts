import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createInventoryFixture, OTHER_POOL, POOL } from "../../test/support/inventory-fixture.ts";
import { createReviewInventory, REVIEW_POOL, reviewSub } from "../../test/support/review-inventory.ts";
import { reportOver } from "../../test/support/review-report.ts";
import { DatabaseSync } from "../sqlite/database.ts";
import { type WrittenPage, writePage } from "./write-page.ts";

const folder = mkdtempSync(join(tmpdir(), "review-page-"));
const inventory = join(folder, "pool.db");

beforeAll(() => createInventoryFixture(inventory));
afterAll(() => rmSync(folder, { recursive: true }));

const place = (name: string) => join(folder, name);

/** The text of a section without its tags, its white space as one space. */
function section(page: string, id: string): string {
  const from = page.indexOf(` id="${id}"`);
  const rest = page.slice(from);
  const end = rest.search(/\n<section id=|\n<h3 id="(?!group)|\n<section class="group"/);
  return textOf(end < 0 ? rest : rest.slice(0, end));
}

function textOf(page: string): string {
  return page
    .slice(page.indexOf(">") + 1)
    .replace(/<title[^]*?<\/title>|<desc[^]*?<\/desc>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
}

describe("the page over a pool of thirteen people", () => {
  let page: string;
  let written: WrittenPage;

  beforeAll(async () => {
    const path = place("fixture.html");
    written = await reportOver(
      { inventory, poolId: POOL, path, now: new Date("2026-10-22T09:00:00.000Z") },
      writePage,
    );
    page = readFileSync(path, "utf8");
  });

  test("says which pool it is and how fresh the state is", () => {
    const top = textOf(page.slice(page.indexOf("<header"), page.indexOf("</header>")));
    expect(top).toContain("customers");
    expect(top).toContain(`State of 22 Oct 2026, 02:05 UTC`);
    expect(top).toContain("Written 22 Oct 2026, 09:00 UTC");
    expect(top).toContain(`User pool ${POOL}`);
    expect(top).toContain("Second factors optional");
    expect(page).not.toContain("old. What changed");
  });

  test("sums up what a reviewer should look at", () => {
    const glance = section(page, "glance");
    expect(glance).toContain("People 12 1 disabled Groups 5 3 with an IAM role Memberships 9");
    expect(glance).toContain("6 People who reach an IAM role through 3 groups");
    expect(glance).toContain(
      "2 People who never signed in their state rules out a sign-in; of 1 more no sign-in is known",
    );
    expect(glance).toContain("1 Disabled people who are still in groups");
    expect(glance).toContain("Accounts that share an e-mail address");
  });

  test("names the groups with an IAM role and who is in them, also a group without members", () => {
    const aws = section(page, "aws");
    expect(aws).toContain(
      "admins arn:aws:iam::111122223333:role/PoolAdmin ada Ada ada@example.com Confirmed",
    );
    expect(aws).toContain("hal hal@example.com Disabled Confirmed");
    expect(aws).toContain("auditors arn:aws:iam::111122223333:role/Audit no members");
  });

  test("lists who cannot have signed in apart from those of whom it is not known", () => {
    const never = section(page, "never");
    expect(never).toMatch(/cleo cleo@example\.com Temporary password not replaced 1 Sep 2026 yes/);
    expect(never).toMatch(/kim No sign-in on record 1 Sep 2026 not known/);
  });

  test("lists disabled accounts with the groups that they are in", () => {
    expect(section(page, "disabled")).toContain("hal hal@example.com admins IAM role");
  });

  test("counts an unknown second factor as unknown", () => {
    expect(section(page, "factors")).toMatch(
      /have a second factor, \d+ have none, and of \d+ it is not known/,
    );
  });

  test("groups the accounts that share an address, whatever its case", () => {
    expect(section(page, "emails")).toContain(
      "ben@example.com 2 accounts ben Ben@Example.com Confirmed ben.admin ben@example.com",
    );
  });

  test("says who asked for a change, that it was made outside, or that it is not known", () => {
    const changes = section(page, "changes");
    expect(changes).toContain("through the connector");
    expect(changes).toContain("outside the connector");
    expect(changes).toContain("not known");
    expect(changes).toContain("The inventory begins on 1 Oct 2026, 02:05 UTC");
  });

  test("has a table with columns for the decision for each group", () => {
    expect(page.match(/<table class="review">/g)).toHaveLength(4);
    expect(section(page, "group-1")).toContain("Person State Keep Remove Remark Reviewer Date ada");
    expect(section(page, "group-2")).toContain("No members");
  });

  test("shows markup and direction marks in a name, and obeys neither", () => {
    expect(page).not.toContain("<b>");
    expect(page).not.toContain("\u202e");
    expect(page).toContain('Jon &lt;b&gt;<span class="code">U+202E</span>');
  });

  test("has no script, no style in an attribute, and no address of anything to load", () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\sstyle=|\son[a-z]+=|(?:src|href)="[^#"]/);
  });

  test("holds everything, and can be read by this user alone", () => {
    const bytes = Buffer.byteLength(page);
    const stateOf = new Date("2026-10-22T02:05:00.000Z");
    expect(written).toEqual({ bytes, stateOf, folder: undefined, files: 0, groupsInFiles: 0 });
    expect(statSync(place("fixture.html")).mode & 0o777).toBe(0o600);
  });
});

describe("the page", () => {
  test("of a pool of which nothing more is known says so, and claims no zero", async () => {
    await reportOver({ inventory, poolId: OTHER_POOL, path: place("other.html") }, writePage);
    const page = readFileSync(place("other.html"), "utf8");
    expect(section(page, "glance")).toContain("unknown People without a second factor");
    expect(section(page, "factors")).toContain("Unknown. The second factors of this pool were not read");
    expect(section(page, "never")).toContain("The pool has no history of sign-ins (asked on 22 Oct 2026)");
    expect(section(page, "changes")).toContain("No change is recorded in this time.");
    expect(section(page, "aws")).toContain("No group has an IAM role.");
    expect(textOf(page)).toContain(OTHER_POOL);
  });

  test("says that sign-ins were not read, where nobody has asked for them", async () => {
    const few = place("few.db");
    createReviewInventory(few, { people: [{ username: "ada" }], groups: [] });
    await reportOver({ inventory: few, poolId: REVIEW_POOL, path: place("few.html") }, writePage);
    const page = readFileSync(place("few.html"), "utf8");
    expect(section(page, "never")).toContain(
      "No account is in a state that excludes a sign-in. The last sign-ins of this pool were not read",
    );
    expect(section(page, "groups")).toContain("The pool has no groups.");
  });

  test("of people who all sign in through an identity provider claims nothing about their second factors", async () => {
    const federated = place("federated.db");
    createReviewInventory(federated, {
      people: [{ username: "Google_1", status: "EXTERNAL_PROVIDER" }],
      groups: [],
    });
    await reportOver({ inventory: federated, poolId: REVIEW_POOL, path: place("federated.html") }, writePage);
    const page = readFileSync(place("federated.html"), "utf8");
    expect(section(page, "glance")).toContain(
      "unknown People without a second factor no enabled account signs in without an identity provider",
    );
    expect(section(page, "factors")).toContain(
      "Unknown. No enabled account signs in without an identity provider, which would ask for the second factor.",
    );
  });

  test("says of an account that it has no second factor only where that is known", async () => {
    const path = place("factors.db");
    const known = [
      { username: "has.one", factors: '["SMS_MFA"]' },
      { username: "has.none", factors: "[]" },
      { username: "federated", status: "EXTERNAL_PROVIDER", factors: "[]" },
      { username: "off", enabled: false, factors: "[]" },
      { username: "unread" },
    ];
    createReviewInventory(path, { people: known, groups: [{ name: "all", members: [0, 1, 2, 3, 4] }] });
    const database = new DatabaseSync(path);
    const reading = database.prepare(
      "INSERT INTO second_factors (pool_id, sub, factors, read_at) VALUES (?, ?, ?, '2026-11-19T08:00:00.000Z')",
    );
    for (const [i, { factors }] of known.entries()) {
      if (factors !== undefined) reading.run(REVIEW_POOL, reviewSub(i), factors);
    }
    database.exec(`INSERT INTO sign_ins (pool_id, sub, last_sign_in_at, read_at)
      SELECT pool_id, sub, '2026-11-18T08:00:00.000Z', read_at FROM second_factors WHERE factors <> '[]'`);
    database.close();
    await reportOver({ inventory: path, poolId: REVIEW_POOL, path: place("factors.html") }, writePage);
    const page = readFileSync(place("factors.html"), "utf8");
    expect(section(page, "glance")).toContain("1 People without a second factor not known of 1 account");
    expect(section(page, "factors")).toMatch(
      /1 have a second factor, 1 have none, and of 1 it is not known.* Person State Read has\.none Confirmed 19 Nov 2026 $/,
    );
    expect(section(page, "group-1")).toMatch(
      /federated Identity provider has\.none Confirmed no second factor has\.one Confirmed last sign-in 18 Nov 2026 off Disabled Confirmed no second factor unread Confirmed /,
    );
  });

  test("counts no sign-in of an account that is deleted", async () => {
    const path = place("deleted.db");
    createReviewInventory(path, { people: [{ username: "ada" }], groups: [] });
    const database = new DatabaseSync(path);
    const signIn = database.prepare(
      "INSERT INTO sign_ins (pool_id, sub, last_sign_in_at, event_type, read_at) VALUES (?, ?, ?, 'SignIn', ?)",
    );
    for (const [sub, readAt] of [
      [reviewSub(0), "2026-11-19T08:00:00.000Z"],
      [reviewSub(7), "2026-11-01T08:00:00.000Z"],
    ] as const) {
      signIn.run(REVIEW_POOL, sub, "2026-10-30T08:00:00.000Z", readAt);
    }
    database.close();
    await reportOver({ inventory: path, poolId: REVIEW_POOL, path: place("deleted.html") }, writePage);
    expect(section(readFileSync(place("deleted.html"), "utf8"), "never")).toContain(
      "The last sign-ins of 1 account were read on 19 Nov 2026.",
    );
  });

  test("of a damaged inventory is refused with the column that is damaged", async () => {
    const path = place("damaged.db");
    createReviewInventory(path, { people: [{ username: "ada", status: "UNCONFIRMED" }], groups: [] });
    const database = new DatabaseSync(path);
    database.exec("UPDATE users SET created_at = 'yesterday'");
    database.close();
    await expect(
      reportOver({ inventory: path, poolId: REVIEW_POOL, path: place("damaged.html") }, writePage),
    ).rejects.toThrow("the inventory is damaged: since holds no time");
  });

  test("says that an old state is old", async () => {
    const now = new Date("2026-10-25T09:00:00.000Z");
    await reportOver({ inventory, poolId: POOL, path: place("old.html"), now }, writePage);
    expect(readFileSync(place("old.html"), "utf8")).toContain("This state is 3 days old.");
  });

  test("says of a state of the future that its age is not known", async () => {
    const now = new Date("2026-10-20T09:00:00.000Z");
    await reportOver({ inventory, poolId: POOL, path: place("ahead.html"), now }, writePage);
    expect(readFileSync(place("ahead.html"), "utf8")).toContain("The age of this state is not known");
  });

  test("gives the begin of a state whose end is moved behind a run of a clock that was ahead", async () => {
    const path = place("moved.db");
    createReviewInventory(path, { people: [{ username: "ann" }], groups: [] });
    const database = new DatabaseSync(path);
    database.exec(
      "UPDATE runs SET began_at = '2026-10-20T08:00:00.000Z', ended_at = '2027-01-01T00:00:00.001Z'",
    );
    database.close();
    const page = async (name: string, now: string): Promise<string> => {
      const to = { inventory: path, poolId: REVIEW_POOL, path: place(name), now: new Date(now) };
      await reportOver(to, writePage);
      return readFileSync(place(name), "utf8");
    };
    const fresh = await page("moved.html", "2026-10-20T09:00:00.000Z");
    expect(fresh).toContain("The run that read the state began on <time");
    expect(fresh).not.toContain("is not known: its time");
    expect(await page("moved-old.html", "2026-10-25T08:00:00.000Z")).toContain("This state is 5 days old.");
  });

  test("of a pool that the inventory does not have is refused, and nothing is written", async () => {
    const path = place("missing.html");
    await expect(reportOver({ inventory, poolId: "eu-west-1_Missing01", path }, writePage)).rejects.toThrow(
      "the inventory has no complete run of eu-west-1_Missing01; sync first",
    );
    expect(readdirSync(folder).filter((name) => name.includes("missing"))).toEqual([]);
  });

  test("leaves out what runs before --since found", async () => {
    const since = new Date("2026-10-20T00:00:00.000Z");
    await reportOver({ inventory, poolId: POOL, path: place("since.html"), since }, writePage);
    const changes = section(readFileSync(place("since.html"), "utf8"), "changes");
    expect(changes).toContain("Changes since 20 Oct 2026");
    expect(changes).not.toContain("8 Oct 2026");
    expect(changes).not.toContain("The inventory begins");
  });
});

describe("a pool that a page cannot hold", () => {
  test("has its large groups and long lists in CSV files beside it, each whole", async () => {
    const many = place("many.db");
    createReviewInventory(many, {
      people: Array.from({ length: 700 }, (_, i) => ({ username: `p${i}`, enabled: i > 300 })),
      groups: [
        { name: "=large/../\u202eone", members: Array.from({ length: 501 }, (_, i) => i) },
        { name: "full", members: Array.from({ length: 500 }, (_, i) => i) },
      ],
    });
    const path = place("many.html");
    const written = await reportOver({ inventory: many, poolId: REVIEW_POOL, path }, writePage);
    expect(written).toMatchObject({ folder: place("many-files"), files: 2, groupsInFiles: 1 });
    const files = readdirSync(place("many-files")).sort();
    expect(files).toEqual(["about.csv", "disabled-in-groups.csv", "group-0001-large-one.csv"]);
    const members = readFileSync(place("many-files/group-0001-large-one.csv"), "utf8").split("\r\n");
    expect(members[0]).toBe(
      "\ufeffusername,email,name,given_name,family_name,enabled,status,sub,keep,remove,remark,reviewer,date",
    );
    expect(members).toHaveLength(503);
    expect(readFileSync(place("many-files/disabled-in-groups.csv"), "utf8").split("\r\n")).toHaveLength(604);
    const page = readFileSync(path, "utf8");
    expect(page).toContain('href="many-files/group-0001-large-one.csv"');
    expect(section(page, "group-1")).toContain("The 501 members are in many-files/group-0001-large-one.csv");
    expect(page.match(/<table class="review">/g)).toHaveLength(1);
    expect(section(page, "disabled")).toContain("The first 200 rows are shown here. All 602 are in");
    expect(statSync(place("many-files")).mode & 0o777).toBe(0o700);
    for (const name of files) expect(statSync(join(place("many-files"), name)).mode & 0o777).toBe(0o600);
  });
});
