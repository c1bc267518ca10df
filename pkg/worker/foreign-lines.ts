import { Console } from "node:console";
import { Writable } from "node:stream";

/**
 * Keeps Node and the libraries of this thread from writing to stdout and stderr: their lines are not of the log's format, and
 * may quote anything (D20). Call it before the libraries are loaded. A warning of Node is still an event of the process.
 */
export function muteForeignLines(): void {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  globalThis.console = new Console({ stdout: nowhere, stderr: nowhere });
  // The one listener at the start of a thread is the one that prints.
  process.removeAllListeners("warning");
}
