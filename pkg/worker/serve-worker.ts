import { parentPort, workerData } from "node:worker_threads";
import { isRecord } from "../core/unknown.ts";
import { packFailure, unpackFailure } from "./failures.ts";
import { muteForeignLines } from "./foreign-lines.ts";
import type { WorkerAnswer, WorkerRequest } from "./messages.ts";
import { movedPartsOf } from "./moved-parts.ts";

/**
 * Answers the calls of the thread that started this one, by name. Calls begin in the order in which they were made. Call
 * it once, in the module that a worker starts with. `create` gets the argument of `connectWorker`.
 *
 * `after sync`: the answers that are ready in one turn of the event loop are sent together, after the handler `sync` has returned.
 * Where it throws, the thread ends, and no call that it has not answered can be known to be done.
 */
export function serveWorker(
  create: (argument: never) => object,
  answers: "at once" | "after sync" = "at once",
): void {
  muteForeignLines();
  const port = parentPort;
  const handlers: unknown = Reflect.apply(create, undefined, [workerData]);
  if (port === null || !isRecord(handlers)) throw new TypeError("this module runs in a worker thread");
  const stops = new Map<number, AbortController>();

  async function answer(id: number, name: string, args: readonly unknown[]): Promise<WorkerAnswer> {
    try {
      const handler = handlerOf(handlers, name);
      const value: unknown = await Reflect.apply(handler, undefined, args);
      return { id, isDone: true, value };
    } catch (error) {
      return { id, isDone: false, failure: packFailure(error) };
    } finally {
      stops.delete(id);
    }
  }

  const ready: WorkerAnswer[] = [];

  async function respond(id: number, name: string, args: readonly unknown[]): Promise<void> {
    const answered = await answer(id, name, args);
    if (answers === "at once") send(answered);
    else if (ready.push(answered) === 1) setImmediate(sendReady);
  }

  function sendReady(): void {
    Reflect.apply(handlerOf(handlers, "sync"), undefined, []);
    for (const answered of ready.splice(0)) send(answered);
  }

  function send(answered: WorkerAnswer): void {
    port?.postMessage(answered, answered.isDone ? [...movedPartsOf(answered.value)] : []);
  }

  // Nobody can tell which call it was, so the thread ends, and all calls fail.
  port.on("messageerror", (error) => {
    throw error;
  });
  port.on("message", (request: WorkerRequest) => {
    const { id } = request;
    if (request.kind === "abort") {
      stops.get(id)?.abort(unpackFailure(request.reason));
      return;
    }
    const stop = new AbortController();
    if (request.hasSignal) stops.set(id, stop);
    void respond(id, request.name, request.hasSignal ? [...request.args, stop.signal] : request.args);
  });
}

function handlerOf(handlers: unknown, name: string): (...args: unknown[]) => unknown {
  const handler = isRecord(handlers) ? handlers[name] : undefined;
  if (!isFunction(handler)) throw new TypeError(`there is no call ${name}`);
  return handler;
}

function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === "function";
}
