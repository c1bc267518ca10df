import { GovernanceError } from "../../../pkg/core/errors.ts";
import { Secret } from "../../../pkg/core/secret.ts";
import type { Context, Input } from "./context.ts";

/** The part of a process stream that is used here. */
interface Stream extends AsyncIterable<unknown> {
  readonly isTTY?: boolean;
  destroy(): unknown;
}

const MAX_BYTES = 1024 * 1024;
const LINE_BREAK = 0x0a;

/** Can be read once. The stream is closed afterwards, so that a writer that stays open does not keep the program alive. */
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

/** Reads a password, which is one line. Refuses a terminal, because a terminal would show the password. */
export async function readPassword(flag: string, { stdin, signal }: Context): Promise<Secret> {
  if (stdin.isTerminal) {
    throw new GovernanceError(
      "invalid-argument",
      `${flag}: stdin is a terminal, which would show the password; pipe it in, or redirect it from a file`,
    );
  }
  const line = await stdin.read("line", signal);
  if (line === "") {
    throw new GovernanceError("invalid-argument", `${flag}: there is no line on stdin; pipe the password in`);
  }
  return new Secret(line);
}
