import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

// Who may import whom. A folder that is missing here may not exist.
const PACKAGES: Readonly<
  Record<string, { readonly own: readonly string[]; readonly outside: readonly string[] }>
> = {
  core: { own: [], outside: [] },
  gen: { own: [], outside: ["@bufbuild/protobuf"] },
  protocol: { own: ["core", "gen"], outside: ["@bufbuild/protobuf"] },
  provision: { own: ["core"], outside: [] },
  connector: { own: ["core", "protocol", "provision"], outside: ["@bufbuild/protobuf"] },
  sync: { own: ["core", "protocol", "connector"], outside: [] },
  config: { own: ["core"], outside: ["yaml", "node:fs"] },
  limiter: { own: ["core"], outside: ["bottleneck"] },
  cognito: { own: ["core"], outside: ["@aws-sdk/", "@smithy/", "node:crypto", "node:http", "node:https"] },
  store: {
    own: ["core", "gen", "protocol", "sync"],
    outside: [
      "@bufbuild/protobuf",
      "node:crypto",
      "node:fs",
      "node:fs/promises",
      "node:sqlite",
      "node:stream",
      "node:stream/promises",
      "node:zlib",
    ],
  },
  grpc: {
    own: ["core", "gen", "protocol", "connector", "security"],
    outside: ["@bufbuild/protobuf", "@grpc/", "node:net", "node:stream", "node:tls"],
  },
  security: { own: ["core"], outside: ["jose", "node:crypto", "node:fs", "node:tls"] },
  encryption: {
    own: ["core", "protocol"],
    outside: ["@bufbuild/protobuf", "@noble/", "age-encryption", "jose", "node:crypto"],
  },
  ops: {
    own: ["core"],
    outside: [
      "@opentelemetry/",
      "pino",
      "prom-client",
      "node:async_hooks",
      "node:crypto",
      "node:fs",
      "node:http",
      "node:net",
      "node:stream",
    ],
  },
};

// Node's own pieces that do no IO: anybody but core may use them.
const HARMLESS = ["node:buffer", "node:events", "node:path", "node:timers/promises", "node:url", "node:util"];

// What only these folders may touch.
const RESERVED: readonly (readonly [string, ...string[]])[] = [
  ["bottleneck", "limiter"],
  ["@aws-sdk/", "cognito"],
  ["@smithy/", "cognito"],
  ["node:sqlite", "store"],
  ["node:zlib", "store"],
  ["@grpc/", "grpc"],
  ["pino", "ops"],
  ["prom-client", "ops"],
  ["@opentelemetry/", "ops"],
  ["jose", "encryption", "security"],
  ["age-encryption", "encryption"],
];

interface Import {
  readonly file: string;
  readonly folder: string;
  readonly target: string;
}

const ROOT = resolve(import.meta.dirname, "..");

function sourcesOf(top: string): string[] {
  return readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const folder = relative(join(ROOT, "pkg"), file).split("/")[0] ?? "";
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)|\nimport\s+"([^"]+)"/g,
  );
  return [...found].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? "";
    const target = specifier.startsWith(".") ? relative(ROOT, resolve(dirname(file), specifier)) : specifier;
    return { file: relative(ROOT, file), folder, target };
  });
}

const imports = sourcesOf("pkg").flatMap(importsOf);

describe("the architecture", () => {
  test("sees the imports", () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  test("every folder of pkg stands in the table", () => {
    const folders = readdirSync(join(ROOT, "pkg"));
    expect(folders.filter((folder) => !(folder in PACKAGES))).toEqual([]);
  });

  test.for(Object.entries(PACKAGES))("pkg/%s imports only what it may", ([folder, allowed]) => {
    const breaches = imports
      .filter((found) => found.folder === folder)
      .filter(({ target }) => {
        if (!target.startsWith("pkg/")) {
          if (folder !== "core" && HARMLESS.includes(target)) return false;
          return !allowed.outside.some(
            (name) => target === name || target.startsWith(name.endsWith("/") ? name : `${name}/`),
          );
        }
        const owner = target.split("/")[1] ?? "";
        return owner !== folder && !allowed.own.includes(owner);
      })
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(breaches).toEqual([]);
  });

  test.for(RESERVED)("%s is touched by pkg/%s alone", ([outside, ...owners]) => {
    const others = imports.filter(
      ({ target, folder }) => target.startsWith(outside) && !owners.includes(folder),
    );
    expect(others.map(({ file }) => file)).toEqual([]);
  });

  test("only cmd touches the process", () => {
    const users = sourcesOf("pkg").filter((file) =>
      /\bprocess\.(env|exit|argv|on|stdout|stderr|stdin)\b/.test(readFileSync(file, "utf8")),
    );
    expect(users.map((file) => relative(ROOT, file))).toEqual([]);
  });

  test("only core/clock.ts reads the machine's clocks, so every time has one of the two types", () => {
    const readers = [...sourcesOf("pkg"), ...sourcesOf("cmd")]
      .filter((file) => !file.includes(".fixture."))
      .filter((file) =>
        /\bDate\.now\b|\bperformance\b|\bhrtime\b|new Date\(\)/.test(readFileSync(file, "utf8")),
      );
    expect(readers.map((file) => relative(ROOT, file))).toEqual(["pkg/core/clock.ts"]);
  });

  test("nothing in cmd or pkg knows the test instruments", () => {
    const all = [...imports, ...sourcesOf("cmd").flatMap(importsOf)];
    expect(all.filter(({ target }) => target.startsWith("test/")).map(({ file }) => file)).toEqual([]);
  });
});
