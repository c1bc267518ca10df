// One random call: any method, any message, any framing.
import { Buffer } from "node:buffer";
import type { OutgoingHttpHeaders } from "node:http2";
import { deflateSync, gzipSync } from "node:zlib";
import type { DescMethod } from "@bufbuild/protobuf";
import { emailOf, leaksIn, PASSWORD, SECRETS, SUBS } from "../support/planted.ts";
import { MESSAGES, METHODS } from "./descriptors.ts";
import { hostileText, mutated } from "./mutate.ts";
import type { Random } from "./random.ts";
import type { RawReply } from "./raw-grpc.ts";
import { TOKEN } from "./service.ts";
import { randomMessage, type Vocabulary } from "./wire.ts";

const ACTIONS = [
  "disable_user",
  "enable_user",
  "delete_user",
  "sign_out_user",
  "reset_password",
  "reset_mfa",
];

const WORDS: Vocabulary = {
  texts: [
    "user",
    "group",
    "team",
    "club",
    "crew",
    ...Object.values(SUBS),
    ...["team", "club"].map((name) => `group:${name}:member`),
    `group:team:member:user:${SUBS.ann}`,
    ...ACTIONS,
    "update_user_attributes",
    "user_id",
    "member",
    "email",
    "custom:note",
    emailOf("ann"),
    "2026-11-21T15:00:00Z",
    "1",
  ],
  packed: MESSAGES.filter(({ typeName }) => typeName.startsWith("c1.connector.v2.")),
};

export interface RandomCall {
  readonly method: DescMethod;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
  /** The message and its framing are as the protocol asks. */
  readonly isWhole: boolean;
}

export function randomCall(random: Random): RandomCall {
  const method = random.any(METHODS);
  if (method === undefined) throw new Error("pkg/gen has no method");
  const valid = Buffer.from(randomMessage(method.input, random, WORDS));
  const isWhole = !random.once(3);
  const path = `/${method.parent.typeName}/${method.name}`;
  const headers: OutgoingHttpHeaders = {
    ":method": "POST",
    ":path": random.once(30) ? brokenPath(path, random) : path,
    "content-type": "application/grpc",
    te: "trailers",
    // Streams such as Watch end by it.
    "grpc-timeout": random.pick(["300m", "2S", "1S", "50m"]),
    authorization: `Bearer ${TOKEN}`,
    ...(random.once(3) ? { "dry-run": "true" } : {}),
    ...(random.once(4) ? someHeader(random) : {}),
  };
  if (isWhole) return { method, headers, body: framed(valid, 0), isWhole };
  return { method, ...broken(headers, valid, random), isWhole };
}

function framed(message: Uint8Array, flag: number, length = message.byteLength): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag, 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
}

function broken(
  headers: OutgoingHttpHeaders,
  valid: Buffer,
  random: Random,
): { readonly headers: OutgoingHttpHeaders; readonly body: Buffer } {
  const bodies: readonly [() => Buffer, ...(() => Buffer)[]] = [
    () => framed(mutated(valid, random), 0),
    () => framed(random.bytes(random.below(60)), 0),
    () => framed(valid, random.pick([1, 2, 128, 255])),
    () => framed(valid, 0, random.pick([0, 1, valid.length + 1, 2 ** 31, 2 ** 32 - 1])),
    () => Buffer.concat([framed(valid, 0), framed(valid, 0)]),
    () => mutated(framed(valid, 0), random),
    () => framed(gzipSync(valid), 1),
    () => framed(mutated(gzipSync(valid), random), 1),
    () => framed(deflateSync(valid), 1),
    () => Buffer.alloc(0),
  ];
  const encoding = random.pick([undefined, "gzip", "deflate", "identity", "br", "x"]);
  const body = random.pick(bodies)();
  return { headers: encoding === undefined ? headers : { ...headers, "grpc-encoding": encoding }, body };
}

function brokenPath(path: string, random: Random): string {
  const text = mutated(Buffer.from(path), random)
    .toString("latin1")
    .replace(/[^!-~]/g, "x");
  return text.startsWith("/") ? text.slice(0, 4000) : `/${text.slice(0, 4000)}`;
}

function someHeader(random: Random): OutgoingHttpHeaders {
  const text = hostileText(random)
    .replace(/[^ -~]/g, "x")
    .slice(0, 3000)
    .trim();
  return random.pick([
    { "client-metadata": text },
    { "client-metadata": `{"note": "${PASSWORD}"}` },
    { reason: text },
    { authorization: `Bearer ${text}` },
    { authorization: text },
    { "grpc-timeout": text },
    { "content-type": text },
    { "x-bin-bin": text },
    { traceparent: text },
    { "dry-run": text },
  ]);
}

const [UNKNOWN, INTERNAL] = [2, 13];
const MAX_CODE = 16;
/** What servers in Go answer with INTERNAL too. */
const BROKEN_PROTOCOL =
  /^(the request is not a valid |Invalid grpc-timeout value |Failed to decompress message)/;

/** What is wrong with the answer; undefined for one that the protocol allows. */
export function problemOfReply(call: RandomCall, reply: RawReply): string | undefined {
  const { code, message, httpStatus, reset } = reply;
  const [leak] = leaksIn("the answer", reply.everything, SECRETS);
  if (leak !== undefined) return leak;
  if (code === undefined) {
    // What is not a request of gRPC is refused by HTTP status or reset.
    if (!call.isWhole && (reset !== undefined || (httpStatus ?? 0) >= 400)) return undefined;
    if ((httpStatus ?? 0) >= 400) return undefined;
    return `no status (HTTP ${String(httpStatus)}, reset ${String(reset)})`;
  }
  if (code < 0 || code > MAX_CODE) return `status ${code}`;
  // Clients know these codes of the Baton SDK.
  if (code === UNKNOWN && message.startsWith("ticketing is not enabled")) return undefined;
  if (code === INTERNAL && BROKEN_PROTOCOL.test(message)) return undefined;
  if (code === UNKNOWN || code === INTERNAL) return `code ${code}: ${message}`;
  return undefined;
}
