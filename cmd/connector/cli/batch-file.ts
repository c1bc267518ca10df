import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { errnoOf } from "../../../pkg/core/unknown.ts";
import type { Context } from "../process/context.ts";

const MAX_BYTES = 64 * 1024 * 1024;

/** The bytes of the file that `--file` names, or of stdin for `-`. */
export async function batchBytes(path: string, { cwd, stdin, signal }: Context): Promise<Uint8Array> {
  if (path === "-") {
    const text = await stdin.read("end", signal);
    // Stdin is read as text, which has this character in place of what is not UTF-8.
    if (text.includes("\ufffd")) throw fileError("stdin is not UTF-8; save it as UTF-8 and try again");
    return Buffer.from(text);
  }
  const file = resolve(cwd, path);
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw fileError("the file has more than 64 MiB; split it");
    return readFileSync(file);
  } catch (error) {
    if (error instanceof GovernanceError) throw error;
    throw fileError(`${JSON.stringify(path)} cannot be read (${errnoOf(error)})`, error);
  }
}

function fileError(problem: string, cause?: unknown): GovernanceError {
  return new GovernanceError("invalid-argument", `--file: ${problem}`, { cause });
}
