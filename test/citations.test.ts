import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

// What is cited is in the tree, and each id is defined once:
//   D16                decisions, docs/decisions.md
//   mark 42            how Cognito behaves, docs/cognito.md
//   F-07, L-22, N-03   requirements, docs/requirements.md
//   STORE-4            invariants, in the DESIGN.md of their folder or at the top of their file

const ROOT = resolve(import.meta.dirname, "..");
const FOLDERS = ["cmd", "pkg", "test", "proto", "deploy", "docs"];
const READ = /\.(ts|md|proto|ya?ml|json|go|sh|service|1)$|Dockerfile$/;
const LEFT_OUT = /(^|\/)(node_modules|gen)\//;

const ID = String.raw`(?:D[1-9]\d?|[Mm]ark [1-9]\d*|[FLN]-\d{2,3}|[A-Z]{4,}-[1-9]\d?(?!"))`;
const CITED = new RegExp(String.raw`(?<![\w-])${ID}(?![\w-])`, "g");
// A heading, an item, a paragraph or a row that begins with the id; in code a line of the comment at the top.
const DEFINED_IN_MARKDOWN = new RegExp(
  String.raw`^(?:#+ |- \*\*|\*\*|\| (?:<a id="[^"]*"></a>)?)(${ID})(?=\.|\*\*| \|)`,
  "gm",
);
const DEFINED_IN_CODE = /^\/\/ +([A-Z]{4,}-[1-9]\d?)\. /gm;
// Ids of one letter and a number mean something else in each document.
const TOO_SHORT = /(?<=[("`]|, )(?!C1 |V8)[A-CE-Z]{1,2}[1-9]\d?(?=[):,](?:[ .;]|$))/gm;
const OUTSIDE = /\.\.\/shared\b|\bfacts:? ?(?:§|S\d)|\b[Mm]arks \d/g;

type Tree = ReadonlyMap<string, string>;

function definitionsIn(tree: Tree): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [file, text] of tree) {
    const pattern = file.endsWith(".md") ? DEFINED_IN_MARKDOWN : DEFINED_IN_CODE;
    for (const [, id = ""] of text.matchAll(pattern)) found.set(id, [...(found.get(id) ?? []), file]);
  }
  return found;
}

function* wrongIn(tree: Tree): Generator<string> {
  const defined = definitionsIn(tree);
  for (const [id, files] of defined) {
    if (files.length > 1) yield `${id} is defined ${files.length} times: ${files.join(", ")}`;
  }
  for (const [file, text] of tree) {
    for (const [cited] of text.matchAll(CITED)) {
      const id = cited.replace("Mark", "mark");
      if (!defined.has(id)) yield `${file} cites ${id}, which no document defines`;
    }
    for (const [cited] of text.matchAll(OUTSIDE)) {
      yield `${file} cites "${cited}": cite a section of docs/, each mark by itself`;
    }
    if (!file.endsWith(".ts")) continue;
    for (const [cited] of text.matchAll(TOO_SHORT))
      yield `${file} cites ${cited}: an id needs a word before it`;
  }
}

function readTree(): Tree {
  const inFolders = FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
  );
  const papers = readdirSync(ROOT).filter((name) => name.endsWith(".md"));
  const files = [...papers, ...inFolders].filter((file) => READ.test(file) && !LEFT_OUT.test(file));
  const own = relative(ROOT, import.meta.filename);
  return new Map(
    files.filter((file) => file !== own).map((file) => [file, readFileSync(join(ROOT, file), "utf8")]),
  );
}

const tree = readTree();
const markdown = [...tree].filter(([file]) => file.endsWith(".md"));

/** The test files that a document names, with the ids in brackets behind them. */
function testsNamedIn(text: string): { readonly path: string; readonly ids: readonly string[] }[] {
  return Array.from(text.matchAll(/`([\w./-]+\.test\.ts)`(?: \(([^)]*)\))?/g), ([, path = "", ids]) => ({
    path,
    ids: ids?.match(CITED) ?? [],
  }));
}

