import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openInventoryReader } from "../../pkg/inventory/open-reader.ts";
import type { SqlCell } from "../../pkg/inventory/reader.ts";
import { writePage } from "../../pkg/report/write-page.ts";
import { createInventoryFixture, OTHER_POOL, POOL } from "../support/inventory-fixture.ts";
import { createReviewInventory, REVIEW_POOL } from "../support/review-inventory.ts";
import { reportOver } from "../support/review-report.ts";
import { type Chromium, openChromium } from "./chromium.ts";
import { accessFaults, type Look, openPage, sizes, tableRows, texts } from "./opened-page.ts";

const folder = mkdtempSync(join(tmpdir(), "review-browser-"));
const place = (name: string) => join(folder, name);
const inventory = place("fixture.db");
let browser: Chromium;

const HOSTILE = [
  "<script>document.title='run'</script>",
  '"><img src=x onerror=alert(1)>',
  "</style></svg></table><style>*{display:none}</style>",
  "\u202eright to left\u2066\u2069\u2069",
  "\u0000\u001b[31m\u009b",
  "x".repeat(2048),
  "دراسة ".repeat(300),
  "📈".repeat(1000),
  "{{constructor.constructor('alert(1)')()}}",
  "&lt;b&gt;&#x3c;",
];

beforeAll(async () => {
  createInventoryFixture(inventory);
  createReviewInventory(place("hostile.db"), {
    poolName: HOSTILE[5] ?? "",
    people: HOSTILE.flatMap((text) => [
      { username: text, email: text, name: text, enabled: false },
      { username: `1${text}`, email: text, name: text, status: "UNCONFIRMED" },
      { username: `2${text}`, email: text, status: text },
    ]),
    groups: HOSTILE.map((text) => ({
      name: text,
      description: text,
      roleArn: text,
      members: HOSTILE.map((_, i) => i * 3),
    })),
  });
  createReviewInventory(place("large.db"), {
    people: Array.from({ length: 700 }, (_, i) => ({
      username: `person.${i}`,
      email: `person.${i % 500}@example.com`,
      enabled: i % 3 > 0,
    })),
    groups: [
      { name: "everybody", members: Array.from({ length: 700 }, (_, i) => i) },
      { name: "some", members: Array.from({ length: 40 }, (_, i) => i * 3) },
      { name: "nobody", members: [] },
    ],
  });
  const asked = [
    { inventory, poolId: POOL, path: place("fixture.html"), now: new Date("2026-10-22T09:00:00.000Z") },
    { inventory, poolId: OTHER_POOL, path: place("bare.html") },
    { inventory: place("hostile.db"), poolId: REVIEW_POOL, path: place("hostile.html") },
    { inventory: place("large.db"), poolId: REVIEW_POOL, path: place("large.html") },
  ];
  for (const one of asked) await reportOver(one, writePage);
  browser = await openChromium();
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

const LOOKS: readonly Look[] = [
  { width: 1280, colors: "light", media: "screen" },
  { width: 1280, colors: "dark", media: "screen" },
  { width: 390, colors: "light", media: "screen" },
  { width: 390, colors: "dark", media: "screen" },
  { width: 718, colors: "light", media: "print" },
  { width: 718, colors: "dark", media: "print" },
];

const PAGES = ["fixture", "bare", "hostile", "large"] as const;

describe.for(PAGES)("the page over the %s inventory", (name) => {
  test.for(LOOKS)(
    "at $width pixels, $colors, $media, is quiet, fits and can be used by everybody",
    async (look) => {
      const { page, said, requests } = await openPage(browser, place(`${name}.html`), look);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(look.width);
      expect(await accessFaults(page)).toEqual([]);
      expect({ said, requests }).toEqual({ said: [], requests: [] });
      expect(await page.title()).toMatch(/^Access review of /);
      await page.close();
    },
  );
});

const SCREEN: Look = { width: 1280, colors: "light", media: "screen" };

async function sql(text: string): Promise<readonly (readonly string[])[]> {
  const reader = await openInventoryReader(
    { engine: "sqlite", name: inventory },
    new AbortController().signal,
  );
  const found: string[][] = [];
  for await (const row of (await reader.query(text, [POOL])).rows) found.push(row.map(shown));
  await reader.close();
  return found;
}

function shown(cell: SqlCell): string {
  return typeof cell === "number" ? cell.toLocaleString("en") : String(cell);
}

describe("the numbers of the page", () => {
  test("of people by state are those of SQL, in the table and in the chart", async () => {
    const { page } = await openPage(browser, place("fixture.html"), SCREEN);
    const wanted =
      await sql(`SELECT sum(CASE WHEN enabled THEN 1 ELSE 0 END), sum(CASE WHEN enabled THEN 0 ELSE 1 END),
      count(*) FROM users WHERE pool_id = ? AND to_run IS NULL GROUP BY status ORDER BY count(*) DESC, status`);
    const rows = await tableRows(page, "People by state");
    expect(rows.map((row) => row.slice(1))).toEqual(wanted);
    const widths = await sizes(page, "width", "chart-people", "first");
    const longest = Math.max(...wanted.map(([, , all]) => Number(all)));
    const [track = 0] = await sizes(page, "width", "chart-people", "track");
    for (const [i, [enabled]] of wanted.entries()) {
      expect(widths[i]).toBeCloseTo((track * Number(enabled)) / longest, 0);
    }
    await page.close();
  });

  test("of groups by size are those of SQL, in the table and in the chart", async () => {
    const { page } = await openPage(browser, place("fixture.html"), SCREEN);
    const members = (
      await sql(`SELECT (SELECT count(*) FROM memberships m WHERE m.pool_id = g.pool_id AND m.group_name = g.name
        AND m.group_created_at = g.created_at AND m.to_run IS NULL) FROM groups g WHERE g.pool_id = ? AND g.to_run IS NULL`)
    ).map(([size]) => Number(size));
    const between = (least: number, most: number) =>
      members.filter((size) => size >= least && size <= most).length;
    expect(await tableRows(page, "Groups by number")).toEqual([
      ["no members", String(between(0, 0))],
      ["1 to 4", String(between(1, 4))],
    ]);
    expect(await sizes(page, "width", "chart-groups", "first")).toHaveLength(2);
    await page.close();
  });

  test("of changes over time are those of SQL, in the table and in the charts", async () => {
    const { page } = await openPage(browser, place("fixture.html"), SCREEN);
    const kinds: readonly (readonly string[])[] = [
      ["user_created"],
      ["user_deleted"],
      ["user_disabled"],
      ["user_enabled"],
      ["user_changed"],
      ["membership_added"],
      ["membership_removed"],
      ["group_created", "group_deleted", "group_recreated", "group_changed"],
    ];
    const counts = kinds.map((some) => `sum(c.kind IN ('${some.join("', '")}'))`).join(", ");
    const wanted = await sql(`SELECT substr(r.ended_at, 9, 2) + 0, ${counts} FROM runs r
      JOIN recorded_changes c ON c.pool_id = r.pool_id AND c.run = r.run WHERE r.pool_id = ? GROUP BY r.run`);
    const rows = await tableRows(page, "By day");
    const busy = rows.filter((row) => row.slice(1).some((count) => count !== "0"));
    expect(busy).toEqual(wanted.map(([day, ...rest]) => [`${day} Oct`, ...rest]));
    const added = wanted.map((row) => Number(row[6])).filter((count) => count > 0);
    const heights = await sizes(page, "height", "chart-memberships", "first");
    expect(heights).toHaveLength(added.length);
    for (const [i, count] of added.entries()) {
      expect((heights[i] ?? 0) / (heights[0] ?? 1)).toBeCloseTo(count / (added[0] ?? 1), 1);
    }
    await page.close();
  });

  test("of each group's members are those of SQL", async () => {
    const { page } = await openPage(browser, place("fixture.html"), SCREEN);
    for (const group of ["admins", "finance", "support"]) {
      const wanted = await sql(`SELECT u.username FROM current_memberships m JOIN current_users u
        ON u.pool_id = m.pool_id AND u.sub = m.sub WHERE m.pool_id = ? AND m.group_name = '${group}' ORDER BY u.username`);
      const rows = await tableRows(page, `Members of ${group}`);
      expect(rows.map(([person = ""]) => person.split(" ")[0])).toEqual(wanted.map(([username]) => username));
    }
    await page.close();
  });
});

describe("the page", () => {
  test("can be used with the keyboard alone", async () => {
    const { page } = await openPage(browser, place("fixture.html"), SCREEN);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("To the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("People who reach an IAM role");
    await page.close();
  });

  test("loads and runs nothing, even if markup of somebody else were in it", async () => {
    let calls = 0;
    const server = createServer((_request, response) => {
      calls += 1;
      response.end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const { page } = await openPage(browser, place("fixture.html"), SCREEN);
    const refused = await page.evaluate(`new Promise((resolve) => {
      const refused = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        refused.push(effectiveDirective);
        if (refused.length === 4) resolve(refused);
      });
      document.body.insertAdjacentHTML("beforeend", '<img src="http://127.0.0.1:${port}/x">' +
        '<style>p{color:red}</style><p style="color:red"></p>');
      const script = document.createElement("script");
      script.textContent = "document.title = 'run'";
      document.body.append(script);
    })`);
    expect(new Set(texts(refused))).toEqual(
      new Set(["img-src", "script-src-elem", "style-src-attr", "style-src-elem"]),
    );
    expect(await page.title()).toMatch(/^Access review of /);
    await page.close();
    server.close();
    expect(calls).toBe(0);
  });

  test("has links that lead to something in the page, or to a file beside it", async () => {
    const { page } = await openPage(browser, place("large.html"), SCREEN);
    const links = texts(
      await page.evaluate(`[...document.querySelectorAll("a")].map((a) => a.getAttribute("href"))`),
    );
    const beside = new Set(links.filter((href) => !href.startsWith("#")));
    expect(beside.size).toBeGreaterThan(2);
    for (const href of beside) expect(existsSync(join(folder, decodeURIComponent(href)))).toBe(true);
    for (const href of new Set(links.filter((link) => link.startsWith("#")))) {
      expect(await page.evaluate(`document.querySelector(${JSON.stringify(href)}) !== null`)).toBe(true);
    }
    await page.close();
  });

  test("has headings in order, and one of the first level", async () => {
    const { page } = await openPage(browser, place("fixture.html"), SCREEN);
    const levels = texts(
      await page.evaluate(`[...document.querySelectorAll("h1,main h2,main h3,main h4,main h5,main h6")]
        .map(({ tagName }) => tagName[1])`),
    ).map(Number);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [i, level] of levels.entries()) {
      expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
    }
    await page.close();
  });

  test("is printed on sheets that say which pool they are of", async () => {
    const { page } = await openPage(browser, place("fixture.html"), { ...SCREEN, media: "print" });
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    expect(await page.evaluate("getComputedStyle(document.querySelector('nav')).display")).toBe("none");
    await page.close();
  });
});
