// What the documents tell a reader to type, typed.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jwkLockbox } from "../pkg/encryption/lockbox.ts";

const PAGE = readFileSync(resolve(import.meta.dirname, "../docs/provisioning.md"), "utf8");

/** The code block of the language that contains the text. */
function block(language: string, text: string): string {
  const blocks = [...PAGE.matchAll(new RegExp("^```" + language + "\\n(.*?)^```", "gms"))];
  const found = blocks.map(([, code = ""]) => code).find((code) => code.includes(text));
  if (found === undefined) throw new Error(`no block of ${language} with ${text}`);
  return found;
}

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-recipes-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("the documents make a key that the connector takes, and open what is sealed to it", async () => {
  execFileSync("sh", ["-c", block("sh", "generateKeyPairSync")], { cwd: folder });
  expect(statSync(join(folder, "private.jwk")).mode & 0o077).toBe(0);
  const publicKey = readFileSync(join(folder, "key.jwk"));
  expect(JSON.parse(publicKey.toString())).not.toHaveProperty("d");

  const sealed = await jwkLockbox(publicKey).encrypt(Buffer.from("Correct-horse-1 ü"));
  writeFileSync(join(folder, "open.mjs"), block("js", "createDecipheriv"));
  // As the command prints it: the text alone in a file, with or without a line break.
  for (const end of ["", "\n"]) {
    const input = Buffer.from(sealed).toString("latin1") + end;
    const opened = execFileSync(process.execPath, ["open.mjs", "private.jwk"], { cwd: folder, input });
    expect(opened.toString()).toBe("Correct-horse-1 ü\n");
  }
});
