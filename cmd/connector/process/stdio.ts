import type { WriteStream } from "node:tty";
import { type Output, ReaderGone } from "./context.ts";

/** What of a process stream is used here. */
type Stream = Pick<WriteStream, "write" | "on"> & { readonly isTTY?: boolean; readonly columns?: number };

const NO_TERMINAL_COLUMNS = 80;

/** `onGone` hears once that nobody reads any more; without it the stream's error would end the process. */
export function createOutput(stream: Stream, onGone: () => void): Output {
  let gone = false;
  function leave(): void {
    if (gone) return;
    gone = true;
    onGone();
  }
  stream.on("error", leave);
  return {
    isTerminal: stream.isTTY === true,
    columns: () => stream.columns ?? NO_TERMINAL_COLUMNS,
    write: (text) =>
      new Promise((resolve, reject) => {
        if (gone) {
          reject(new ReaderGone("nobody reads the output any more"));
          return;
        }
        stream.write(text, (error) => {
          if (error === undefined || error === null) {
            resolve();
            return;
          }
          leave();
          reject(new ReaderGone("nobody reads the output any more"));
        });
      }),
    writeNow(text) {
      if (!gone) stream.write(text);
    },
  };
}
