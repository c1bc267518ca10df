import type { WriteStream } from "node:tty";
import { type Output, ReaderGone } from "./context.ts";

/** The part of a process stream that is used here. */
type Stream = Pick<WriteStream, "write" | "on"> & { readonly isTTY?: boolean; readonly columns?: number };

const NO_TERMINAL_COLUMNS = 80;

/** `onGone` is called once, when the reader has closed the stream. Without a listener the error would end the process. */
export function createOutput(stream: Stream, onGone: () => void): Output {
  let gone = false;
  function readerGone(): void {
    if (gone) return;
    gone = true;
    onGone();
  }
  stream.on("error", readerGone);
  return {
    isTerminal: stream.isTTY === true,
    columns: () => stream.columns ?? NO_TERMINAL_COLUMNS,
    write: (text) =>
      new Promise((resolve, reject) => {
        if (gone) {
          reject(new ReaderGone("the output is closed"));
          return;
        }
        stream.write(text, (error) => {
          if (error === undefined || error === null) {
            resolve();
            return;
          }
          readerGone();
          reject(new ReaderGone("the output is closed"));
        });
      }),
    writeNow(text) {
      if (!gone) stream.write(text);
    },
  };
}
