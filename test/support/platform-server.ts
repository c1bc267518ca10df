// A governance platform on one TLS port: the token endpoint over HTTP/1.1 and BatonService over gRPC, whose frames are
// written here, so that any fault can be played.
import { Buffer } from "node:buffer";
import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { createServer as createTls, type TLSSocket } from "node:tls";
import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { decodeProtectedHeader, jwtVerify } from "jose";
import {
  type BatonServiceFinishTaskRequest,
  BatonServiceFinishTaskRequestSchema,
  BatonServiceFinishTaskResponseSchema,
  BatonServiceGetTaskResponseSchema,
  BatonServiceHeartbeatRequestSchema,
  BatonServiceHeartbeatResponseSchema,
  type BatonServiceHelloRequest,
  BatonServiceHelloRequestSchema,
  BatonServiceHelloResponseSchema,
  BatonServiceUploadAssetRequestSchema,
  BatonServiceUploadAssetResponseSchema,
  type TaskSchema,
} from "../../pkg/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from "./loopback-certificate.ts";

export type PlatformTask = MessageInitShape<typeof TaskSchema>;

/** What is answered instead of the right answer: a status of gRPC, an HTTP status of the token endpoint, or nothing. */
export interface PlatformFault {
  readonly status?: number;
  readonly message?: string;
  /** Of the token endpoint. */
  readonly body?: string;
  /** Of the token endpoint: the value of its `Date` header. */
  readonly date?: string;
  /** The connection is cut instead. */
  readonly reset?: boolean;
  /** Nothing is ever answered. */
  readonly silent?: boolean;
  /** The error quotes what the client has proved itself with: its assertion, or its token. */
  readonly quotes?: boolean;
  /** Bytes in place of the message of the answer. */
  readonly bytes?: Uint8Array;
}

export type PlatformCall = "token" | "Hello" | "GetTask" | "Heartbeat" | "FinishTask" | "UploadAsset";

export interface UploadedAsset {
  readonly taskId: string;
  /** Empty when uploads are not kept. */
  readonly bytes: Buffer;
  readonly size: number;
}

