// Writes the manual page, or fails if the file differs from it:
//   node cmd/connector/cli/man/main.ts --write deploy/man/connector.1
//   node cmd/connector/cli/man/main.ts --check deploy/man/connector.1
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Context, Output } from "../../process/context.ts";
import { packageVersion } from "../../process/version.ts";
import { createProgram } from "../program.ts";
import { manPage } from "./man-page.ts";

const NOWHERE: Output = {
  isTerminal: false,
  columns: () => 80,
  write: () => Promise.resolve(),
  writeNow: () => {},
};

/** The definitions of commands need a context, but no command runs here. */
const CONTEXT: Context = {
  env: {},
  cwd: "/",
  user: "",
  stdin: { isTerminal: false, read: () => Promise.resolve("") },
  stdout: NOWHERE,
  stderr: NOWHERE,
  signal: new AbortController().signal,
  onReload: () => () => {},
  onNodeWarning: () => () => {},
  now: () => 0,
  monotonic: () => 0,
};

const { write, check } = parseArgs({
  options: { write: { type: "string" }, check: { type: "string" } },
}).values;
const page = manPage(createProgram({ context: CONTEXT, help: {}, done: () => {} }), packageVersion());

if (write !== undefined) {
  writeFileSync(write, page);
} else if (check === undefined) {
  process.stdout.write(page);
} else if (readFileSync(check, "utf8") !== page) {
  process.stderr.write(`${check}: not up to date with the commands; run "make man"\n`);
  process.exitCode = 1;
}