describe("the check itself", () => {
  const documents = [
    ["docs/decisions.md", "### D1. The id\n"],
    ["docs/cognito.md", '| <a id="mark-1"></a>mark 1 | right |\n'],
    ["docs/requirements.md", '| <a id="f-01"></a>F-01 | need |\n'],
    ["pkg/store/DESIGN.md", "- **STORE-1** whole\n\n**STORE-2. At most** one\n"],
    ["pkg/x.ts", "// What it is.\n//\n//   THING-1. Holds.\n"],
  ] as const;

  test("accepts an id that is defined once", () => {
    const user = "// Mark 1 (D1, STORE-1, STORE-2): F-01, THING-1; UTF-8, P-256, SHA-256, V8, C1 controls\n";
    expect([...wrongIn(new Map([...documents, ["pkg/y.ts", user]]))]).toEqual([]);
  });

  test.for([
    ["// D2", "cites D2, which no document defines"],
    ['test("mark 2: a page")', "cites mark 2, which no document defines"],
    ["// (F-02)", "cites F-02, which no document defines"],
    ["return; // STORE-3", "cites STORE-3, which no document defines"],
    ["//   THING-1. Holds.", "THING-1 is defined 2 times: pkg/x.ts, pkg/y.ts"],
    ["// marks 1 and 2", 'cites "marks 1"'],
    ["// (facts §1.5)", 'cites "facts §"'],
    ["// see ../shared/design.md", 'cites "../shared"'],
    ["// whole (F4).", "cites F4: an id needs a word before it"],
    ['test("S1, S2: cut")', "cites S1: an id needs a word before it"],
  ] as const)("refuses %j", ([text, wrong]) => {
    const found = [...wrongIn(new Map([...documents, ["pkg/y.ts", `${text}\n`]]))];
    expect(found.join("\n")).toContain(wrong);
  });
});

describe("citations", () => {
  test("lead to exactly one definition", () => {
    expect([...wrongIn(tree)]).toEqual([]);
  });

  test("of tests in documents lead to tests that carry the ids", () => {
    const lines = markdown.flatMap(([file, text]) => text.split("\n").map((line) => ({ file, line })));
    const wrong = lines.flatMap(({ file, line }) => {
      // The row of a mark names a test of that mark.
      const own = /^\| <a id="mark-\d+"><\/a>(mark \d+) /.exec(line)?.slice(1) ?? [];
      return testsNamedIn(line).flatMap(({ path, ids }) => {
        const named = tree.get(path);
        if (named === undefined && existsSync(join(ROOT, path)) && ids.length === 0) return [];
        if (named === undefined) return [`${file} names ${path}, which is not there`];
        const carried = new Set<string>(named.match(CITED));
        return [...own, ...ids]
          .filter((id) => !carried.has(id))
          .map((id) => `${file} names ${path} for ${id}, which it does not cite`);
      });
    });
    expect(wrong).toEqual([]);
  });

  test("in documents lead to files that are there", () => {
    const wrong = markdown.flatMap(([file, text]) =>
      Array.from(text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g), ([, target = ""]) => target)
        .filter((target) => !existsSync(resolve(ROOT, dirname(file), target)))
        .map((target) => `${file} links to ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test("show each mark of Cognito, and each requirement that is met", () => {
    const tests = [...tree].filter(([file]) => file.endsWith(".test.ts")).map(([, text]) => text);
    const shown = new Set(tests.flatMap((text) => text.match(CITED) ?? []).map((id) => id.toLowerCase()));
    const marks = [...definitionsIn(tree).keys()].filter((id) => id.startsWith("mark "));
    expect(marks).toHaveLength(57);
    expect(marks.filter((mark) => !shown.has(mark))).toEqual([]);

    const rows = (tree.get("docs/requirements.md") ?? "").match(/^\| <a id=.*$/gm) ?? [];
    expect(rows.length).toBeGreaterThan(160);
    const met = rows.filter((row) => /\| (?:done|part)\b/.test(row));
    expect(met.filter((row) => testsNamedIn(row).length === 0)).toEqual([]);
  });
});
