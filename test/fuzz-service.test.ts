// Random calls and requests to a running service: each ends in bounded time with a code that says what is wrong, the
// process stays, and it prints and keeps nothing secret. `make fuzz` runs the same for longer.
import { Buffer } from "node:buffer";
import { createConnection } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { hostileText, mutated } from "./fuzz/mutate.ts";
import { fuzz, type Random, SECONDS, SEED, TEST_TIMEOUT_MS } from "./fuzz/random.ts";
import { rawClient } from "./fuzz/raw-grpc.ts";
import { problemOfReply, randomCall } from "./fuzz/rpc.ts";
import { type FuzzedService, startFuzzedService } from "./fuzz/service.ts";
import { leaksIn, NEVER_TOLD } from "./support/planted.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: 60_000 });

/** A change may wait for its turn and for a new account to appear. */
const MAX_CALL_MS = 20_000;
const MAX_REQUEST_MS = 8000;
const MAX_GROWTH_BYTES = 160 * 1024 * 1024;

let service: FuzzedService;

beforeEach(async () => {
  service = await startFuzzedService();
});

afterEach(() => service.stop());

describe(`a running service (seed ${SEED})`, () => {
  test("answers each random call with a code that says what is wrong", async () => {
    const client = rawClient(service.grpcPort, MAX_CALL_MS);
    const codes = new Map<number, number>();
    const tryOne = async (random: Random): Promise<string | undefined> => {
      const call = randomCall(random);
      const { parent, name } = call.method;
      const what = `${parent.typeName}/${name} ${call.body.toString("base64").slice(0, 4000)}`;
      try {
        const reply = await client.call(call.headers, call.body);
        if (reply.code !== undefined) codes.set(reply.code, (codes.get(reply.code) ?? 0) + 1);
        const problem = problemOfReply(call, reply);
        const ended = service.ended();
        if (ended !== undefined) return `the service ended with ${ended} at ${what}`;
        return problem === undefined ? undefined : `${problem} at ${what}`;
      } catch (error) {
        return `${String(error)} at ${what}`;
      }
    };
    try {
      await fuzz("a call", tryOne, { atOnce: 8, seconds: SECONDS / 2 });
      const before = service.rssBytes();
      await fuzz("a call", tryOne, { atOnce: 8 });
      expect(service.rssBytes() - before).toBeLessThan(MAX_GROWTH_BYTES);
      // Some calls did what they asked for, and others were refused.
      expect([...codes.keys()]).toEqual(expect.arrayContaining([0, 3, 12]));
      expect(await service.stop()).toEqual([]);
    } finally {
      client.close();
    }
  });

  test("answers each random HTTP request, or closes its connection", async () => {
    await fuzz("a request", (random) => requestProblem(service.httpPort, random), { atOnce: 8 });
    const page = await fetch(`http://127.0.0.1:${service.httpPort}/livez`);
    expect(page.status).toBe(200);
    expect(await service.stop()).toEqual([]);
  });
});

const PATHS = [
  "/",
  "/livez",
  "/readyz",
  "/health",
  "/healthz",
  "/metrics",
  "/none",
  "*",
  "//",
  "/%2e%2e/metrics",
] as const;

function randomRequest(random: Random): Buffer {
  const method = random.pick(["GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE", "CONNECT", "PRI"]);
  const path = random.once(3) ? `/${hostileText(random)}` : random.pick(PATHS);
  const query = random.once(4) ? `?${hostileText(random)}` : "";
  const headers = [
    "Host: x",
    random.once(3) ? `X-Some: ${hostileText(random)}` : "Accept: */*",
    random.pick([
      "Connection: close",
      "Content-Length: 5",
      "Transfer-Encoding: chunked",
      "Upgrade: h2c",
      "Range: bytes=0-9",
    ]),
    "Connection: close",
  ];
  const head = `${method} ${path}${query} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`;
  const body = random.once(3) ? "5\r\nhello\r\n0\r\n\r\n" : "";
  return random.once(3) ? mutated(Buffer.from(head + body), random) : Buffer.from(head + body);
}

/** What is wrong with the answer to one random request. */
async function requestProblem(port: number, random: Random): Promise<string | undefined> {
  const request = randomRequest(random);
  const socket = createConnection({ host: "127.0.0.1", port });
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk.toString("latin1");
  });
  // The endpoint may close before it has read everything.
  socket.on("error", () => {});
  const isLate = await new Promise<boolean>((resolve) => {
    const late = setTimeout(() => resolve(true), MAX_REQUEST_MS);
    socket.once("close", () => {
      clearTimeout(late);
      resolve(false);
    });
    // The end of the input, for a request that announces more than it sends.
    socket.end(request);
  });
  socket.destroy();
  if (isLate)
    return `open after ${MAX_REQUEST_MS} ms: ${JSON.stringify(request.toString("latin1").slice(0, 4000))}`;
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 400);
  // 503 is an answer of /readyz and /health.
  if (status >= 500 && status !== 503)
    return `status ${status}: ${JSON.stringify(request.toString("latin1"))}`;
  return leaksIn("the answer", answer, NEVER_TOLD)[0];
}
