// How one call can end over a real socket: cancelled, too late, throttled, too large, malformed, or beside many others.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import { create } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { afterEach, describe, expect, test } from "vitest";
import { GovernanceError } from "../pkg/core/errors.ts";
import { ConnectorService } from "../pkg/gen/c1/connector/v2/connector_pb.ts";
import { GrantsService } from "../pkg/gen/c1/connector/v2/grant_pb.ts";
import {
  ResourceGetterService,
  ResourceSchema,
  ResourcesService,
  ResourceTypesService,
} from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { callUnary, rowOf, useGrpcServer } from "./support/grpc-client.ts";

const start = useGrpcServer(afterEach);

const { validate } = ConnectorService.method;
const { listResources } = ResourcesService.method;
const { listResourceTypes } = ResourceTypesService.method;
const { getResource } = ResourceGetterService.method;
const { listGrants } = GrantsService.method;
const group = { id: { resourceType: "group", resource: "admins" } };

/** A limiter that admits one call at a time, in order of arrival, and removes a waiting call when its caller leaves. */
class Turns {
  readonly waiting: string[] = [];
  readonly taken: string[] = [];
  readonly #queue: (() => void)[] = [];
  #changed: (() => void)[] = [];

  take(name: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const given = (): void => {
        signal.removeEventListener("abort", gone);
        this.#remove(name, given);
        this.taken.push(name);
        resolve();
        this.#notify();
      };
      const gone = (): void => {
        this.#remove(name, given);
        reject(signal.reason);
        this.#notify();
      };
      signal.addEventListener("abort", gone, { once: true });
      this.#queue.push(given);
      this.waiting.push(name);
      this.#notify();
    });
  }

  /** Admits the first that waits. */
  next(): void {
    this.#queue[0]?.();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  #remove(name: string, given: () => void): void {
    this.#queue.splice(this.#queue.indexOf(given), 1);
    this.waiting.splice(this.waiting.indexOf(name), 1);
  }

  #notify(): void {
    for (const wake of this.#changed.splice(0)) wake();
  }
}

async function startQueued() {
  const turns = new Turns();
  const harness = await start({
    listResources: async (type, _parent, _request, signal) => {
      await turns.take(type, signal);
      return { items: [], nextPageToken: "" };
    },
  });
  return { ...harness, turns };
}

describe("a caller that disconnects", () => {
  test("makes room for the next caller that waits for the limiter", async () => {
    const { client, turns, told, events } = await startQueued();
    const cancelling = new AbortController();
    const first = client.unary(listResources, { resourceTypeId: "first" }, { signal: cancelling.signal });
    await turns.until(() => turns.waiting.length === 1);
    const second = client.unary(listResources, { resourceTypeId: "second" });
    await turns.until(() => turns.waiting.length === 2);

    cancelling.abort();
    expect(await first).toMatchObject({ code: "CANCELLED" });
    await turns.until(() => turns.waiting.length === 1);
    turns.next();
    expect(await second).toMatchObject({ code: "OK" });
    expect(turns.taken).toEqual(["second"]);
    await told(2);
    expect(events.map(({ code }) => code)).toEqual(["CANCELLED", "OK"]);
    expect(events[0]?.error).toMatchObject({ code: "canceled", message: "the caller cancelled the call" });
  });

  test("makes room at its deadline", async () => {
    const { client, turns, told, events } = await startQueued();
    // On a busy machine the deadline may pass before the server has the call.
    for (let timeoutMs = 60; events.length === 0 && turns.waiting.length === 0; timeoutMs *= 2) {
      const call = client.unary(listResources, { resourceTypeId: "user" }, { timeoutMs });
      await Promise.race([call, turns.until(() => turns.waiting.length === 1)]);
      expect((await call).code).toBe("DEADLINE_EXCEEDED");
    }
    await told(1);
    await turns.until(() => turns.waiting.length === 0);
    expect(turns.taken).toEqual([]);
    // The caller's deadline may pass first: then the server sees only that the call was cancelled.
    expect(events[0]?.code).toMatch(/^(?:DEADLINE_EXCEEDED|CANCELLED)$/);
  });

  test("is answered at the deadline that it sent, and reported as DEADLINE_EXCEEDED", async () => {
    const { client, turns, told, events } = await startQueued();
    const headers = { "grpc-timeout": "60m" };
    const reply = await client.unary(listResources, { resourceTypeId: "user" }, { headers });
    expect(reply.code).toBe("DEADLINE_EXCEEDED");
    await told(1);
    expect(turns).toMatchObject({ waiting: [], taken: [] });
    expect(events[0]).toMatchObject({ code: "DEADLINE_EXCEEDED", error: { code: "deadline-exceeded" } });
  });

  test("makes room when it loses its connection", async () => {
    const { target, turns, told, events } = await startQueued();
    const line = await cuttableLine(target);
    const lost = callUnary(line.target, listResources, { resourceTypeId: "user" });
    await turns.until(() => turns.waiting.length === 1);
    line.cut();
    expect((await lost).code).toMatch(/^(?:UNAVAILABLE|CANCELLED)$/);
    await told(1);
    expect(turns).toMatchObject({ waiting: [], taken: [] });
    expect(events[0]).toMatchObject({ code: "CANCELLED", error: { code: "canceled" } });
  });
});

