// One thing that reads what somebody else wrote: a file, a text, a token.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../cmd/connector/run.ts";
import { memoryContext, memoryInput } from "../../cmd/connector/testing.fixture.ts";
import { GovernanceError } from "../../pkg/core/errors.ts";
import { leaksIn, type Planted } from "../support/planted.ts";
import type { Random } from "./random.ts";

/** In the files as a password or a token: no error may show it. */
export const PLANTED = "zqfuzzsecret7x";
const SECRETS: readonly Planted[] = [{ what: "secret of the input", marker: PLANTED }];

export type Outcome = "refused" | "read";

export interface Subject {
  /** Reads one random input. It may throw what a caller of it gets, or resolve with `refused`. */
  read(random: Random): Promise<Outcome> | Outcome;
}

/** Makes a subject in a folder of its own. */
export type MakeSubject = (folder: string) => Promise<Subject> | Subject;

/** What is wrong with the failure; undefined for one that a user can act on. */
export function problemOf(error: unknown): string | undefined {
  if (!(error instanceof GovernanceError)) {
    return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  if (error.code === "internal") return `internal: ${causesOf(error)}`;
  return textProblem("the message", error.message);
}

function causesOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${causesOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}

/** A message is one line, holds nothing secret, and nothing that controls a terminal. */
function textProblem(place: string, text: string): string | undefined {
  const leaks = leaksIn(place, text, SECRETS);
  if (leaks[0] !== undefined) return leaks[0];
  return text.includes("\n") ? `${place} has several lines: ${JSON.stringify(text)}` : undefined;
}

/** A failure of the wrong kind, to be thrown by a subject. */
export class Finding extends Error {
  override readonly name = "Finding";
}

const INTERNAL = 13;

function isControl(sign: string): boolean {
  return /\p{Cc}/u.test(sign) && sign !== "\n" && sign !== "\t";
}

/** Runs a command line over a file with these bytes. It must end by itself, and say what is wrong in its own words. */
export async function readByCommand(
  folder: string,
  file: string,
  bytes: Uint8Array,
  args: readonly string[],
): Promise<Outcome> {
  const path = join(folder, file);
  writeFileSync(path, bytes, { mode: 0o600 });
  const context = memoryContext({
    cwd: folder,
    env: { HOME: folder },
    stdin: memoryInput(""),
    now: Date.now,
    monotonic: () => performance.now(),
  });
  const code = await run(
    args.map((arg) => arg.replace("FILE", path)),
    context,
  );
  const [out, err] = [context.stdout.text(), context.stderr.text()];
  if (code === INTERNAL) throw new Finding(`exit code ${code}: ${err}`);
  if (/\n\s+at |TypeError|RangeError|undefined is not/.test(err)) throw new Finding(`a stack: ${err}`);
  // The text of YAML and of rows may be printed as a result; an error may not quote it.
  const [leak] = leaksIn("stderr", err, SECRETS);
  if (leak !== undefined) throw new Finding(leak);
  if (Array.from((out + err).replaceAll("\r\n", "\n")).some(isControl)) {
    throw new Finding(`control characters in ${JSON.stringify(out + err)}`);
  }
  return code === 0 ? "read" : "refused";
}
