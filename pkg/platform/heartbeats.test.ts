import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fakePlatform, fakeSleep } from "../../test/support/fake-platform-client.ts";
import { GovernanceError } from "../core/errors.ts";
import { startHeartbeats } from "./heartbeats.ts";

const DOWN = new GovernanceError("unavailable", "the platform is away");

describe("heartbeats", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  async function started(platform = fakePlatform()) {
    const failures: number[] = [];
    const stop = new AbortController();
    const heartbeats = await startHeartbeats(
      {
        client: platform.client,
        taskId: "a",
        sleep: fakeSleep,
        onFailure: (_error, count) => failures.push(count),
      },
      stop.signal,
    );
    return { platform, failures, stop, heartbeats };
  }

  test("go out when the platform wants the next, and end with the task (F-90)", async () => {
    const platform = fakePlatform();
    platform.heartbeats.push({ nextHeartbeat: durationFromMs(5_000) });
    const { heartbeats } = await started(platform);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(platform.calls).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(29_999);
    expect(platform.calls).toHaveLength(2);
    heartbeats.stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(platform.calls).toHaveLength(2);
    expect(heartbeats.signal.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.for([{ cancelled: true }, DOWN])(
    "do not begin when the first one is answered with %o",
    async (first) => {
      const platform = fakePlatform();
      platform.heartbeats.push(first);
      await expect(started(platform)).rejects.toBeInstanceOf(GovernanceError);
    },
  );

  test("cancel the task when the platform says so", async () => {
    const platform = fakePlatform();
    platform.heartbeats.push({}, { cancelled: true });
    const { heartbeats } = await started(platform);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(heartbeats.signal.reason).toMatchObject({ code: "canceled" });
  });

  test("give the task up at the ninth failure in a row, and not before", async () => {
    const platform = fakePlatform();
    platform.heartbeats.push({}, ...Array.from({ length: 8 }, () => DOWN), {});
    platform.heartbeats.push(...Array.from({ length: 9 }, () => DOWN));
    const { heartbeats, failures } = await started(platform);
    await vi.advanceTimersByTimeAsync(17 * 30_000);
    expect(heartbeats.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(failures).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(heartbeats.signal.reason).toMatchObject({
      code: "canceled",
      message: expect.stringContaining("9 heartbeats"),
    });
  });
});
