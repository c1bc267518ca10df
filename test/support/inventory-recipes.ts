import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { SqlCell } from "../../pkg/inventory/reader.ts";

interface Recipe {
  /** The question, with a number where it has several answers. */
  readonly title: string;
  readonly sql: string;
}

const ROOT = resolve(import.meta.dirname, "../..");

/** What the shell of the recipe would write, some days before the fixture's last run. */
const A_WEEK_AGO = "2026-10-16";

/** The questions of docs/inventory.md with the SQL of their answers. */
export function inventoryRecipes(): readonly Recipe[] {
  const document = readFileSync(join(ROOT, "docs/inventory.md"), "utf8");
  return document.split(/^### /m).flatMap((part) => {
    const [title = ""] = part.split("\n");
    const answers = [...part.matchAll(/^```sh\nconnector query "\n([^]*?)"\n```$/gm)];
    return answers.map(([, sql = ""], i) => ({
      title: i === 0 ? title : `${title} (${i + 1})`,
      sql: sql.replace(/\$\(date [^)]*\)/, A_WEEK_AGO),
    }));
  });
}

/** What the fixture answers, by title. */
export const INVENTORY_ANSWERS: Readonly<Record<string, readonly (readonly SqlCell[])[]>> = {
  "Who is in a group?": [
    ["ada", "ada@example.com", true],
    ["ben", "Ben@Example.com", true],
    ["cleo", "cleo@example.com", true],
    ["jon", "jon@example.com", true],
  ],
  "Which groups reach an IAM role, and who is in them?": [
    ["arn:aws:iam::111122223333:role/Audit", "auditors", null, null, null],
    ["arn:aws:iam::111122223333:role/Finance", "finance", "ada", "ada@example.com", true],
    ["arn:aws:iam::111122223333:role/Finance", "finance", "ben", "Ben@Example.com", true],
    ["arn:aws:iam::111122223333:role/Finance", "finance", "cleo", "cleo@example.com", true],
    ["arn:aws:iam::111122223333:role/Finance", "finance", "jon", "jon@example.com", true],
    ["arn:aws:iam::111122223333:role/PoolAdmin", "admins", "ada", "ada@example.com", true],
    ["arn:aws:iam::111122223333:role/PoolAdmin", "admins", "ben.admin", "ben@example.com", true],
    ["arn:aws:iam::111122223333:role/PoolAdmin", "admins", "hal", "hal@example.com", false],
  ],
  // Eli's password was reset, and a sign-in before that is known. Nothing is known of the others who are not here.
  "Who never signed in?": [
    ["cleo", "cleo@example.com", "temporary password not replaced", "2026-09-01T08:00:00.000Z", "yes"],
    ["kim", null, "no sign-in on record", "2026-09-01T08:00:00.000Z", "unknown"],
    ["dora", "dora@example.com", "sign-up not confirmed", "2026-10-12T10:00:00.000Z", "yes"],
  ],
  "Who has no second factor?": [
    ["ben", "Ben@Example.com", "2026-10-22T03:00:00.000Z"],
    ["ben.admin", "ben@example.com", "2026-10-22T03:00:00.000Z"],
  ],
  "Who has no second factor? (2)": [
    ["cleo", "cleo@example.com"],
    ["dora", "dora@example.com"],
    ["eli", "eli@example.com"],
    ["fay", "FAY@example.com"],
    ["gus", "gus@example.com"],
    ["jon", "jon@example.com"],
    ["zoe", "ada@example.com"],
  ],
  "What changed since last week, and by whom?": [
    ["2026-10-22T02:05:00.000Z", "user_created", "jon", null, null, "connector", "bob"],
    ["2026-10-22T02:05:00.000Z", "group_changed", null, "finance", "role_arn", "outside", null],
    ["2026-10-22T02:05:00.000Z", "membership_added", "ada", "finance", null, "outside", null],
    ["2026-10-22T02:05:00.000Z", "membership_added", "jon", "finance", null, "connector", "bob"],
  ],
  "Who was in a group on a given day?": [
    ["ben", "2026-10-01T02:05:00.000Z", null],
    ["cleo", "2026-10-01T02:05:00.000Z", null],
    ["ida", "2026-10-01T02:05:00.000Z", "2026-10-15T02:05:00.000Z"],
  ],
  "Who shares an e-mail address?": [
    ["ben@example.com", "ben", "Ben@Example.com", "CONFIRMED", true, false],
    ["ben@example.com", "ben.admin", "ben@example.com", "CONFIRMED", true, false],
    ["fay@example.com", "Google_1007", "fay@example.com", "EXTERNAL_PROVIDER", true, true],
    ["fay@example.com", "fay", "FAY@example.com", "CONFIRMED", true, false],
  ],
  "In which groups is a user, and since when?": [
    ["admins", "2026-10-01T02:05:00.000Z", null],
    ["finance", "2026-10-01T02:05:00.000Z", "2026-10-08T02:05:00.000Z"],
    ["finance", "2026-10-22T02:05:00.000Z", null],
  ],
  "Which disabled accounts are still in groups?": [["hal", "admins"]],
  "Which accounts have an attribute of our own?": [["ada", "7"]],
  "How did an account look at an earlier run?": [
    [1, "2026-10-01T02:05:00.000Z", "ada", "ada@old.example.com", "CONFIRMED", true],
    [2, "2026-10-08T02:05:00.000Z", "ada", "ada@example.com", "CONFIRMED", true],
    [3, "2026-10-15T02:05:00.000Z", "ada", "ada@example.com", "CONFIRMED", true],
    [4, "2026-10-22T02:05:00.000Z", "ada", "ada@example.com", "CONFIRMED", true],
  ],
  "How many users has each pool?": [
    ["eu-west-1_Fixture1", 4, 12, 5, 9, "2026-10-22T02:05:00.000Z"],
    ["us-east-1_Fixture2", 1, 1, 1, 1, "2026-10-01T02:05:00.000Z"],
  ],
};
