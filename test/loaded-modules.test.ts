import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
/** An import that is loaded with its file: of values, and not by `import()`. */
const LOADED = /^(?:import|export)\s(?!type\b)[^;"]*?from\s+"([^"]+)"|^import\s+"([^"]+)"/gm;

/** The files and packages that are loaded with a file, its own name included. */
function loadedWith(first: string): ReadonlySet<string> {
  const loaded = new Set([first]);
  for (const name of loaded) {
    if (!name.endsWith(".ts")) continue;
    for (const [, from, alone = ""] of readFileSync(join(ROOT, name), "utf8").matchAll(LOADED)) {
      const specifier = from ?? alone;
      const isFile = specifier.startsWith(".");
      loaded.add(isFile ? relative(ROOT, resolve(ROOT, dirname(name), specifier)) : specifier);
    }
  }
  return loaded;
}

test.for([
  ["sync", "pkg/store/sync-file.ts"],
  ["list", "pkg/cognito/directory.ts"],
  ["groups", "pkg/provision/create-provisioner.ts"],
] as const)("the command file %s loads what it needs, and no engine of an inventory", ([command, needed]) => {
  const loaded = loadedWith(`cmd/connector/cli/commands/${command}.ts`);
  expect(loaded).toContain(needed);
  const engines = [...loaded].filter((name) =>
    /^pg$|^pkg\/inventory\/(?:sqlite|postgres\/(?!connection\/))/.test(name),
  );
  expect(engines).toEqual([]);
});

/** The files that `import()` loads in this one. */
function loadedLater(name: string): readonly string[] {
  const found = readFileSync(join(ROOT, name), "utf8").matchAll(/import\("(\.[^"]+)"\)/g);
  return [...found].map(([, from = ""]) => relative(ROOT, resolve(ROOT, dirname(name), from)));
}

test("a service loads all engines at its start, since an upgrade may replace their files later", () => {
  const isEngine = (name: string) => /^pkg\/inventory\/(?:sqlite|postgres)\//.test(name);
  const files = globSync("{cmd,pkg}/**/*.ts", { cwd: ROOT, exclude: (name) => name.endsWith(".test.ts") });
  const atItsStart = loadedLater("pkg/inventory/load-engines.ts");
  const later = new Set(files.flatMap(loadedLater).filter(isEngine));
  expect(later.size).toBeGreaterThan(0);
  expect([...later].filter((name) => !atItsStart.includes(name))).toEqual([]);
  expect(loadedWith("cmd/connector/cli/commands/serve.ts")).toContain("pkg/inventory/load-engines.ts");
});
