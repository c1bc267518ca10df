// A client opens more connections than the service accepts, and an authenticated caller is still answered.
import { Buffer } from "node:buffer";
import { afterEach, describe, expect, test } from "vitest";
import { allClosed, codesDuring, crowd, openFilesLimit } from "./support/hostile.ts";
import { PREFACE } from "./support/http2-frames.ts";
import { useSecureServer } from "./support/secure-server.ts";

const stage = useSecureServer(afterEach);
const OK = new Set(["OK"]);

describe("connections", () => {
  // Each has two ends in this process, though most of the others have been cut by then.
  const many = openFilesLimit() > 13_000 ? 10_000 : 2000;

  test(`that are idle, ${many} of them, make room for others`, async () => {
    const { port, connect, refused, told } = await stage.start({ limits: { maxConnections: 1000 } });
    // Some never send a byte, some begin as HTTP/2 does.
    const attack = crowd(port, many, (at) => (at % 2 === 0 ? PREFACE : Buffer.alloc(0)));
    expect(await codesDuring(connect, attack)).toEqual(OK);
    const sockets = await attack;
    // The last ones are connected before the server has seen them.
    await told("refused", many - 1000);
    expect(new Set(refused.map(({ why }) => why))).toEqual(new Set(["evicted"]));
    // Those that had to go got an answer; the order within one batch may differ.
    await allClosed(sockets.slice(0, many - 1200));
    expect(await codesDuring(connect, Promise.resolve())).toEqual(OK);
    for (const socket of sockets) socket.destroy();
  });
});