/** A TCP proxy to a server that a test can disconnect. */
async function cuttableLine(target: string): Promise<{ readonly target: string; readonly cut: () => void }> {
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = createConnection(Number(target.split(":")[1]), "127.0.0.1");
    sockets.push(near, far);
    for (const socket of [near, far]) socket.on("error", () => {});
    near.pipe(far).pipe(near);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the line has no port");
  return {
    target: `127.0.0.1:${address.port}`,
    cut: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describe("a throttle", () => {
  const retryAt = new Date(Date.now() + 4000);

  test("is UNAVAILABLE and says in the trailer when to try again", async () => {
    const { client } = await start({
      listGrants: () =>
        Promise.reject(new GovernanceError("throttled", "ListUsersInGroup: too fast", { retryAt })),
    });
    const { code, message, details, rateLimit } = await client.unary(listGrants, { resource: group });
    expect({ code, message }).toEqual({ code: "UNAVAILABLE", message: "ListUsersInGroup: too fast" });
    expect(details).toMatchObject({ code: 14, message: "ListUsersInGroup: too fast" });
    expect(rateLimit).toMatchObject({ status: 2, remaining: 0n });
    expect(rateLimit?.resetAt && timestampDate(rateLimit.resetAt)).toEqual(retryAt);
  });

  test("is UNAVAILABLE without a trailer when it is unknown how long AWS is down", async () => {
    const { client } = await start({
      validate: () => Promise.reject(new GovernanceError("unavailable", "Cognito cannot be reached")),
    });
    expect(await client.unary(validate)).toMatchObject({ code: "UNAVAILABLE", details: undefined });
  });
});

test("a pool that is gone is FAILED_PRECONDITION, since NOT_FOUND would read as an empty listing", async () => {
  const gone = new GovernanceError("failed-precondition", "no such pool", { reason: "pool-missing" });
  const { client } = await start({ listResources: () => Promise.reject(gone) });
  const reply = await client.unary(listResources, { resourceTypeId: "user" });
  expect(reply).toMatchObject({ code: "FAILED_PRECONDITION", message: "no such pool" });
});

describe("the text of an error", () => {
  test.for([
    ["every language", 'grüße, 你好, مرحبا 🦊 100 % "quoted" a/b?c=d#e'],
    ["line breaks and marks", "one\ntwo\r\n\tthree\u0000\u007f"],
    ["nothing", ""],
  ] as const)("arrives unchanged: %s", async ([, text]) => {
    const { client } = await start({ validate: () => Promise.reject(new GovernanceError("aborted", text)) });
    expect(await client.unary(validate)).toMatchObject({ code: "ABORTED", message: text });
  });

  test("arrives valid when it holds half a surrogate pair", async () => {
    const half = `group ${"🦊".slice(0, 1)}`;
    const { client } = await start({
      validate: () => Promise.reject(new GovernanceError("throttled", half)),
    });
    const { code, message, details } = await client.unary(validate);
    expect({ code, message }).toEqual({ code: "UNAVAILABLE", message: "group \ufffd" });
    expect(details?.message).toBe("group \ufffd");
  });

  test("arrives shortened when it is longer than a header may be", async () => {
    const retryAt = new Date(Date.now() + 1000);
    const text = "🦊".repeat(100_000);
    const { client } = await start({
      validate: () => Promise.reject(new GovernanceError("throttled", text, { retryAt })),
    });
    const { code, message, rateLimit } = await client.unary(validate);
    expect({ code, limited: rateLimit !== undefined }).toEqual({ code: "UNAVAILABLE", limited: true });
    expect(message).toMatch(/^🦊{500,}…$/u);
  });

  test("of an unknown failure is not sent", async () => {
    const secret = new Error("AccessKeyId AKIA… of ada@example.org");
    const { client, events } = await start({ validate: () => Promise.reject(secret) });
    const reply = await client.unary(validate);
    expect(reply).toMatchObject({
      code: "INTERNAL",
      message: "internal error: see the log of the connector",
    });
    expect(events[0]?.error?.cause).toBe(secret);
  });

  test("of a handler that throws at once is sent like any other", async () => {
    const { client } = await start({
      listResourceTypes: () => {
        throw new TypeError("bug");
      },
      validate: () => {
        throw new TypeError("bug");
      },
    });
    expect(await client.unary(validate)).toMatchObject({ code: "INTERNAL" });
    expect(await client.unary(listResourceTypes)).toMatchObject({ code: "INTERNAL" });
  });
});

describe("a message", () => {
  const big = (bytes: number) =>
    create(ResourceSchema, { id: { resourceType: "user", resource: "x".repeat(bytes) } });

  test("just under the limit of a client arrives", async () => {
    const { client } = await start({
      listResources: async () => ({ items: [rowOf(big(4 * 1024 * 1024 - 65 * 1024))], nextPageToken: "" }),
    });
    expect(await client.unary(listResources, { resourceTypeId: "user" })).toMatchObject({ code: "OK" });
  });

  test("over the limit is our INTERNAL, not the client's RESOURCE_EXHAUSTED", async () => {
    const { client } = await start({
      listResources: async () => ({ items: [rowOf(big(4 * 1024 * 1024 - 64 * 1024))], nextPageToken: "" }),
    });
    const reply = await client.unary(listResources, { resourceTypeId: "user" });
    expect(reply).toMatchObject({
      code: "INTERNAL",
      message: expect.stringMatching(/^ListResources: the answer has 41\d{5} bytes/),
    });
  });

  test("over 4 MiB is not accepted, and the connection stays open", async () => {
    const { client } = await start();
    const path = "/c1.connector.v2.ConnectorService/Validate";
    expect(await client.bytes(path, Buffer.alloc(4 * 1024 * 1024 + 1))).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
    });
    expect(await client.unary(validate)).toMatchObject({ code: "OK" });
  });

  test.for([
    ["cut off", Buffer.of(0x0a, 0x05, 0x75)],
    ["of a wrong wire type", Buffer.of(0x0f)],
    ["with text that is not UTF-8", Buffer.of(0x0a, 0x01, 0xff)],
    ["nested without end", nested(10_000)],
  ] as const)("%s is INTERNAL, as in Go", async ([, bytes]) => {
    const { client } = await start();
    const reply = await client.bytes("/c1.connector.v2.ActionService/InvokeAction", bytes);
    expect(reply).toMatchObject({ code: "INTERNAL", message: expect.stringMatching(/InvokeActionRequest$/) });
  });
});

