// The governance platform of test/conformance, in a process of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { JsonObject } from "../official-client.ts";

export const CONFORMANCE = resolve(import.meta.dirname, "../../../.cache/conformance/conformance");

/** What the platform does while the daemon does the task. */
export interface TaskScript {
  /** In protobuf's JSON form. */
  readonly task: JsonObject;
  /** The field number of a kind of task that no SDK knows. */
  readonly unknownKind?: number;
  readonly nextHeartbeatMs?: number;
  /** The heartbeat, counted from 1, that is answered with "cancelled". */
  readonly cancelAt?: number;
  /** The task is over after so many further polls. Without it, when it is reported. */
  readonly idlePolls?: number;
  /** The call of the task after which polls count. */
  readonly idleAfter?: string;
  /** How many calls of each kind are refused. */
  readonly refuse?: Readonly<Record<string, number>>;
}

/** A call of the daemon as the platform saw it. */
export interface TranscriptLine extends JsonObject {
  readonly call?: string;
  readonly task?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly request?: JsonObject;
  readonly upload?: {
    readonly chunks: readonly number[];
    readonly order: readonly string[];
    readonly checksum: boolean;
    readonly file: string;
  };
  readonly refused?: string;
  readonly settled?: string;
  readonly failure?: string;
}

export interface GoPlatform {
  readonly address: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM. */
  readonly certificate: string;
  readonly transcript: readonly TranscriptLine[];
  /** Gives the task out and resolves, when it is over, with its lines of the transcript. */
  play(script: TaskScript): Promise<readonly TranscriptLine[]>;
  close(): Promise<void>;
}

type Facts = Pick<GoPlatform, "address" | "clientId" | "clientSecret" | "certificate">;

/** `uploads` is a folder that exists. */
export async function startGoPlatform(uploads: string): Promise<GoPlatform> {
  const program: ChildProcess = spawn(CONFORMANCE, ["platform", "--uploads", uploads], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { stdin, stdout } = program;
  if (stdin === null || stdout === null) throw new Error("the platform has no pipes");
  const transcript: TranscriptLine[] = [];
  const waiting = new Map<string, () => void>();
  const facts = Promise.withResolvers<Facts>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  program.once("exit", (code) => {
    facts.reject(new Error(`the platform ended with ${String(code)}`));
    failed.reject(new Error(`the platform ended with ${String(code)}`));
  });
  createInterface({ input: stdout }).on("line", (text) => {
    const value: unknown = JSON.parse(text);
    if (isFacts(value)) facts.resolve(value);
    else if (isLine(value)) {
      transcript.push(value);
      if (value.settled !== undefined) waiting.get(value.settled)?.();
      if (value.failure !== undefined) failed.reject(new Error(value.failure));
    }
  });
  return {
    ...(await facts.promise),
    transcript,
    async play(script) {
      const from = transcript.length;
      const { id } = script.task;
      if (typeof id !== "string") throw new Error("the task has no id");
      const settled = new Promise<void>((done) => waiting.set(id, done));
      stdin.write(`${JSON.stringify(script)}\n`);
      await Promise.race([settled, failed.promise]);
      return transcript.slice(from).filter((line) => line.settled === undefined);
    },
    async close() {
      if (program.exitCode !== null) return;
      const gone = once(program, "exit");
      stdin.end();
      await gone;
    },
  };
}

function isFacts(value: unknown): value is Facts {
  return typeof value === "object" && value !== null && "clientSecret" in value;
}

function isLine(value: unknown): value is TranscriptLine {
  return typeof value === "object" && value !== null;
}
