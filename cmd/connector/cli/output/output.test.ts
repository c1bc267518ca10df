import { describe, expect, test } from "vitest";
import type { OutputFormat } from "../../../../pkg/config/config.ts";
import { csvRecord } from "../../../../pkg/core/csv.ts";
import { memoryOutput } from "../../testing.fixture.ts";
import type { Column } from "./columns.ts";
import { createRowWriter } from "./row-writer.ts";
import { createTable } from "./table.ts";
import { displayWidth, fitted, wrapped } from "./text.ts";

describe("a CSV record", () => {
  test.for([
    ["plain", "plain"],
    ["a,b", '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ["two\nlines", '"two\nlines"'],
    [" edge ", '" edge "'],
    ["", ""],
    [undefined, ""],
    [0, "0"],
    [-5, "-5"],
    [false, "false"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
  ] as const)("writes %j as %s", ([cell, field]) => {
    expect(csvRecord([cell])).toBe(`${field}\r\n`);
  });

  test.for([
    ["=cmd|'/c calc'!A0", "'=cmd|'/c calc'!A0"],
    ...["＝1", "＋1", "－1", "＠x", "−1", "﹣1", "﹢1", "﹦1", "﹫x"].map(
      (text) => [text, `'${text}`] as const,
    ),
    ["\u200B=1", "'\u200B=1"],
    ["\uFEFF=1", "'\uFEFF=1"],
    [" =1", "' =1"],
    ["\u3000＝1", "'\u3000＝1"],
    ["\r=1", `"'\r=1"`],
    ["+15550100", "'+15550100"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", `"'\t=1"`],
    ["\r=1", `"'\r=1"`],
    ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
  ] as const)("writes %j so that a spreadsheet does not run it", ([cell, field]) => {
    expect(csvRecord([cell])).toBe(`${field}\r\n`);
  });
});

describe("the width on a terminal", () => {
  test.for([
    ["plain", 5],
    ["Zoë", 3],
    ["Zoe\u0308", 3],
    ["日本", 4],
    ["한국어", 6],
    ["🦊", 2],
    ["👩‍👩‍👧", 2],
    ["❤️", 2],
    ["🇪🇺", 2],
    ["｟", 2],
    ["1️⃣", 2],
    ["👍🏽", 2],
    ["🫠", 2],
    ["นี้", 1],
    ["", 0],
  ] as const)("of %s is %i", ([text, width]) => {
    expect(displayWidth(text)).toBe(width);
  });

  test.for([
    ["short", 5, "short"],
    ["longer", 5, "long…"],
    ["日本語", 5, "日本…"],
    ["日本語", 4, "日…"],
    ["a👩‍👩‍👧b", 3, "a…"],
  ] as const)("%s fits %i columns as %s", ([text, columns, cut]) => {
    expect(fitted(text, columns)).toBe(cut);
  });
});

test.for([
  ["one two three", 7, ["one two", "three"]],
  ["one two three", 8, ["one two", "three"]],
  ["one", 3, ["one"]],
  ["abcdefgh", 3, ["abc", "def", "gh"]],
  ["a abcdefgh", 4, ["a", "abcd", "efgh"]],
  ["日本語", 4, ["日本", "語"]],
  ["日本", 1, ["日", "本"]],
  ["", 5, [""]],
] as const)("%s wraps at %i columns as %j", ([text, columns, lines]) => {
  expect(wrapped(text, columns)).toEqual(lines);
});

describe("a table", () => {
  test("aligns wide characters, and ends no line with spaces", () => {
    const table = createTable(["NAME", "AGE"]);
    expect(
      table.lines([
        ["日本", 3],
        ["🦊 fox", undefined],
        ["a", true],
      ]),
    ).toBe("NAME    AGE\n日本    3\n🦊 fox\na       yes\n");
  });

  test("does not cut a longer cell of a later page", () => {
    const table = createTable(["N", "X"]);
    expect(table.lines([["ab", 1]]) + table.lines([["abcd", 2]])).toBe("N   X\nab  1\nabcd  2\n");
  });

  const LONG = "add cognito-idp:ListUsersInGroup to the policy of the role that the connector uses";

  test("on a terminal of unknown width is not cut", () => {
    expect(createTable(["A", "B"], () => undefined).lines([["x".repeat(90), LONG]])).toContain(
      `\n${"x".repeat(90)}  ${LONG}\n`,
    );
  });

  test("wraps its last column between words, below itself", () => {
    const text = createTable(["CHECK", "RESULT", "DETAIL"], () => 60).lines([["pool", "missing", LONG]]);
    expect(text).toBe(
      [
        "CHECK  RESULT   DETAIL",
        "pool   missing  add cognito-idp:ListUsersInGroup to the",
        "                policy of the role that the connector uses",
        "",
      ].join("\n"),
    );
  });

  test("goes on in a second line with the columns that find no room, header and rows alike", () => {
    const rows = [
      ["ada", "ada@example.com", "11111111-2222-4333-8444-555555555555"],
      ["bo", "bo@example.com", "22222222-2222-4333-8444-555555555555"],
    ];
    expect(createTable(["NAME", "EMAIL", "ID"], () => 42).lines(rows)).toBe(
      [
        "NAME  EMAIL",
        "  ID",
        "ada   ada@example.com",
        "  11111111-2222-4333-8444-555555555555",
        "bo    bo@example.com",
        "  22222222-2222-4333-8444-555555555555",
        "",
      ].join("\n"),
    );
  });

  test("keeps an id in the last column whole, which people copy", () => {
    const id = "11111111-2222-4333-8444-555555555555";
    const text = createTable(["NAME", "ID"], () => 80).lines([["n".repeat(46), id]]);
    expect(text).toContain(`\n  ${id}\n`);
  });

  test.for([[80], [120], [200]])(
    "of %i columns shows every character of every cell, and no longer line",
    ([columns = 0]) => {
      const cells = ["a".repeat(36), "m".repeat(64), "FORCE_CHANGE_PASSWORD", LONG, "z".repeat(300)];
      const text = createTable(["A", "B", "C", "D", "E"], () => columns).lines([cells]);
      const lines = text.trimEnd().split("\n");
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
      expect(text).not.toContain("…");
      for (const cell of ["a".repeat(36), "m".repeat(64), "FORCE_CHANGE_PASSWORD"])
        expect(text).toContain(cell);
      const letters = (whole: string): number => whole.split("z").length - 1;
      expect(letters(text)).toBe(300);
      for (const word of LONG.split(" ")) expect(text).toContain(word);
    },
  );

  test("wraps emoji and combining marks without breaking a character", () => {
    const row = [["e\u0301".repeat(3), "👩‍👩‍👧".repeat(5)]];
    const text = createTable(["N", "FAMILY"], () => 10).lines(row);
    for (const line of text.trimEnd().split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(10);
    expect(text.split("👩‍👩‍👧")).toHaveLength(6);
    expect(text).toContain("e\u0301".repeat(3));
  });

  test("does not let a name control the terminal", () => {
    const text = createTable(["N"]).lines([["\u001b[31mred\nnext\u202e"]]);
    expect(text).toBe("N\n\\u{1b}[31mred\\u{a}next\\u{202e}\n");
  });
});

interface Row {
  readonly name: string;
  readonly size: number | undefined;
}

const COLUMNS: readonly Column<Row>[] = [
  { key: "name", value: (row) => row.name },
  { key: "the_size", value: (row) => row.size },
];

async function written(format: OutputFormat, pages: readonly (readonly Row[])[], isTerminal = false) {
  const out = memoryOutput({ isTerminal });
  const rows = createRowWriter(format, COLUMNS, out);
  for (const page of pages) await rows.write(page);
  await rows.end();
  return out.text();
}

const PAGES: readonly (readonly Row[])[] = [
  [
    { name: "a", size: 1 },
    { name: 'b "x"', size: undefined },
  ],
  [],
  [{ name: "=c", size: 0 }],
];

describe("rows in pages", () => {
  test("as a table", async () => {
    expect(await written("table", PAGES)).toBe('NAME   THE SIZE\na      1\nb "x"\n=c     0\n');
  });

  test("as CSV", async () => {
    expect(await written("csv", PAGES)).toBe('name,the_size\r\na,1\r\n"b ""x""",\r\n\'=c,0\r\n');
  });

  test("as JSON lines", async () => {
    expect(await written("jsonl", PAGES)).toBe(
      '{"name":"a","the_size":1}\n{"name":"b \\"x\\"","the_size":null}\n{"name":"=c","the_size":0}\n',
    );
  });

  test("as JSON", async () => {
    expect(JSON.parse(await written("json", PAGES))).toEqual([
      { name: "a", the_size: 1 },
      { name: 'b "x"', the_size: null },
      { name: "=c", the_size: 0 },
    ]);
  });

  test.for([
    ["table", "NAME  THE SIZE\n"],
    ["csv", "name,the_size\r\n"],
    ["jsonl", ""],
    ["json", "[]\n"],
  ] as const)("without rows are a complete, empty %s", async ([format, text]) => {
    expect(await written(format, [[]])).toBe(text);
  });

  test("that are incomplete leave JSON unreadable, not a shorter list", async () => {
    const out = memoryOutput();
    await createRowWriter("json", COLUMNS, out).write(PAGES[0] ?? []);
    expect(() => JSON.parse(out.text()) as unknown).toThrow("JSON");
  });

  test("as JSON escape what a terminal would obey", async () => {
    const name = "\u001b[31m\u009b1m\u202e";
    const text = await written("jsonl", [[{ name, size: 1 }]]);
    expect(text).toBe('{"name":"\\u001b[31m\\u009b1m\\u202e","the_size":1}\n');
    expect(JSON.parse(text)).toEqual({ name, the_size: 1 });
  });

  test("as CSV keep tabs and line breaks in a file, and escape every other control character", async () => {
    const page = [[{ name: "a\tb\nc\r\nd\re\u001b[31m\u0085\u200ff", size: 1 }]];
    expect(await written("csv", page)).toContain('"a\tb\nc\r\nd\\u{d}e\\u{1b}[31m\\u{85}\u200ff",1');
    expect(await written("csv", page, true)).toContain("a\\u{9}b\\u{a}c\\u{d}\\u{a}d\\u{d}e\\u{1b}[31m");
  });

  test("as raw CSV keep every character in a file, and escape control characters on a terminal", async () => {
    const page = [[{ name: "\u001b[31m", size: 1 }]];
    expect(await written("csv-raw", page)).toContain("\u001b[31m");
    expect(await written("csv-raw", page, true)).toContain("\\u{1b}[31m");
  });
});