/** InvokeActionRequest.args with a list in a list in a list. */
function nested(depth: number): Buffer {
  let list: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) list = field(1, field(6, list));
  return field(2, field(1, Buffer.concat([field(1, Buffer.from("a")), field(2, field(6, list))])));
}

function field(number: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.of((number << 3) | 2, ...length), content]);
}

test("200 calls at once each get their own answer", async () => {
  let inside = 0;
  let most = 0;
  let release = (): void => {};
  const all = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { client, events } = await start({
    getResource: async (id) => {
      inside += 1;
      most = Math.max(most, inside);
      if (inside === 200) release();
      await all;
      return create(ResourceSchema, id === undefined ? {} : { id });
    },
  });
  const names = Array.from({ length: 200 }, (_, index) => `sub-${index}`);
  const replies = await Promise.all(
    names.map((resource) => client.unary(getResource, { resourceId: { resourceType: "user", resource } })),
  );
  expect(replies.map(({ answer }) => answer?.resource?.id?.resource)).toEqual(names);
  expect(most).toBe(200);
  expect(events).toHaveLength(200);
});

test("callers do not disturb each other: one fails, the other is answered", async () => {
  const { target } = await start({
    validate: () => Promise.reject(new GovernanceError("unauthenticated", "no")),
  });
  const [failed, answered] = await Promise.all([
    callUnary(target, validate),
    callUnary(target, listResources, { resourceTypeId: "user" }),
  ]);
  expect([failed.code, answered.code]).toEqual(["UNAUTHENTICATED", "OK"]);
});
