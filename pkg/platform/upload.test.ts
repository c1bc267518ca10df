import { Buffer } from "node:buffer";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import { join } from "node:path";
import { Writable } from "node:stream";
import { Client, type ClientWritableStream, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../test/support/store-run.ts";
import { GovernanceError } from "../core/errors.ts";
import { sendFile, type UploadStream } from "./upload.ts";

const MIB = 2 ** 20;

let folder: { readonly path: string; remove(): void };
let server: Http2Server;
let client: Client;
let file: string;
let answer: (stream: ServerHttp2Stream) => void | Promise<void>;
let sending: ClientWritableStream<Buffer> | undefined;
const sessions = new Set<ServerHttp2Session>();

beforeEach(async () => {
  folder = temporaryFolder();
  file = join(folder.path, "platform.c1z");
  server = createServer();
  server.on("session", (session) => void sessions.add(session));
  server.on("stream", (stream) => {
    stream.on("error", () => {});
    void answer(stream);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
});
afterEach(async () => {
  client.close();
  for (const session of sessions) session.destroy();
  sessions.clear();
  server.close();
  await once(server, "close");
  folder.remove();
});

const asIs = (bytes: Buffer): Buffer => bytes;

async function upload(signal = new AbortController().signal): Promise<number> {
  return await sendFile(
    {
      hostId: "h",
      taskId: "t",
      path: file,
      openStream(answered) {
        sending = client.makeClientStreamRequest("/s/Upload", asIs, asIs, new Metadata(), answered);
        return sending;
      },
      failureOf: ({ code, details }) => new GovernanceError("unavailable", `${code} ${details}`),
    },
    signal,
  );
}

/** An empty message and the status OK. */
function accept(stream: ServerHttp2Stream): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(Buffer.alloc(5));
}

test("a file is uploaded when the platform has taken it to the end", async () => {
  writeFileSync(file, Buffer.alloc(3 * MIB));
  let bytes = 0;
  answer = (stream) => {
    stream.on("data", (chunk: Buffer) => {
      bytes += chunk.byteLength;
    });
    stream.on("end", () => accept(stream));
  };
  expect(await upload()).toBe(3 * MIB);
  expect(bytes).toBeGreaterThan(3 * MIB);
});

test("PLATFORM-9: of a large file no more than 16 chunks wait for a platform that does not read", async () => {
  writeFileSync(file, Buffer.alloc(16 * MIB));
  /** In messages. */
  let waiting = 0;
  answer = async (stream) => {
    // Meanwhile the other end could have read the whole file too.
    for (let time = 0; time < 4; time += 1) await readFile(file);
    waiting = sending?.writableLength ?? 0;
    stream.on("end", () => accept(stream)).resume();
  };
  expect(await upload()).toBe(16 * MIB);
  expect(waiting).toBeGreaterThan(0);
  expect(waiting).toBeLessThanOrEqual(16);
});

test.for([
  ["reads no more", (stream: ServerHttp2Stream) => stream.pause()],
  ["reads on", (stream: ServerHttp2Stream) => stream.resume()],
] as const)("a platform that says yes before it has the file, and %s, has not got it", async ([, then]) => {
  writeFileSync(file, Buffer.alloc(64 * MIB));
  answer = (stream) => {
    accept(stream);
    then(stream);
  };
  await expect(upload()).rejects.toMatchObject({
    message: expect.stringContaining("before it had the whole file"),
  });
});

describe("a platform that takes the file slowly", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  /** Each message is taken after so long; after `taken` messages none is any more. */
  async function sendThrough(messageMs: number, taken: number): Promise<number> {
    let left = taken;
    const openStream = (answered: (error: ServiceError | null) => void): UploadStream => {
      const stream = new Writable({
        objectMode: true,
        highWaterMark: 16,
        write(_message, _encoding, done) {
          setImmediate(() => {
            vi.advanceTimersByTime(messageMs);
            left -= 1;
            if (left >= 0) done();
          });
        },
        final(done) {
          done();
          answered(null);
        },
      });
      const cancel = (): void => {
        const status = { code: 1, details: "Cancelled on client", metadata: new Metadata() };
        answered(Object.assign(new Error("1"), status));
      };
      return Object.assign(stream, { cancel });
    };
    return await sendFile(
      {
        hostId: "h",
        taskId: "t",
        path: file,
        openStream,
        failureOf: ({ details }) => new GovernanceError("canceled", details),
      },
      new AbortController().signal,
    );
  }

  test("gets it, as long as it takes 512 KiB in two minutes", async () => {
    writeFileSync(file, Buffer.alloc(20 * MIB));
    await expect(sendThrough(119_000, Infinity)).resolves.toBe(20 * MIB);
  });

  test("is given up when it takes nothing for two minutes, and the error says so", async () => {
    writeFileSync(file, Buffer.alloc(20 * MIB));
    await expect(sendThrough(120_000, 5)).rejects.toMatchObject({
      code: "unavailable",
      message: "UploadAsset: for 2 minutes the platform takes nothing and does not answer",
    });
  });
});
