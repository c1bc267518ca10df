import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, expect, test } from "vitest";
import { adapterOver, never, refusal } from "../../../test/support/adapter.ts";
import { startAwsStub, wireUser } from "../../../test/support/aws-stub.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

test.for([200, 500])(
  "COGNITO-7: an endless answer with status %i is cut at 32 MiB, named, and not asked for again",
  async (status) => {
    let requests = 0;
    let sent = 0;
    const gone = Promise.withResolvers<void>();
    const endless = createServer((_request, response) => {
      requests += 1;
      response.on("error", () => {}).on("close", () => gone.resolve());
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      const chunk = Buffer.alloc(256 * 1024, 0x20);
      const more = (): void => {
        let flows = true;
        while (flows) {
          flows = response.write(chunk);
          sent += chunk.length;
        }
      };
      response.on("drain", more);
      more();
    }).listen(0, "127.0.0.1");
    await once(endless, "listening");
    const address = endless.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const pool = adapterOver(`http://127.0.0.1:${port}`, { retry: { maxAttempts: 5 } });
    open.push(endless, pool);
    const error = await refusal(pool.listUsers({}, never));
    expect(error.code).toBe("failed-precondition");
    expect(error.message).toContain("127.0.0.1 answers more than 32 MiB");
    await gone.promise;
    expect(requests).toBe(1);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  },
);

test("an answer of 20 MiB is read whole", async () => {
  const Value = "x".repeat(20 * 1024 * 1024);
  const far = await startAwsStub(() => ({
    body: {
      Users: [
        wireUser(1, {
          Attributes: [
            { Name: "sub", Value: "s" },
            { Name: "custom:x", Value },
          ],
        }),
      ],
    },
  }));
  const pool = adapterOver(far.url);
  open.push(far, pool);
  expect((await pool.listUsers({}, never)).items).toHaveLength(1);
});
