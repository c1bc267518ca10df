import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writePage } from "../pkg/report/write-page.ts";
import { createReviewInventory, REVIEW_POOL, type ReviewInventory } from "./support/review-inventory.ts";
import { reportOver } from "./support/review-report.ts";

const folder = mkdtempSync(join(tmpdir(), "review-size-"));
afterAll(() => rmSync(folder, { recursive: true }));

const place = (name: string) => join(folder, name);
/** Each character takes 30 bytes of the page. */
const hostile = "\u202e".repeat(2048);

async function reportOf(name: string, content: ReviewInventory) {
  createReviewInventory(place(`${name}.db`), content);
  const path = place(`${name}.html`);
  const written = await reportOver({ inventory: place(`${name}.db`), poolId: REVIEW_POOL, path }, writePage);
  expect(statSync(path).size).toBe(written.bytes);
  return { page: written.bytes, written };
}

describe("an access review", () => {
  test("gives a page under 20 MB where every value is as long and as hostile as it can be", async () => {
    const { page, written } = await reportOf("values", {
      people: Array.from({ length: 60 }, (_, i) => ({
        username: `${hostile.slice(0, 120)}${i}`,
        email: hostile,
        name: hostile,
        status: i % 2 === 0 ? "UNCONFIRMED" : "CONFIRMED",
        enabled: i % 3 > 0,
      })),
      groups: Array.from({ length: 60 }, (_, g) => ({
        name: `group ${g}`,
        roleArn: "arn:aws:iam::111122223333:role/Same",
        members: Array.from({ length: 36 }, (_member, i) => (i + g) % 60),
      })),
    });
    expect(page).toBeLessThan(20_000_000);
    expect(written.groupsInFiles).toBeGreaterThan(20);
  });

  test("gives a page under 20 MB where the groups alone would fill it", async () => {
    const { page, written } = await reportOf("groups", {
      people: [{ username: "ada" }],
      groups: Array.from({ length: 1700 }, (_, g) => ({
        name: `${hostile.slice(0, 120)}${g}`,
        description: hostile,
        members: [0],
      })),
    });
    expect(page).toBeLessThan(20_000_000);
    const files = readdirSync(written.folder ?? "");
    expect(files).toContain("groups.csv");
    expect(readFileSync(join(written.folder ?? "", "groups.csv"), "utf8").split("\r\n")).toHaveLength(1702);
    expect(readFileSync(place("groups.html"), "utf8")).toContain("The page ends here");
  });
});
