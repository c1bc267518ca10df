import { once } from "node:events";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { adapterOver, never, refusal } from "../../../test/support/adapter.ts";
import { useAwsHome } from "../../../test/support/aws-home.ts";
import { startAwsStub, wireUser } from "../../../test/support/aws-stub.ts";
import type { CognitoOptions } from "../options.ts";
import { limitingMetadata } from "./metadata-limit.ts";

const { open } = useAwsHome();

/** Answers without an end, until the connection is closed. */
async function endlessServer(): Promise<{ url: string; sent(): number; closed: Promise<unknown> }> {
  let sent = 0;
  let isClosed: () => void;
  const closed = new Promise<void>((resolve) => {
    isClosed = resolve;
  });
  const server = createServer((_request, response) => {
    response.on("close", () => isClosed());
    const chunk = Buffer.alloc(64 * 1024, "x");
    function write(): void {
      while (!response.destroyed) {
        sent += chunk.byteLength;
        if (!response.write(chunk)) break;
      }
    }
    response.on("drain", write);
    write();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return { url: urlOf(server), sent: () => sent, closed };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return `http://127.0.0.1:${address.port}`;
}

async function listing(over: Partial<CognitoOptions> = {}) {
  const directory = adapterOver("http://127.0.0.1:1", {
    credentials: { kind: "default" },
    ...over,
  });
  open.push(directory);
  return await directory.listUsers({ limit: 1 }, never);
}

const SOURCES = [
  ["the container's credentials", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/v1/credentials"],
  ["the instance metadata service", "AWS_EC2_METADATA_SERVICE_ENDPOINT", ""],
] as const;

test.for(SOURCES)("an endless answer of %s is cut, and named", async ([, variable, path]) => {
  const source = await endlessServer();
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", undefined);
  vi.stubEnv(variable, `${source.url}${path}`);
  const error = await refusal(listing());
  expect(error.code).toBe("unauthenticated");
  expect(error.message).toContain("answers with more than 1 MiB");
  await source.closed;
  // What is in the buffers of both ends comes on top.
  expect(source.sent()).toBeLessThan(16 * 2 ** 20);
});

test.for(SOURCES)("an answer of %s that stops in the middle is given up", async ([, variable, path]) => {
  const closed = Promise.withResolvers<void>();
  const source = createServer((_request, response) => {
    response.on("close", () => closed.resolve());
    response.write("{");
  });
  source.listen(0, "127.0.0.1");
  await once(source, "listening");
  open.push(source);
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", undefined);
  vi.stubEnv(variable, `${urlOf(source)}${path}`);
  const error = await refusal(listing({ httpTimeoutMs: 100, retry: { maxAttempts: 1 } }));
  expect(error.code).toBe("unavailable");
  expect(error.message).toContain("does not answer: no answer within 100 ms");
  await closed.promise;
});

test("an answer that its reader takes up later is whole", async () => {
  const source = createServer((_request, response) => response.end("x".repeat(100_000)));
  source.listen(0, "127.0.0.1");
  await once(source, "listening");
  open.push(source);
  const body = await limitingMetadata(async () => {
    const response = await new Promise<IncomingMessage>((resolve) => get(urlOf(source), resolve));
    await nextTurn();
    return await text(response);
  }, 60_000);
  expect(body).toHaveLength(100_000);
});

test("answers to others are not counted", async () => {
  const aws = await startAwsStub(() => ({
    body: { Users: [wireUser(1)], Padding: "x".repeat(2 * 2 ** 20) },
  }));
  open.push(aws);
  const directory = adapterOver(aws.url);
  open.push(directory);
  expect((await directory.listUsers({ limit: 1 }, never)).items).toHaveLength(1);
});
