// The limits that docs/scim.md and SECURITY.md name are those of the program.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { SCIM_SETTINGS } from "../pkg/config/table/scim-settings.ts";
import { SCIM_LIMITS } from "../pkg/scim/http/limits.ts";
import { normalizeBody } from "../pkg/scim/protocol/bodies.ts";
import { parseFilter } from "../pkg/scim/protocol/filter.ts";
import { parsePatch } from "../pkg/scim/protocol/patch.ts";
import { USER_SCHEMAS } from "../pkg/scim/protocol/schemas.fixture.ts";
import { scimApp } from "./support/scim-app.ts";

const pageOf = (name: string): string => readFileSync(resolve(import.meta.dirname, "..", name), "utf8");
const SCIM_PAGE = pageOf("docs/scim.md");
const SECURITY_PAGE = pageOf("SECURITY.md");

/** The cells of each row of "Limits". */
const rows = new Map(
  (/\n## Limits\n([\s\S]*?)\n## /.exec(SCIM_PAGE)?.[1] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| What"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, what = "", limit = ""]) => [what, limit]),
);

const shown = (count: number): string => count.toLocaleString("en-US");
const mebi = (bytes: number): string => `${bytes / 2 ** 20} MiB`;
const kibi = (bytes: number): string => `${bytes / 2 ** 10} KiB`;
const seconds = (ms: number): string => `${ms / 1000} s`;

const { fallback: rate } = SCIM_SETTINGS["scim-rate"];
const {
  allBodyBytes,
  bodyBytes,
  bulkBytes,
  bulkOperations,
  connections,
  headerBytes,
  headersMs,
  idleMs,
  jsonDepth,
  jsonNames,
  jsonValues,
  largestPage,
  pipelined,
  requestMs,
  requests,
  unreadBytes,
  unreadMs,
} = SCIM_LIMITS;

/** The numbers in the cell of a row. */
function numbersOf(row: string): readonly number[] {
  return [...(rows.get(row) ?? "").matchAll(/[\d,]*\d/g)].map(([digits]) =>
    Number(digits.replaceAll(",", "")),
  );
}

describe("the limits of docs/scim.md", () => {
  test.for([
    ["requests a second of one caller", `${rate}, and twice as many at once; \`--scim-rate\``],
    ["requests under way", `${shown(requests)}, half of them of one caller`],
    [
      "requests under way of one caller",
      `${shown(requests / 2)}, and three quarters of the open connections that are allowed`,
    ],
    ["a body, a body of `/Bulk`", `${mebi(bodyBytes)}, ${mebi(bulkBytes)}`],
    ["bodies under way", `${mebi(allBodyBytes)}, half of them of one caller`],
    ["arrays and objects within each other", `${jsonDepth}`],
    ["values of a body; names of one object in it", `${shown(jsonValues)}; ${shown(jsonNames)}`],
    ["resources on a page", shown(largestPage)],
    ["answers that are not read", `${mebi(unreadBytes)} in all, a minute each`],
    ["headers", `${kibi(headerBytes)}, 100 of them`],
    ["time until a request is complete", seconds(requestMs)],
    ["requests of one connection without an answer", `${pipelined}`],
    ["open connections", `${shown(connections)}, and an eighth of the limit on open files`],
  ])("have %s: %s", ([what = "", limit]) => {
    expect(rows.get(what)).toBe(limit);
  });

  test("a PATCH has so many operations, and a Bulk request", () => {
    const [operations = 0, ofBulk] = numbersOf("operations of a PATCH, of a Bulk request");
    const patch = (count: number) => ({
      Operations: Array.from({ length: count }, () => ({ op: "replace", path: "active", value: true })),
    });
    expect(parsePatch(patch(operations), USER_SCHEMAS)).toHaveLength(operations);
    expect(() => parsePatch(patch(operations + 1), USER_SCHEMAS)).toThrow(
      expect.objectContaining({ status: 413 }),
    );
    expect(ofBulk).toBe(bulkOperations);
  });

  test("a filter has so many characters, conditions and brackets", () => {
    const [characters = 0, conditions = 0, brackets = 0] = numbersOf("a filter");
    const long = (length: number) => `userName eq "${"x".repeat(length - 'userName eq ""'.length)}"`;
    const many = (count: number) => Array.from({ length: count }, () => "id pr").join(" or ");
    const deep = (depth: number) => `${"(".repeat(depth)}id pr${")".repeat(depth)}`;
    const tooMuch = expect.objectContaining({ status: 400, scimType: "invalidFilter" });
    for (const [text, more] of [
      [long(characters), long(characters + 1)],
      [many(conditions), many(conditions + 1)],
      [deep(brackets), deep(brackets + 1)],
    ] as const) {
      parseFilter(text, [USER_SCHEMAS]);
      expect(() => parseFilter(more, [USER_SCHEMAS])).toThrow(tooMuch);
    }
  });

  test("an attribute has so many items", () => {
    const [items = 0] = numbersOf("items of one attribute, members aside");
    const body = (count: number) => ({
      userName: "ada",
      emails: Array.from({ length: count }, (_, at) => ({ value: `a${at}@x.test` })),
    });
    expect(normalizeBody(body(items), USER_SCHEMAS, "create").resource["emails"]).toHaveLength(items);
    expect(() => normalizeBody(body(items + 1), USER_SCHEMAS, "create")).toThrow(
      expect.objectContaining({ status: 400, scimType: "invalidValue" }),
    );
  });

  test("a list of more resources than a page has is a page", async () => {
    const { ask, service } = scimApp();
    await ask({ url: `Users?count=${largestPage + 1}` });
    await ask({ url: "Users" });
    expect(service.calls.map(({ query }) => query?.count)).toEqual([largestPage, 100]);
    expect(SCIM_PAGE).toContain(`100 resources unless \`count\` is given, ${largestPage} at most`);
  });
});

test("SECURITY.md has the same numbers", () => {
  const security = SECURITY_PAGE.split("\n").filter((line) => line.startsWith("| SCIM:"));
  const has = (what: string, limit: string): void =>
    expect(security).toContainEqual(expect.stringContaining(`${what} | ${limit}`));
  has(
    "requests under way; bytes of their bodies",
    `${shown(requests)}; ${mebi(allBodyBytes)} in all, ${mebi(bodyBytes)} a request; one caller has half`,
  );
  has("requests a second of one caller", `${rate}, and ${2 * rate} at once`);
  has(": connections", `${shown(connections)}, and no more than an eighth`);
  has("answers that are not read", `${mebi(unreadBytes)} in all`);
  has(
    "headers; time of the headers, of the request, without a request, until an answer is read",
    `${kibi(headerBytes)}, 100 of them; ${[headersMs, requestMs, idleMs, unreadMs].map(seconds).join(", ")}`,
  );
  has("resources on a page", `${jsonDepth}; see`);
  expect(security).toContainEqual(
    expect.stringContaining(`| ${pipelined}; it is closed after the answer 401`),
  );
});
