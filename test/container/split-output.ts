import { Buffer } from "node:buffer";

export interface ContainerOutput {
  stdout(): string;
  stderr(): string;
  /** Resolves when more output arrives. */
  more(): Promise<"more">;
  readonly ended: Promise<"ended">;
}

const HEADER_BYTES = 8;

/** What a container without a terminal prints: frames of a stream number, three zeros, the length and the bytes. */
export function splitOutput(stream: NodeJS.ReadableStream): ContainerOutput {
  const texts = { stdout: "", stderr: "" };
  let rest = Buffer.alloc(0);
  let waiting = Promise.withResolvers<"more">();
  const ended = new Promise<"ended">((resolve) => {
    stream.on("end", () => resolve("ended"));
    stream.on("close", () => resolve("ended"));
    stream.on("error", () => resolve("ended"));
  });
  stream.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + rest.readUInt32BE(4);
      if (rest.length < end) break;
      texts[rest[0] === 2 ? "stderr" : "stdout"] += rest.subarray(HEADER_BYTES, end).toString();
      rest = rest.subarray(end);
    }
    waiting.resolve("more");
    waiting = Promise.withResolvers<"more">();
  });
  return {
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    more: () => waiting.promise,
    ended,
  };
}
