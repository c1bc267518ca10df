// A copy of the program with a defect planted in it: a text of one of its files is another one there.

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface Patch {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface PatchedProgram {
  readonly main: string;
  remove(): void;
}

export function patchedProgram({ file, from, to }: Patch): PatchedProgram {
  const root = resolve(import.meta.dirname, "../..");
  const folder = mkdtempSync(join(tmpdir(), "patched-"));
  for (const name of ["cmd", "pkg", "package.json"])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const text = readFileSync(join(folder, file), "utf8");
  if (text.split(from).length !== 2) throw new Error(`${file} does not have this text once: ${from}`);
  writeFileSync(join(folder, file), text.replace(from, to));
  return {
    main: join(folder, "cmd/connector/main.ts"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
