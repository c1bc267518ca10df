import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { type FileHandle, open } from "node:fs/promises";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { ServiceError } from "@grpc/grpc-js";
import { GovernanceError } from "../core/errors.ts";
import { BatonServiceUploadAssetRequestSchema } from "../gen/c1/connectorapi/baton/v1/baton_pb.ts";

/** The stream of grpc-js. */
export interface UploadStream extends NodeJS.EventEmitter {
  /** Whether there is room for more; an event `drain` says when there is again. */
  write(message: Buffer, taken: (error: unknown) => void): boolean;
  end(): unknown;
  cancel(): void;
}

export interface Upload {
  readonly hostId: string;
  readonly taskId: string;
  /** The file. */
  readonly path: string;
  /** Opens the stream of the call. `answered` is called once, with the platform's answer. */
  readonly openStream: (answered: (error: ServiceError | null) => void) => UploadStream;
  /** The error of ours for one of the library. */
  readonly failureOf: (error: ServiceError) => GovernanceError;
}

/** The limit of the protocol is 1 MiB. */
const CHUNK_BYTES = 512 * 1024;

/** How long the platform may take no chunk, and how long it has for its answer after the last one. */
const STALL_MS = 2 * 60_000;

type Part = NonNullable<MessageInitShape<typeof BatonServiceUploadAssetRequestSchema>["msg"]>;

/** Sends metadata, the file in chunks, and the checksum. Holds one chunk beside what the transport has buffered. */
export async function sendFile(upload: Upload, signal: AbortSignal): Promise<number> {
  const { hostId, taskId, path, openStream, failureOf } = upload;
  const file = await open(path, "r");
  const ended = new AbortController();
  const { promise: answered, resolve, reject } = Promise.withResolvers<void>();
  // It is awaited last. A failure before that must not count as one that nobody handles.
  answered.catch(() => {});
  let isWhole = false;
  let isStalled = false;
  const stream = openStream((error) => {
    if (error === null && isWhole) {
      resolve();
      return;
    }
    // The stream takes nothing more, so that no wait for room in it would end.
    const failure = error === null ? answeredEarly() : isStalled ? silent() : failureOf(error);
    reject(failure);
    ended.abort(failure);
  });
  // The library reports a failure here too.
  stream.on("error", () => {});
  const cancel = (): void => stream.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  const stalled = setTimeout(() => {
    isStalled = true;
    cancel();
  }, STALL_MS);
  // Of each chunk: there is room for more only when the last of up to 16 is taken.
  const taken = (error: unknown): void => {
    if (!(error instanceof Error)) stalled.refresh();
  };

  /** Whether there is room for more. */
  function write(msg: Part): boolean {
    ended.signal.throwIfAborted();
    signal.throwIfAborted();
    const message = create(BatonServiceUploadAssetRequestSchema, { msg });
    const bytes = toBinary(BatonServiceUploadAssetRequestSchema, message);
    return stream.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), taken);
  }

  async function send(msg: Part): Promise<void> {
    if (!write(msg)) await once(stream, "drain", { signal: ended.signal });
  }

  try {
    await send({ case: "metadata", value: { hostId, taskId } });
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const data of chunksOf(file)) {
      hash.update(data);
      bytes += data.byteLength;
      await send({ case: "data", value: { data } });
    }
    isWhole = true;
    write({ case: "eof", value: { sha256Checksum: hash.digest() } });
    stream.end();
    await answered;
    return bytes;
  } catch (error) {
    stream.cancel();
    throw GovernanceError.from(ended.signal.aborted ? ended.signal.reason : error);
  } finally {
    clearTimeout(stalled);
    signal.removeEventListener("abort", cancel);
    await file.close();
  }
}

function answeredEarly(): GovernanceError {
  return new GovernanceError("unavailable", "UploadAsset: the platform answers before it had the whole file");
}

function silent(): GovernanceError {
  return new GovernanceError(
    "unavailable",
    "UploadAsset: for 2 minutes the platform takes nothing and does not answer",
  );
}

async function* chunksOf(file: FileHandle): AsyncIterable<Uint8Array> {
  for (;;) {
    // A new buffer each time: the transport may still hold the last one.
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