export interface PlatformServer {
  readonly address: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM of the certificate that clients must trust. */
  readonly certificate: string;
  /** Calls in order, each with the id of its task where it has one. */
  readonly calls: { readonly call: PlatformCall; readonly taskId: string }[];
  readonly hellos: BatonServiceHelloRequest[];
  readonly finished: BatonServiceFinishTaskRequest[];
  readonly uploads: UploadedAsset[];
  /** What the token endpoint was shown. */
  readonly assertions: string[];
  /** Given out one by one. */
  readonly tasks: PlatformTask[];
  /** Of the next calls of each kind. */
  readonly faults: { readonly [C in PlatformCall]: PlatformFault[] };
  /** Tasks that the platform has cancelled. */
  readonly cancelled: Set<string>;
  /** False: only the size and the checksum of an upload are looked at. */
  keepsUploads: boolean;
  nextPollMs: number;
  nextHeartbeatMs: number;
  /** Resolves when the condition holds; it is looked at after every call. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export async function startPlatform(): Promise<PlatformServer> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const jwk = JSON.stringify(privateKey.export({ format: "jwk" }));
  const waiting = new Set<() => void>();
  const http1 = createHttp1();
  const http2 = createHttp2();
  const sockets = new Set<TLSSocket>();
  const certificate = { key: LOOPBACK_KEY, cert: LOOPBACK_CERTIFICATE };
  const server = createTls({ ...certificate, ALPNProtocols: ["h2", "http/1.1"] }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    (socket.alpnProtocol === "h2" ? http2 : http1).emit("connection", socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server.address());
  const platform: PlatformServer = {
    address: `127.0.0.1:${port}`,
    clientId: `cool-name@127.0.0.1:${port}/pcc`,
    clientSecret: `secret-token:conductorone.com:v1:${Buffer.from(jwk).toString("base64url")}`,
    certificate: LOOPBACK_CERTIFICATE,
    calls: [],
    hellos: [],
    finished: [],
    uploads: [],
    assertions: [],
    tasks: [],
    faults: { token: [], Hello: [], GetTask: [], Heartbeat: [], FinishTask: [], UploadAsset: [] },
    cancelled: new Set(),
    keepsUploads: true,
    nextPollMs: 100,
    nextHeartbeatMs: 1_000,
    until: (condition) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!condition()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  const changed = (): void => {
    for (const look of waiting) look();
  };
  http2.on("stream", (stream: ServerHttp2Stream, headers) => {
    stream.on("error", () => {});
    void answerRpc(platform, stream, String(headers[":path"]), headers, changed);
  });
  http1.on("request", (request, response) => {
    void answerToken(platform, publicKey, request, response, changed);
  });
  return platform;
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("the platform has no port");
  return address.port;
}

/** Letters and digits only, so that no escaping hides it from a search. */
export const TOKEN = "zqplatformtoken4x";

/** Checks the assertion as the platform does. */
async function answerToken(
  platform: PlatformServer,
  key: KeyObject,
  request: IncomingMessage,
  response: ServerResponse,
  changed: () => void,
): Promise<void> {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(request, "end");
  const form = new URLSearchParams(Buffer.concat(chunks).toString());
  platform.calls.push({ call: "token", taskId: "" });
  const fault = platform.faults.token.shift();
  changed();
  if (fault?.silent) return;
  if (fault?.reset) {
    request.socket.destroy();
    return;
  }
  let status = fault?.status ?? 200;
  try {
    const assertion = form.get("client_assertion") ?? "";
    platform.assertions.push(assertion);
    const { client_id: id } = Object.fromEntries(form);
    await jwtVerify(assertion, key, {
      audience: "127.0.0.1",
      issuer: id ?? "",
      subject: id ?? "",
    });
    if (!/^[0-9a-f]{32}$/.test(String(decodeProtectedHeader(assertion)["nonce"]))) status = 401;
  } catch {
    status = 401;
  }
  if (fault?.date !== undefined) response.setHeader("date", fault.date);
  response.writeHead(status, { "content-type": "application/json" });
  const body = JSON.stringify({ access_token: TOKEN, token_type: "Bearer", expires_in: 3600 });
  response.end(fault?.quotes ? String(form) : (fault?.body ?? (status === 200 ? body : "")));
  changed();
}

async function answerRpc(
  platform: PlatformServer,
  stream: ServerHttp2Stream,
  path: string,
  headers: Readonly<Record<string, unknown>>,
  changed: () => void,
): Promise<void> {
  const name = path.replace("/c1.connectorapi.baton.v1.BatonService/", "");
  if (!isCall(name)) return;
  const fault = platform.faults[name].shift();
  if (fault?.reset) {
    platform.calls.push({ call: name, taskId: "" });
    stream.once("data", () => stream.close(8));
    changed();
    return;
  }
  let answer: Answer;
  try {
    answer =
      name === "UploadAsset" ? await takeUpload(platform, stream) : await takeCall(platform, name, stream);
  } catch {
    // The client went away.
    return;
  }
  platform.calls.push({ call: name, taskId: answer.taskId });
  const authorized = headers["authorization"] === `Bearer ${TOKEN}`;
  if (fault?.silent) changed();
  if (fault?.silent) return;
  if (fault?.status !== undefined) {
    refuse(
      stream,
      fault.status,
      fault.quotes ? `${String(headers["authorization"])} is bad` : (fault.message ?? ""),
    );
  } else if (authorized) {
    if (fault?.bytes === undefined) answer.keep();
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(framed(fault?.bytes ?? answer.message));
  } else refuse(stream, 16, "the token is not right");
  changed();
}

function refuse(stream: ServerHttp2Stream, status: number, message: string): void {
  stream.respond(
    {
      ":status": 200,
      "content-type": "application/grpc",
      "grpc-status": String(status),
      "grpc-message": encodeURIComponent(message),
    },
    { endStream: true },
  );
}

interface Answer {
  readonly taskId: string;
  readonly message: Uint8Array;
  /** The call is not refused: what it brought counts. */
  readonly keep: () => void;
}

async function takeCall(
  platform: PlatformServer,
  name: Exclude<PlatformCall, "token" | "UploadAsset">,
  stream: ServerHttp2Stream,
): Promise<Answer> {
  const [bytes = Buffer.alloc(0)] = await allFrames(stream);
  switch (name) {
    case "Hello": {
      const request = fromBinary(BatonServiceHelloRequestSchema, bytes);
      const keep = (): void => void platform.hellos.push(request);
      return { taskId: request.taskId, message: encoded(BatonServiceHelloResponseSchema, {}), keep };
    }
    case "GetTask": {
      const task = platform.tasks[0];
      const nextPoll = durationFromMs(platform.nextPollMs);
      const message = encoded(BatonServiceGetTaskResponseSchema, { ...(task && { task }), nextPoll });
      return { taskId: task?.id ?? "", message, keep: () => void platform.tasks.shift() };
    }
    case "Heartbeat": {
      const { taskId } = fromBinary(BatonServiceHeartbeatRequestSchema, bytes);
      const nextHeartbeat = durationFromMs(platform.nextHeartbeatMs);
      const cancelled = platform.cancelled.has(taskId);
      return {
        taskId,
        message: encoded(BatonServiceHeartbeatResponseSchema, { nextHeartbeat, cancelled }),
        keep: () => {},
      };
    }
    case "FinishTask": {
      const request = fromBinary(BatonServiceFinishTaskRequestSchema, bytes);
      const keep = (): void => void platform.finished.push(request);
      return { taskId: request.taskId, message: encoded(BatonServiceFinishTaskResponseSchema, {}), keep };
    }
  }
}

/** Refuses a checksum that is not that of the data. */
async function takeUpload(platform: PlatformServer, stream: ServerHttp2Stream): Promise<Answer> {
  const hash = createHash("sha256");
  const parts: Buffer[] = [];
  let size = 0;
  let taskId = "";
  let checksum: Uint8Array = Buffer.alloc(0);
  for await (const bytes of frames(stream)) {
    const { msg } = fromBinary(BatonServiceUploadAssetRequestSchema, bytes);
    if (msg.case === "metadata") taskId = msg.value.taskId;
    if (msg.case === "eof") checksum = msg.value.sha256Checksum;
    if (msg.case !== "data") continue;
    hash.update(msg.value.data);
    size += msg.value.data.byteLength;
    if (platform.keepsUploads) parts.push(Buffer.from(msg.value.data));
  }
  const sum = hash.digest();
  return {
    taskId,
    message: encoded(BatonServiceUploadAssetResponseSchema, {}),
    keep() {
      if (!sum.equals(checksum)) throw new Error("the checksum of the upload is not that of its data");
      platform.uploads.push({ taskId, bytes: Buffer.concat(parts), size });
    },
  };
}

function encoded<D extends DescMessage>(schema: D, init: MessageInitShape<D>): Uint8Array {
  return toBinary(schema, create(schema, init));
}

function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}

async function allFrames(stream: ServerHttp2Stream): Promise<readonly Buffer[]> {
  const all: Buffer[] = [];
  for await (const frame of frames(stream)) all.push(frame);
  return all;
}

/** The messages of a call: one byte for compression, four for the length, then the message. */
async function* frames(stream: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let buffered: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    buffered = buffered.byteLength === 0 ? chunk : Buffer.concat([buffered, chunk]);
    while (buffered.byteLength >= 5) {
      const end = 5 + buffered.readUInt32BE(1);
      if (buffered.byteLength < end) break;
      yield buffered.subarray(5, end);
      buffered = buffered.subarray(end);
    }
  }
}

function isCall(name: string): name is Exclude<PlatformCall, "token"> {
  return ["Hello", "GetTask", "Heartbeat", "FinishTask", "UploadAsset"].includes(name);
}
