import { resolve } from "node:path";
import { readAtMost } from "../../../pkg/config/sources/read-at-most.ts";
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
  let bytes: Buffer | undefined;
  try {
    bytes = readAtMost(resolve(cwd, path), MAX_BYTES);
  } catch (error) {
    throw fileError(`${JSON.stringify(path)} cannot be read (${errnoOf(error)})`, error);
  }
  if (bytes === undefined) throw fileError("the file has more than 64 MiB; split it");
  return bytes;
}

function fileError(problem: string, cause?: unknown): GovernanceError {
  return new GovernanceError("invalid-argument", `--file: ${problem}`, { cause });
}
