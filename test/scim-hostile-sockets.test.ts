// Peers that do not speak HTTP as they should, most of them without credentials, attack the SCIM service of a whole process:
// another caller is answered meanwhile, the process stays small, and every answer from 400 on is a SCIM error.
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { openSocket, type RawAnswer, sendRaw } from "./support/raw-http.ts";
import { SCIM_TOKENS, type ScimService, startScimService } from "./support/scim-service.ts";

const MEBI = 2 ** 20;
const TOKEN = `authorization: Bearer ${SCIM_TOKENS.deploy}`;
const HOST = "host: scim.example.com";

let service: ScimService;
let first: string;

beforeAll(async () => {
  const pool = createPool({ id: "us-east-1_Ab129faBb", users: people(20), groups: ["staff"] });
  service = await startScimService({
    pool,
    args: ["--scim-rate=50"],
    env: { NODE_OPTIONS: "--max-old-space-size=256" },
  });
  first = pool.allUsers()[0]?.sub ?? "";
}, 180_000);

afterAll(async () => await service.stop());

/** Another caller reads, on a connection of its own each time. */
async function isAnswered(): Promise<number> {
  return (await service.ask(`/Users/${first}`, { as: "other", headers: { connection: "close" } })).status;
}

const request = (...lines: readonly string[]): string => `${lines.join("\r\n")}\r\n\r\n`;

function expectScimError({ status, head, body }: RawAnswer): void {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(600);
  expect(head).toMatch(/^content-type: application\/scim\+json/im);
  expect(JSON.parse(body)).toMatchObject({
    schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
    status: String(status),
  });
}

const POST = "POST /scim/v2/Users HTTP/1.1";
const JSON_TYPE = "content-type: application/scim+json";

