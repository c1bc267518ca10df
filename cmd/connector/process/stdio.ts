import { GovernanceError } from "../../../pkg/core/errors.ts";
import { errnoOf } from "../../../pkg/core/unknown.ts";
import { type Output, ReaderGone } from "./context.ts";

/** The part of a process stream that is used here. */
interface Stream {
  readonly isTTY?: boolean;
  /** 0 where the terminal does not say. */
  readonly columns?: number;
  write(text: string, done?: (error?: Error | null) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/**
 * What happens when nothing more can be written. `ignore` is for stderr: a failure that cannot be reported keeps its own
 * exit code. Else it is called once, and every write from then on rejects with the same reason.
 */
type WhenBroken = "ignore" | ((reason: Error) => void);

export function createOutput(stream: Stream, whenBroken: WhenBroken): Output {
  let broken: Error | undefined;
  function breaks(error: unknown): Error {
    if (broken === undefined) {
      broken = outputError(error);
      if (whenBroken !== "ignore") whenBroken(broken);
    }
    return broken;
  }
  // Without a listener the error would end the process.
  stream.on("error", breaks);
  return {
    isTerminal: stream.isTTY === true,
    columns: () => (stream.columns === undefined || stream.columns <= 0 ? undefined : stream.columns),
    write: (text) =>
      new Promise((resolve, reject) => {
        const fail = (reason: Error): void => (whenBroken === "ignore" ? resolve() : reject(reason));
        if (broken !== undefined) {
          fail(broken);
          return;
        }
        stream.write(text, (error) => {
          if (error === undefined || error === null) resolve();
          else fail(breaks(error));
        });
      }),
    writeNow(text) {
      if (broken === undefined) stream.write(text);
    },
  };
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space",
  EDQUOT: "the disk quota is used up; free some space",
  EFBIG: "the file is larger than this process may make it; raise the limit (ulimit -f)",
};

/** Only a reader that went away has what it wanted. */
function outputError(error: unknown): Error {
  const errno = errnoOf(error);
  if (errno === "EPIPE" || errno === "ECONNRESET") return new ReaderGone("the output is closed");
  const cause = CAUSES[errno];
  return new GovernanceError(
    cause === undefined ? "failed-precondition" : "resource-exhausted",
    `cannot write the output: ${cause ?? `the system reported ${errno === "" ? "an error" : errno}`}`,
    { cause: error },
  );
}
