import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { type ClientHttp2Session, connect, createServer, type Http2Server } from "node:http2";
import { Duplex } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { isRecord } from "../../core/unknown.ts";
import { takeStreams } from "./session-streams.ts";

/** A client of the server, gone with the test. */
async function connectedTo(server: Http2Server): Promise<ClientHttp2Session> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  const client = connect(`http://127.0.0.1:${address.port}`);
  client.on("error", () => {});
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  return client;
}

test("a stream is refused with an answer, and without one where its connection was cut meanwhile", async () => {
  const server = createServer();
  let cuts = false;
  const refusals: unknown[] = [];
  server.on("session", (session) =>
    takeStreams(session, (stream) => {
      if (cuts) session.destroy();
      try {
        stream.refuse();
        refusals.push("refused");
      } catch (error) {
        refusals.push(error);
      }
    }),
  );
  const client = await connectedTo(server);
  const ask = () => client.request({ ":method": "POST" }).on("error", () => {});

  const [headers] = await once(ask(), "response");
  expect(headers).toMatchObject({ "grpc-status": "14" });
  cuts = true;
  await once(ask(), "close");
  expect(refusals).toEqual(["refused", "refused"]);
});

test("a stream whose session has failed in the piece with its headers does not end the process", async () => {
  const server = createServer();
  let given = 0;
  server.on("session", (session) => takeStreams(session, () => void (given += 1)));
  let errors = 0;
  const fail = (message: unknown): void => {
    const stream = isRecord(message) ? message["stream"] : undefined;
    if (!(stream instanceof Duplex)) return;
    // Before the session emits it, which is in a tick of its own.
    process.nextTick(() => {
      stream.destroy(new Error("Protocol error"));
      // In the tick in which `error` is emitted. Without a listener Node.js throws it.
      process.nextTick(() => (errors = stream.listenerCount("error")));
    });
  };
  subscribe("http2.server.stream.created", fail);
  onTestFinished(() => void unsubscribe("http2.server.stream.created", fail));
  const client = await connectedTo(server);
  const asked = client.request({ ":method": "POST" }).on("error", () => {});
  await new Promise((resolve) => asked.once("close", resolve));
  expect([given, errors]).toEqual([0, 1]);
});
