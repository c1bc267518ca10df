import { describe, expect, test } from "vitest";
import { fakePlatform, taskId } from "../../test/support/fake-platform-client.ts";
import { GovernanceError } from "../core/errors.ts";
import { watchReach } from "./reach.ts";

const DOWN = new GovernanceError("unavailable", "the platform is away");
const A = taskId("a");
const never = new AbortController().signal;

function watchedPlatform() {
  const platform = fakePlatform();
  let nowMs = 0;
  const reach = watchReach(platform.client, () => nowMs);
  return { platform, ...reach, pass: (ms: number) => (nowMs += ms) };
}

describe("the platform", () => {
  test("is reached while nothing is asked", () => {
    const { unreached, pass } = watchedPlatform();
    pass(600_000);
    expect(unreached()).toBeUndefined();
  });

  test("is not reached from the first call that fails, until one is answered", async () => {
    const { platform, client, unreached, pass } = watchedPlatform();
    platform.tasks.push(DOWN, DOWN);
    await expect(client.getTask(never)).rejects.toBe(DOWN);
    pass(60_000);
    await expect(client.getTask(never)).rejects.toBe(DOWN);
    pass(240_000);
    expect(unreached()).toEqual({ forMs: 300_000, why: "the platform is away" });
    await client.heartbeat(A, never);
    expect(unreached()).toBeUndefined();
  });

  test("is not reached while a call has no answer, unless another one is answered meanwhile", async () => {
    const { platform, client, unreached, pass } = watchedPlatform();
    const hold = Promise.withResolvers<void>();
    platform.client.hello = () => hold.promise;
    const hello = client.hello({ hostId: "h" }, never);
    pass(300_000);
    expect(unreached()).toEqual({ forMs: 300_000, why: undefined });
    await client.heartbeat(A, never);
    pass(1_000);
    expect(unreached()).toEqual({ forMs: 1_000, why: undefined });
    hold.resolve();
    await hello;
    expect(unreached()).toBeUndefined();
  });

  test("is not blamed for a call that is cancelled", async () => {
    const { platform, client, unreached, pass } = watchedPlatform();
    platform.tasks.push(new Error("cancelled"));
    const leaving = new AbortController();
    const poll = client.getTask(leaving.signal);
    leaving.abort();
    await expect(poll).rejects.toThrow("cancelled");
    pass(300_000);
    expect(unreached()).toBeUndefined();
  });
});
