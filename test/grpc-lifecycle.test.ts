// Opening and closing the server: addresses, left-over sockets, drain and abort.

import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConnectorService } from "../pkg/gen/c1/connector/v2/connector_pb.ts";
import type { GrpcServer } from "../pkg/grpc/server.ts";
import { callUnary, fakeConnector, useGrpcServer } from "./support/grpc-client.ts";
import { FREE_PORT, listenAddress, testGrpcServer } from "./support/grpc-server.ts";

const start = useGrpcServer(afterEach);
const { validate, getMetadata } = ConnectorService.method;

const servers: GrpcServer[] = [];
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "grpc-"));
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close(0);
  await rm(folder, { recursive: true, force: true });
});

function newServer(): GrpcServer {
  const server = testGrpcServer({ connector: fakeConnector() });
  servers.push(server);
  return server;
}

/** A promise and its resolver, on which a handler waits. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("listening", () => {
  test.for(["127.0.0.1:0", "localhost:0"])("on %s answers at the port it names", async (address) => {
    const bound = await newServer().listen(listenAddress(address));
    expect(bound).toMatchObject({ host: address.split(":")[0], port: expect.any(Number) });
    expect(bound.port).toBeGreaterThan(0);
    expect(bound.target).toBe(`${bound.host}:${bound.port}`);
    expect(await callUnary(bound.target, validate)).toMatchObject({ code: "OK" });
  });

  test("on a Unix socket answers there and removes its file at the end", async () => {
    const path = join(folder, "c.sock");
    const server = newServer();
    expect(await server.listen(listenAddress(`unix:${path}`))).toEqual({
      host: path,
      port: 0,
      target: `unix:${path}`,
    });
    expect(await callUnary(`unix:${path}`, validate)).toMatchObject({ code: "OK" });
    await server.close(0);
    await expect(stat(path)).rejects.toThrow("ENOENT");
  });

  test("on a socket in use says so, and does not touch it", async () => {
    const path = join(folder, "c.sock");
    await newServer().listen(listenAddress(`unix:${path}`));
    await expect(newServer().listen(listenAddress(`unix:${path}`))).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringMatching(
        /^listen: unix:.*c\.sock is in use by another program; stop it or choose another path$/,
      ),
    });
    expect(await callUnary(`unix:${path}`, validate)).toMatchObject({ code: "OK" });
  });

  test("on a file that is not a socket does not touch the file", async () => {
    const path = join(folder, "notes.txt");
    await writeFile(path, "mine");
    await expect(newServer().listen(listenAddress(`unix:${path}`))).rejects.toMatchObject({
      code: "failed-precondition",
    });
    expect(await readFile(path, "utf8")).toBe("mine");
  });

  test("on a port in use says so in one line, and prints nothing on standard error", async () => {
    const stderr = vi.spyOn(process.stderr, "write");
    const library = vi.spyOn(console, "error");
    const { target } = await newServer().listen(FREE_PORT);
    await expect(newServer().listen(listenAddress(target))).rejects.toMatchObject({
      code: "failed-precondition",
      message: `listen: ${target} is in use by another program; stop it or choose another port`,
    });
    expect(stderr).not.toHaveBeenCalled();
    expect(library).not.toHaveBeenCalled();
  });

  test("in a missing folder says so", async () => {
    await expect(newServer().listen(listenAddress(`unix:${folder}/none/c.sock`))).rejects.toMatchObject({
      code: "permission-denied",
      message: expect.stringMatching(/^listen: .*\/none\/c\.sock; its folder must exist and be writable$/),
    });
  });

  test("on an address that other machines reach is refused", async () => {
    await expect(newServer().listen(listenAddress("0.0.0.0:0"))).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringMatching(/^listen: 0\.0\.0\.0:0 .* no TLS/),
    });
  });
});

describe("closing", () => {
  test("an idle server with a connected client ends at once", async () => {
    const { server, client, target } = await start();
    await client.unary(validate);
    await server.close(60_000);
    expect(await callUnary(target, validate)).toMatchObject({ code: "UNAVAILABLE" });
    await expect(server.listen(FREE_PORT)).rejects.toMatchObject({ code: "failed-precondition" });
  });

  test("finishes the running calls and accepts no new ones", async () => {
    const began = gate();
    const finish = gate();
    const { server, client, target } = await start({
      validate: async () => {
        began.open();
        await finish.opened;
      },
    });
    const running = client.unary(validate);
    await began.opened;
    let done = false;
    const closing = server.close(60_000).finally(() => {
      done = true;
    });
    expect(await callUnary(target, getMetadata)).toMatchObject({ code: "UNAVAILABLE" });
    expect(await client.unary(getMetadata)).toMatchObject({ code: "UNAVAILABLE" });
    expect(done).toBe(false);
    finish.open();
    expect(await running).toMatchObject({ code: "OK" });
    await closing;
  });

  test("aborts calls that do not finish in time, with a code that the caller may retry", async () => {
    const began = gate();
    const { server, client, events } = await start({
      validate: (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
          began.open();
        }),
    });
    const running = client.unary(validate);
    await began.opened;
    await server.close(20);
    expect(await running).toMatchObject({
      code: "UNAVAILABLE",
      message: "the connector is shutting down; try again",
    });
    expect(events[0]).toMatchObject({ code: "UNAVAILABLE", error: { code: "unavailable" } });
  });

  test("closes the connection of a call that ignores the abort", async () => {
    const began = gate();
    const { server, client } = await start({
      validate: () => {
        began.open();
        return new Promise(() => {});
      },
    });
    const running = client.unary(validate);
    await began.opened;
    await server.close(20);
    expect((await running).code).toMatch(/^(?:CANCELLED|UNAVAILABLE)$/);
  });

  test("does not wait for ever for a peer that neither reads nor closes", async () => {
    const { server, target } = await start();
    const silent = createConnection(portOf(target), "127.0.0.1");
    await once(silent, "connect");
    await server.close(20);
    const gone = once(silent, "close");
    silent.resume();
    await gone;
    expect(silent.destroyed).toBe(true);
  });

  test("twice is the same as once, and does nothing before listening", async () => {
    const { server } = await start();
    expect(server.close(0)).toBe(server.close(60_000));
    await server.close(0);
    expect(await newServer().close(0)).toBeUndefined();
  });

  test("frees the port", async () => {
    const server = newServer();
    const { port, target } = await server.listen(FREE_PORT);
    await callUnary(target, validate);
    await server.close(0);
    expect(await newServer().listen(listenAddress(target))).toMatchObject({ port });
  });
});

function portOf(target: string): number {
  return Number(target.split(":")[1]);
}
