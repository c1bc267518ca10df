// Reads inputs for test/fuzz.test.ts in a thread, so that an endless loop or a full heap ends the thread and not the test.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";
import { createRandom } from "./random.ts";
import { Finding, type MakeSubject, problemOf } from "./subject.ts";
import { SUBJECTS } from "./subjects.ts";

setFlagsFromString("--expose-gc");
const collect: unknown = runInNewContext("gc");
const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const subjects: Readonly<Record<string, MakeSubject>> = SUBJECTS;
const made = await subjects[String(workerData)]?.(folder);
if (made === undefined) throw new Error(`there is no subject ${String(workerData)}`);

function heldBytes(): number {
  if (typeof collect === "function") Reflect.apply(collect, undefined, []);
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function outcomeOf(seed: number): Promise<string> {
  try {
    return String(await made?.read(createRandom(seed)));
  } catch (error) {
    return (error instanceof Finding ? error.message : problemOf(error)) ?? "refused";
  }
}

parentPort?.on("message", (message: number | "held") => {
  if (message === "held") parentPort?.postMessage(heldBytes(), []);
  else void outcomeOf(message).then((outcome) => parentPort?.postMessage(outcome, []));
});
parentPort?.postMessage("ready", []);
