import { once } from "node:events";
import { connect, createServer } from "node:http2";
import { expect, onTestFinished, test } from "vitest";
import { takeStreams } from "./session-streams.ts";

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
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  const client = connect(`http://127.0.0.1:${address.port}`);
  client.on("error", () => {});
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  const ask = () => client.request({ ":method": "POST" }).on("error", () => {});

  const [headers] = await once(ask(), "response");
  expect(headers).toMatchObject({ "grpc-status": "14" });
  cuts = true;
  await once(ask(), "close");
  expect(refusals).toEqual(["refused", "refused"]);
});
