// Imported by a service that is measured: how long its event loop was held, by the CPU time of the main thread, so that
// other programs of the machine do not count. Writes the longest in milliseconds into the file that its URL names.
import { writeFileSync } from "node:fs";

const file = new URL(import.meta.url).searchParams.get("file") ?? "";
const TICK_MS = 5;
let longest = 0;
let before = process.threadCpuUsage();

setInterval(() => {
  const now = process.threadCpuUsage();
  longest = Math.max(longest, (now.user + now.system - before.user - before.system) / 1000);
  before = now;
}, TICK_MS).unref();

/** The start, with its modules, does not count. */
process.once("SIGUSR1", () => {
  longest = 0;
});
process.once("exit", () => writeFileSync(file, String(longest)));
