import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { GovernanceError } from "../core/errors.ts";
import { packFailure, unpackFailure } from "./failures.ts";
import type { WorkerAnswer, WorkerRequest } from "./messages.ts";

type AsyncMethod = (...args: never[]) => Promise<unknown>;

/** The calls of another thread. A method that can be stopped takes its signal last. */
export interface WorkerCalls<S> {
  readonly call: <N extends keyof S & string>(
    name: N,
    ...args: S[N] extends AsyncMethod ? Parameters<S[N]> : never
  ) => Promise<S[N] extends AsyncMethod ? Awaited<ReturnType<S[N]>> : never>;
  /** False once the thread has ended: then every call fails. */
  readonly isAlive: () => boolean;
  /** Ends the thread at once. Calls that are under way fail. */
  readonly end: () => Promise<void>;
}

interface WorkerOptions {
  /** The `import.meta.url` of the caller. */
  readonly beside: string;
  /** The module that the thread runs, beside the caller, without its extension: it is `.ts` here and `.js` when compiled. */
  readonly module: string;
  /** For `serveWorker` there. */
  readonly argument?: unknown;
  /** For messages, such as `the journal`. */
  readonly subject: string;
  /** The most that the young generation takes; three times what V8 begins with unless given. */
  readonly youngGenerationMib?: number;
}

const YOUNG_GENERATION_MIB = 3;

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: GovernanceError) => void;
}

/**
 * Starts a thread that answers calls (`serveWorker`). It keeps the process alive only while a call is under way. An
 * answer that cannot be read ends it. When it has ended, calls under way and later ones fail with `internal`.
 */
export function connectWorker<S>({
  beside,
  module,
  argument,
  subject,
  youngGenerationMib = YOUNG_GENERATION_MIB,
}: WorkerOptions): WorkerCalls<S> {
  const worker = new Worker(new URL(`./${module}${extname(fileURLToPath(beside))}`, beside), {
    name: subject,
    workerData: argument,
    // The program lets the young generation of its main thread grow by a flag that all threads share.
    resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMib },
  });
  worker.unref();
  const waiting = new Map<number, Waiting>();
  let ended: GovernanceError | undefined;
  let calls = 0;

  function fail(cause: unknown): void {
    ended ??= new GovernanceError("internal", `the thread of ${subject} ended before it answered`, { cause });
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  }

  worker.on("error", fail);
  worker.on("messageerror", (cause) => {
    fail(cause);
    // It still lives, and would keep the process alive for answers that nobody waits for any more.
    void worker.terminate();
  });
  worker.on("exit", () => fail(undefined));
  worker.on("message", (answer: WorkerAnswer<never>) => {
    const { id } = answer;
    const one = waiting.get(id);
    // It comes after `end`, which waits for the thread: without it the process would end in the middle.
    if (one === undefined) return;
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    if (answer.isDone) one.resolve(answer.value);
    else one.reject(unpackFailure(answer.failure));
  });

  async function send(name: string, args: readonly unknown[]): Promise<never> {
    if (ended !== undefined) throw ended;
    const id = (calls += 1);
    const last = args.at(-1);
    const signal = last instanceof AbortSignal ? last : undefined;
    const post = (request: WorkerRequest): void => worker.postMessage(request, []);
    const abort = (): void => post({ kind: "abort", id, reason: packFailure(signal?.reason) });
    const answered = new Promise<never>((resolve, reject) => waiting.set(id, { resolve, reject }));
    worker.ref();
    try {
      const cloned = signal === undefined ? args : args.slice(0, -1);
      post({ kind: "call", id, name, args: cloned, hasSignal: signal !== undefined });
    } catch (error) {
      waiting.delete(id);
      if (waiting.size === 0) worker.unref();
      throw GovernanceError.from(error);
    }
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await answered;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  return {
    async call(name, ...args) {
      const last: unknown = args.at(-1);
      if (last instanceof AbortSignal && last.aborted) throw GovernanceError.from(last.reason);
      return await send(name, args);
    },
    isAlive: () => ended === undefined,
    async end() {
      fail(undefined);
      await worker.terminate();
    },
  };
}