describe("bytes that are not HTTP", () => {
  test.for([
    ["a binary greeting", Buffer.from("1603010200010001fc0303", "hex")],
    ["an HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["a line without a version", "GET /scim/v2/Users\r\n\r\n"],
    ["a method of 10,000 letters", `${"G".repeat(10_000)} / HTTP/1.1\r\n\r\n`],
    ["two lengths", request(POST, HOST, TOKEN, JSON_TYPE, "content-length: 3", "content-length: 30")],
    ["a negative length", request(POST, HOST, TOKEN, JSON_TYPE, "content-length: -1")],
    [
      "a length and chunks",
      `${request(POST, HOST, TOKEN, JSON_TYPE, "content-length: 5", "transfer-encoding: chunked")}0\r\n\r\n`,
    ],
    [
      "chunks that are not chunks",
      `${request(POST, HOST, TOKEN, JSON_TYPE, "transfer-encoding: chunked")}zz\r\n{}\r\n0\r\n\r\n`,
    ],
    [
      "a chunk that is longer than it says",
      `${request(POST, HOST, TOKEN, JSON_TYPE, "transfer-encoding: chunked")}2\r\n{"userName":"eve"}\r\n0\r\n\r\n`,
    ],
    [
      "a header of 64 KiB",
      request("GET /scim/v2/Users HTTP/1.1", HOST, TOKEN, `x-large: ${"x".repeat(65_536)}`),
    ],
    [
      "ten thousand headers",
      request(
        "GET /scim/v2/Users HTTP/1.1",
        HOST,
        TOKEN,
        ...Array.from({ length: 10_000 }, (_, at) => `x-${at}: 1`),
      ),
    ],
    ["a path of 64 KiB", request(`GET /scim/v2/Users/${"x".repeat(65_536)} HTTP/1.1`, HOST, TOKEN)],
    ["a line break in a header", "GET /scim/v2/Users HTTP/1.1\r\nhost: a\r\nx: b\rc\r\n\r\n"],
    ["no host", request("GET /scim/v2/Users HTTP/1.1", TOKEN)],
  ] as const)("%s are refused with a SCIM error, or the connection is cut", async ([, bytes]) => {
    const answers = await sendRaw(service.port, bytes);
    for (const answer of answers) expectScimError(answer);
    expect(await isAnswered()).toBe(200);
  });

  test("a body that is longer than its length is not taken for a part of it", async () => {
    const body = '{"userName":""}GET /scim/v2/Users HTTP/1.1\r\n\r\n';
    const [answer] = await sendRaw(
      service.port,
      `${request(POST, HOST, TOKEN, JSON_TYPE, "content-length: 15")}${body}`,
    );
    expect(answer?.status).toBe(400);
    expect(service.cognito.stats.count("AdminCreateUser")).toBe(0);
  });
});

describe("methods", () => {
  test.for(["TRACE", "OPTIONS", "PROPFIND", "PUT", "DELETE", "PATCH", "LOCK"])(
    "%s of a path that does not have it is refused with a SCIM error",
    async (method) => {
      const [answer] = await sendRaw(
        service.port,
        request(`${method} /scim/v2/Users HTTP/1.1`, HOST, TOKEN, "connection: close", "content-length: 0"),
      );
      expect([404, 405, 501]).toContain(answer?.status);
      if (answer !== undefined) expectScimError(answer);
    },
  );

  test.for(["CONNECT scim.example.com:443 HTTP/1.1", "GET http://[::1/ HTTP/1.1", "GET * HTTP/1.1"])(
    "%s does not end the service",
    async (line) => {
      await sendRaw(service.port, request(line, HOST, TOKEN, "connection: close"));
      expect(await isAnswered()).toBe(200);
    },
  );

  test("an upgrade to another protocol is not made", async () => {
    const [answer] = await sendRaw(
      service.port,
      request(
        `GET /scim/v2/Users/${first} HTTP/1.1`,
        HOST,
        TOKEN,
        "connection: upgrade",
        "upgrade: websocket",
      ),
    );
    expect(answer?.status).toBe(200);
  });
});

describe("floods", () => {
  test("20,000 requests on one connection that waits for no answer are cut, and others are answered", async () => {
    const before = service.rssBytes();
    const one = request(`GET /scim/v2/Users/${first} HTTP/1.1`, HOST, TOKEN);
    const attack = sendRaw(service.port, one.repeat(20_000), 20_000);
    expect(await isAnswered()).toBe(200);
    const answers = await attack;
    expect(answers.length).toBeLessThan(100);
    expect(answers.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
    expect(await isAnswered()).toBe(200);
    expect(service.rssBytes() - before).toBeLessThan(150 * MEBI);
  });

  test("more requests a second than the rate of one caller are answered 429, and other callers are not", async () => {
    // So low that a slow machine meets it too.
    const pool = createPool({ id: "us-east-1_Ab129faBb", users: people(1) });
    const slow = await startScimService({ pool, args: ["--scim-rate=1"] });
    try {
      const path = `/Users/${pool.allUsers()[0]?.sub}`;
      const replies = await Promise.all(Array.from({ length: 100 }, () => slow.ask(path)));
      const refused = replies.filter(({ status }) => status === 429);
      expect(refused.length).toBeGreaterThan(50);
      expect(replies.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
      for (const { headers, body } of refused) {
        expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
        expect(body).toMatchObject({ status: "429" });
      }
      expect((await slow.ask(path, { as: "other" })).status).toBe(200);
    } finally {
      await slow.stop();
    }
  });

  test("2,000 requests without valid credentials are refused, and a caller with credentials is answered", async () => {
    const attack = Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        const wrong = request("GET /scim/v2/Users HTTP/1.1", HOST, `authorization: Bearer wrong-${at}`);
        return [
          ...(await sendRaw(service.port, wrong)),
          ...(await sendRaw(service.port, wrong.repeat(100), 100)),
        ];
      }),
    );
    expect(await isAnswered()).toBe(200);
    const statuses = (await attack).flat().map(({ status }) => status);
    expect(statuses.length).toBeGreaterThanOrEqual(20);
    expect(statuses.filter((status) => status !== 401)).toEqual([]);
    expect(await isAnswered()).toBe(200);
  });

  test.for([
    ["nothing", ""],
    ["half a line", "GET /scim/v2/Us"],
    ["all but the end of the head", `GET /scim/v2/Users HTTP/1.1\r\n${HOST}\r\n`],
    ["all but the last byte of the body", `${request(POST, HOST, TOKEN, JSON_TYPE, "content-length: 3")}{}`],
  ] as const)("500 connections that send %s leave room for others", async ([, bytes]) => {
    const before = service.rssBytes();
    const sockets: Socket[] = [];
    try {
      for (let batch = 0; batch < 5; batch += 1)
        sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => openSocket(service.port)))));
      for (const socket of sockets) socket.write(bytes);
      for (let time = 0; time < 5; time += 1) expect(await isAnswered()).toBe(200);
      expect(service.rssBytes() - before).toBeLessThan(100 * MEBI);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });

  test("answers that are not read do not grow in the service", async () => {
    const before = service.rssBytes();
    const sockets = await Promise.all(Array.from({ length: 20 }, () => openSocket(service.port)));
    const one = request("GET /scim/v2/Schemas HTTP/1.1", HOST, TOKEN);
    for (const socket of sockets) {
      socket.pause();
      socket.write(one.repeat(2000));
    }
    for (let time = 0; time < 20; time += 1) expect(await isAnswered()).toBe(200);
    expect(service.rssBytes() - before).toBeLessThan(150 * MEBI);
    for (const socket of sockets) socket.destroy();
  });
});
