import { GovernanceError } from "../../../pkg/core/errors.ts";
import type { Input } from "./context.ts";

/** What of a process stream is used here. */
interface Stream extends AsyncIterable<unknown> {
  readonly isTTY?: boolean;
  destroy(): unknown;
}

const MAX_BYTES = 1024 * 1024;
const LINE_BREAK = 0x0a;

/** Read once: the stream is closed afterwards, so that a writer that stays does not keep the program. */
export function createInput(stream: Stream): Input {
  return {
    isTerminal: stream.isTTY === true,
    async read(until, signal) {
      const chunks: Buffer[] = [];
      let size = 0;
      const stop = (): void => void stream.destroy();
      signal.addEventListener("abort", stop, { once: true });
      try {
        signal.throwIfAborted();
        for await (const chunk of stream) {
          const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
          chunks.push(bytes);
          size += bytes.length;
          if (size > MAX_BYTES) throw new GovernanceError("invalid-argument", "stdin: is longer than 1 MiB");
          if (until === "line" && bytes.includes(LINE_BREAK)) break;
        }
      } catch (error) {
        if (error instanceof GovernanceError || signal.aborted)
          throw GovernanceError.from(signal.reason ?? error);
        throw new GovernanceError("invalid-argument", "stdin: cannot be read", { cause: error });
      } finally {
        signal.removeEventListener("abort", stop);
      }
      const text = Buffer.concat(chunks).toString("utf8");
      return until === "line" ? (text.split("\n")[0] ?? "").replace(/\r$/, "") : text;
    },
  };
}
