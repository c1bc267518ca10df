import { afterEach, describe, expect, test } from "vitest";
import { createHealthServer, type HealthServer } from "../../../../pkg/ops/http/health-server.ts";
import type { Readiness } from "../../../../pkg/ops/http/readiness.ts";
import { memoryContext } from "../../testing.fixture.ts";
import { healthCheckCommand } from "./health-check.ts";

const open: HealthServer[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) await server.close(0);
});

async function serve(readiness: Readiness): Promise<number> {
  const server = createHealthServer({
    bindAddress: "127.0.0.1",
    port: 0,
    live: () => true,
    ready: async () => readiness,
    metrics: async () => "",
    now: Date.now,
    monotonic: () => performance.now(),
  });
  open.push(server);
  return (await server.listen()).port;
}

const checkedAt = new Date(0);

describe("connector health-check", () => {
  test("ends with 0 where the service is ready", async () => {
    const port = await serve({ ready: true, reason: undefined, checkedAt });
    const context = memoryContext();
    expect(await healthCheckCommand({ bindAddress: "127.0.0.1", port }, context)).toBe(0);
    expect(context.stdout.text()).toBe(`http://127.0.0.1:${port}/ready ready\n`);
    expect(context.stderr.text()).toBe("");
  });

  test("ends with 1 where it is not, and says why in one line that no terminal obeys", async () => {
    const port = await serve({ ready: false, reason: "no pool\u001b[2J\nhere", checkedAt });
    const context = memoryContext();
    expect(await healthCheckCommand({ bindAddress: "127.0.0.1", port }, context)).toBe(1);
    expect(context.stdout.text()).toBe("");
    expect(context.stderr.text()).toBe(
      `http://127.0.0.1:${port}/ready not_ready: no pool\\u{1b}[2J\\u{a}here\n`,
    );
  });

  test("asks for the path that it is given", async () => {
    const port = await serve({ ready: false, reason: "no pool", checkedAt });
    const context = memoryContext();
    const asked = { bindAddress: "127.0.0.1", port, endpoint: "live" } as const;
    expect(await healthCheckCommand(asked, context)).toBe(0);
  });

  test("ends with 1 where nobody listens", async () => {
    const port = await serve({ ready: true, reason: undefined, checkedAt });
    for (const server of open) await server.close(0);
    const context = memoryContext();
    expect(await healthCheckCommand({ bindAddress: "127.0.0.1", port }, context)).toBe(1);
    expect(context.stderr.text()).toContain("ECONNREFUSED");
  });
});
