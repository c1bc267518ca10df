import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

const BIN = resolve(import.meta.dirname, "../../../.cache/conformance");

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, args: readonly string[], cwd?: string): Promise<Ended> {
  return new Promise((done) => {
    execFile(resolve(BIN, program), args, { maxBuffer: 1 << 28, cwd }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      done({ code, stdout, stderr });
    });
  });
}

/** The judge built on the official Go SDK (test/conformance). */
export function conformance(...args: readonly string[]): Promise<Ended> {
  return run("conformance", args);
}

/** The official `baton` tool, in a folder of its own since some exports write into the current folder. */
export function baton(cwd: string, ...args: readonly string[]): Promise<Ended> {
  return run("baton", args, cwd);
}

/** The status code of every method and case of the judge. */
export async function codesOf(address: string): Promise<Record<string, string>> {
  const { stdout, stderr, code } = await conformance("probe", "--address", address);
  if (code !== 0 || stderr !== "") throw new Error(`the probe ended with ${code}: ${stderr}`);
  const answers: unknown = JSON.parse(stdout);
  if (typeof answers !== "object" || answers === null) throw new Error("the probe gave no object");
  return Object.fromEntries(
    Object.entries(answers).map(([method, answer]: [string, { readonly code?: string }]) => [
      method,
      answer.code ?? "",
    ]),
  );
}

/** A connector made with the official SDK: ours should answer the same. */
export async function startReference(
  ...flags: readonly string[]
): Promise<{ readonly address: string; stop(): Promise<void> }> {
  const server: ChildProcess = spawn(resolve(BIN, "conformance"), ["reference", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise<string>((ready, failed) => {
    server.stdout?.once("data", (chunk: Buffer) => ready(chunk.toString()));
    server.once("exit", (code) => failed(new Error(`the reference ended with ${code}`)));
  });
  const address = /"address":"([^"]+)"/.exec(line)?.[1];
  if (address === undefined) throw new Error(`the reference said ${line}`);
  return {
    address,
    async stop() {
      const gone = once(server, "exit");
      server.kill();
      await gone;
    },
  };
}
