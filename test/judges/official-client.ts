import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const BIN = resolve(import.meta.dirname, "../../.cache/conformance/conformance");

/** A key that the judge makes for one call, to open the answer with the SDK's own providers. */
export type Key = "ed25519" | "p256" | "p384" | "p521" | "rsa" | "age" | "age-hybrid";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json;
}

/** How one call or task ended, as the official Go client saw it. */
export interface Performed {
  /** Go's name of the code, such as `OK` or `InvalidArgument`. */
  readonly code: string;
  readonly message: string;
  /** Message names, without their package where that is c1.connector.v2. */
  readonly annotations: readonly string[];
  /** protojson with the names of the proto files; empty when the call failed. */
  readonly reply: JsonObject;
  /** The returned passwords, one for each key, in order. */
  readonly opened: readonly { readonly key: Key; readonly name: string; readonly text: string }[];
  /** What a task called, in order. */
  readonly calls: readonly Performed[];
}

export interface CallMore {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly keys?: readonly Key[];
  /** A password that the platform chose, encrypted to the client secret. The text is in base64. */
  readonly chosen?: { readonly clientSecret: string; readonly text: string };
}

/** The one-shot operations of a connector's command line, as the SDK itself carries them out. */
export type Task =
  | {
      readonly kind: "grant";
      readonly file: string;
      readonly entitlement: string;
      readonly principalType: string;
      readonly principal: string;
    }
  | { readonly kind: "revoke"; readonly file: string; readonly grant: string }
  | {
      readonly kind: "create-account";
      readonly login?: string;
      readonly email?: string;
      readonly profile?: JsonObject;
    }
  | { readonly kind: "delete" | "rotate"; readonly resourceType: string; readonly resource: string }
  | { readonly kind: "invoke-action"; readonly action: string; readonly args: JsonObject }
  | { readonly kind: "list-actions" };

/** The official SDK's client in a process of its own, over one connection. Calls may run side by side. */
export interface OfficialClient {
  /** `method` is Service/Method of c1.connector.v2. */
  call(method: string, request: JsonObject, more?: CallMore): Promise<Performed>;
  task(task: Task): Promise<Performed>;
  /** Rejects when the judge itself failed. */
  close(): Promise<void>;
}

export function startOfficialClient(address: string, ...more: readonly string[]): OfficialClient {
  const judge: ChildProcess = spawn(BIN, ["perform", "--address", address, ...more], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const { stdin, stdout, stderr } = judge;
  if (stdin === null || stdout === null || stderr === null) throw new Error("the judge has no pipes");
  let complaints = "";
  stderr.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const waiting = new Map<number, PromiseWithResolvers<Performed>>();
  const ended = new Promise<number | null>((done) => {
    judge.once("close", (code) => {
      for (const { reject } of waiting.values()) reject(new Error(`the judge ended: ${complaints}`));
      done(code);
    });
  });
  createInterface({ input: stdout }).on("line", (line) => {
    const answer: unknown = JSON.parse(line);
    if (!isAnswer(answer)) throw new Error(`no answer: ${line}`);
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.failure === undefined) asked?.resolve(performed(answer));
    else asked?.reject(new Error(answer.failure));
  });

  let lastId = 0;
  function ask(operation: object): Promise<Performed> {
    lastId += 1;
    const answer = Promise.withResolvers<Performed>();
    waiting.set(lastId, answer);
    stdin?.write(`${JSON.stringify({ id: lastId, ...operation })}\n`);
    return answer.promise;
  }

  return {
    call: (method, request, options = {}) => ask({ call: { method, request, ...options } }),
    task: (task) => ask({ task }),
    async close() {
      stdin.end();
      const code = await ended;
      if (code !== 0) throw new Error(`the judge ended with ${String(code)}: ${complaints}`);
    },
  };
}

interface Answer extends Partial<Omit<Performed, "calls">> {
  readonly id: number;
  readonly failure?: string;
  readonly calls?: readonly Partial<Performed>[];
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && "id" in value && typeof value.id === "number";
}

function performed(answer: Partial<Omit<Performed, "calls">> & Pick<Answer, "calls">): Performed {
  return {
    code: answer.code ?? "",
    message: answer.message ?? "",
    annotations: (answer.annotations ?? []).map((name) => name.replace(/^c1\.connector\.v2\./, "")),
    reply: answer.reply ?? {},
    opened: answer.opened ?? [],
    calls: (answer.calls ?? []).map((call) => performed({ ...call, calls: [] })),
  };
}
