import { globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");

interface Source {
  /** From the root of the repository. */
  readonly file: string;
  /** The folder of pkg, or `cmd`. */
  readonly folder: string;
  readonly text: string;
  /** Files from the root, and names of packages. */
  readonly imports: readonly string[];
}

interface Row {
  readonly folder: string;
  readonly mayImport: readonly string[];
  readonly alone: readonly string[];
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;"]*?from\s+"([^"]+)"|(?<![\w.`])import\("([^"]+)"\)|\nimport\s+"([^"]+)"/g;

function sourceOf(path: string): Source {
  const file = relative(ROOT, path);
  const text = readFileSync(path, "utf8");
  const [top = "", second = ""] = file.split("/");
  const imports = [...text.matchAll(IMPORT)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? "";
    return specifier.startsWith(".") ? relative(ROOT, resolve(dirname(path), specifier)) : specifier;
  });
  return { file, folder: top === "pkg" ? second : top, text, imports };
}

function sourcesIn(top: string): Source[] {
  return readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
    .map((entry) => sourceOf(join(entry.parentPath, entry.name)));
}

const pkg = sourcesIn("pkg");
const sources = [...pkg, ...sourcesIn("cmd")];
const folders = readdirSync(join(ROOT, "pkg"));

/** The rows of the table in ARCHITECTURE.md. */
const rows: readonly Row[] = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8")
  .split("\n")
  .map((line) => line.split(/ *\| */))
  .filter((cells) => cells.length === 6 && /^`[\w-]+`$/.test(cells[1] ?? ""))
  .map(([, folder = "", , mayImport = "", alone = ""]) => ({
    folder: codeIn(folder)[0] ?? "",
    mayImport: [...(mayImport.startsWith("every folder") ? folders : []), ...codeIn(mayImport)],
    alone: codeIn(alone),
  }));

function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

// Parts of Node.js that do no input or output.
const HARMLESS = ["node:buffer", "node:events", "node:path", "node:timers/promises", "node:url", "node:util"];

/** What the table calls an import: a folder, or the name of a package without a path in it. */
function subjectOf(target: string): string {
  if (target.startsWith("pkg/")) return target.split("/")[1] ?? "";
  if (target.startsWith("node:") || target.startsWith("cmd/") || target.startsWith("test/")) return target;
  return target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
}

function covers(name: string, subject: string): boolean {
  return name === subject || (name.endsWith("/*") && subject.startsWith(name.slice(0, -1)));
}

/** What a folder imports from elsewhere, with the first file that does. */
function importsOf(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { file, imports } of sources.filter((source) => source.folder === folder)) {
    for (const subject of imports.map(subjectOf)) {
      const isOwn = subject === folder || subject.startsWith(`${folder}/`);
      const isHarmless = folder !== "core" && HARMLESS.includes(subject);
      if (!isOwn && !isHarmless && !found.has(subject)) found.set(subject, file);
    }
  }
  return found;
}

/** The nodes that reach each other, each group sorted. */
function circlesOf(edges: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const reach = (from: string): Set<string> => {
    const seen = new Set<string>();
    const open = [from];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const target of edges.get(next) ?? []) {
        if (seen.has(target)) continue;
        seen.add(target);
        open.push(target);
      }
    }
    return seen;
  };
  const reached = new Map([...edges.keys()].map((node) => [node, reach(node)]));
  const circles = [...reached]
    .filter(([node, targets]) => targets.has(node))
    .map(([node, targets]) =>
      [...targets].filter((other) => reached.get(other)?.has(node) === true).toSorted(),
    );
  return [...new Map(circles.map((circle) => [circle.join(), circle])).values()];
}

function edgesBy(nodeOf: (file: string) => string | undefined): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  for (const { file, imports } of sources) {
    const from = nodeOf(file);
    if (from === undefined) continue;
    const targets = edges.get(from) ?? new Set();
    edges.set(from, targets);
    for (const to of imports.map(nodeOf)) if (to !== undefined && to !== from) targets.add(to);
  }
  return edges;
}

/** `pkg/grpc/transport` for a file below it; undefined for the files at the root of a package, which put the rooms together. */
function roomOf(file: string): string | undefined {
  const parts = file.split("/");
  return /^(pkg|cmd)\//.test(file) && parts.length > 3 ? parts.slice(0, 3).join("/") : undefined;
}

/** Imports inside a package that would go upward. */
const UPWARD: readonly { readonly from: RegExp; readonly to: RegExp; readonly why: string }[] = [
  {
    from: /^pkg\/provision\/(?!create-provisioner\.ts)[^/]+$/,
    to: /^pkg\/provision\/[^/]+\//,
    why: "what the families of changes share knows none of them",
  },
  {
    from: /^cmd\/connector\/process\//,
    to: /^cmd\/connector\/(cli|app)\//,
    why: "the process knows no command",
  },
  { from: /^cmd\/connector\/app\//, to: /^cmd\/connector\/cli\//, why: "what runs prints nothing" },
  {
    from: /^cmd\/connector\/cli\/(output|progress)\//,
    to: /^cmd\/connector\/app\//,
    why: "output gets values",
  },
];

const DECLARED =
  /^(export )?(?:declare )?(?:abstract )?(?:async )?(?:interface|type|const|let|function\*?|class|enum) (\w+)/gm;

/** Exported names that a second file of pkg declares too, with the files. */
function ambiguousNames(): string[] {
  const declared = new Map<string, { readonly files: Set<string>; exported: boolean }>();
  for (const { file, folder, text } of pkg) {
    if (folder === "gen" || file.includes(".fixture.")) continue;
    for (const [, isExported, name = ""] of text.matchAll(DECLARED)) {
      const entry = declared.get(name) ?? { files: new Set(), exported: false };
      declared.set(name, entry);
      entry.files.add(file);
      entry.exported ||= isExported !== undefined;
    }
  }
  return [...declared]
    .filter(([, { files, exported }]) => exported && files.size > 1)
    .map(([name, { files }]) => `${name}: ${[...files].join(", ")}`);
}

describe("the table of ARCHITECTURE.md", () => {
  test("has a row for each folder, and no other", () => {
    expect(rows.map(({ folder }) => folder).toSorted()).toEqual([...folders, "cmd"].toSorted());
  });

  test.for(rows)("$folder imports what its row allows", ({ folder, mayImport }) => {
    const breaches = [...importsOf(folder)]
      .filter(([subject]) => !mayImport.some((name) => covers(name, subject)))
      .map(([subject, file]) => `${file} imports ${subject}`);
    expect(breaches).toEqual([]);
  });

  test.for(rows)("$folder imports all that its row allows", ({ folder, mayImport }) => {
    const found = [...importsOf(folder).keys()];
    const unused = mayImport.filter((name) => !found.some((subject) => covers(name, subject)));
    expect(unused.filter((name) => folder !== "cmd" || !folders.includes(name))).toEqual([]);
  });

  test.for(rows)("what $folder alone may touch is touched by no other folder", ({ folder, alone }) => {
    const others = [...folders, "cmd"]
      .filter((other) => other !== folder)
      .flatMap((other) => [...importsOf(other)])
      .filter(([subject]) => alone.some((name) => covers(name, subject)))
      .map(([subject, file]) => `${file} imports ${subject}`);
    expect(others).toEqual([]);
  });
});

describe("the architecture", () => {
  test("sees the imports: static, type-only and dynamic", () => {
    const of = (file: string) => sources.find((source) => source.file === file)?.imports;
    expect(of("pkg/core/provisioning-settings.ts")).toEqual([
      "pkg/core/errors.ts",
      "pkg/core/group-pattern.ts",
    ]);
    expect(
      sources.some(
        ({ text, imports }) =>
          text.includes('await import("./otlp-tracing.ts")') &&
          imports.includes("pkg/ops/tracing/otlp-tracing.ts"),
      ),
    ).toBe(true);
  });

  test("no files import each other in a circle", () => {
    expect(circlesOf(edgesBy((file) => (file.endsWith(".ts") ? file : undefined)))).toEqual([]);
  });

  test("the rooms of a package do not import each other in a circle", () => {
    expect(circlesOf(edgesBy(roomOf))).toEqual([]);
  });

  test.for(UPWARD)("$from does not import $to: $why", ({ from, to }) => {
    const found = sources
      .filter(({ file }) => from.test(file))
      .flatMap(({ file, imports }) =>
        imports.filter((target) => to.test(target)).map((target) => `${file} imports ${target}`),
      );
    expect(found).toEqual([]);
  });

  test("an exported name has one meaning in the whole of pkg", () => {
    expect(ambiguousNames()).toEqual([]);
  });

  test("only cmd touches the process, beside programs that a test starts", () => {
    const users = pkg
      .filter(({ file }) => !file.includes(".fixture."))
      .filter(({ text }) => /\bprocess\.(env|exit|argv|on|stdout|stderr|stdin)\b/.test(text));
    expect(users.map(({ file }) => file)).toEqual([]);
  });

  test("only core/clock.ts reads the machine's clocks, so every time has one of the two types", () => {
    const readers = sources.filter(
      ({ file, text }) =>
        !file.includes(".fixture.") && /\bDate\.now\b|\bperformance\b|\bhrtime\b|new Date\(\)/.test(text),
    );
    expect(readers.map(({ file }) => file)).toEqual(["pkg/core/clock.ts"]);
  });

  test("no unit test replaces a module, since all of them share what they import", () => {
    const files = globSync(["pkg/**/*.test.ts", "cmd/**/*.test.ts"], { cwd: ROOT });
    expect(files).not.toEqual([]);
    const replacing = files.filter((file) =>
      /\bvi\.(?:do)?mock\(/i.test(readFileSync(join(ROOT, file), "utf8")),
    );
    expect(replacing).toEqual([]);
  });

  test("no file of cmd or pkg imports from test", () => {
    const users = sources.filter(({ imports }) => imports.some((target) => target.startsWith("test/")));
    expect(users.map(({ file }) => file)).toEqual([]);
  });
});
