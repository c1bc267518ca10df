import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GovernanceError } from "../../core/errors.ts";
import { createReadinessProbe, type ReadinessOptions, type ReadinessProbe } from "./readiness.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 21, 12) });
});

afterEach(() => {
  vi.useRealTimers();
});

function probe(
  validate: ReadinessOptions["validate"],
  different: Partial<ReadinessOptions> = {},
): ReadinessProbe {
  return createReadinessProbe({ validate, now: Date.now, monotonic: () => performance.now(), ...different });
}

const denied = (): GovernanceError =>
  new GovernanceError("permission-denied", "cognito-idp:DescribeUserPool is not allowed");

describe("what is found", () => {
  test("is reused for 30 s when all is well", async () => {
    const validate = vi.fn<ReadinessOptions["validate"]>(async () => {});
    const readiness = probe(validate);
    expect(await readiness.ready()).toMatchObject({ ready: true, reason: undefined, checkedAt: new Date() });
    const first = new Date();
    await vi.advanceTimersByTimeAsync(29_999);
    expect(await readiness.ready()).toMatchObject({ ready: true, checkedAt: first });
    expect(validate).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await readiness.ready()).toMatchObject({ checkedAt: new Date() });
    expect(validate).toHaveBeenCalledTimes(2);
  });

  test("is reused for 5 s when it is a failure, whose message is shown", async () => {
    const validate = vi.fn<ReadinessOptions["validate"]>(async () => {
      throw denied();
    });
    const readiness = probe(validate);
    expect(await readiness.ready()).toMatchObject({
      ready: false,
      reason: "cognito-idp:DescribeUserPool is not allowed",
    });
    await vi.advanceTimersByTimeAsync(4_999);
    await readiness.ready();
    expect(validate).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    validate.mockResolvedValueOnce();
    expect(await readiness.ready()).toMatchObject({ ready: true });
    expect(validate).toHaveBeenCalledTimes(2);
  });

  test("is not ready while there is another trouble, which is asked for each time", async () => {
    let trouble: string | undefined = "the platform has not been reached for 5 minutes: no route";
    const readiness = probe(async () => {}, { trouble: () => trouble });
    expect(readiness.last()).toBeUndefined();
    expect(await readiness.ready()).toMatchObject({ ready: false, reason: trouble });
    expect(readiness.last()).toBe(false);
    trouble = undefined;
    expect(await readiness.ready()).toMatchObject({ ready: true, reason: undefined });
    expect(readiness.last()).toBe(true);
  });

  test("shows nothing of an error that is not ours", async () => {
    const readiness = probe(() => {
      throw new Error("ada@example.com has no pool");
    });
    expect((await readiness.ready()).reason).toBe("internal error: see the log of the connector");
  });

  test("comes with the last complete sync", async () => {
    const lastSync = { endedAt: new Date(), durationMs: 5, users: 1, groups: 2, memberships: 3 };
    expect(await probe(async () => {}, { lastSync: () => lastSync }).ready()).toMatchObject({ lastSync });
  });

  test("stays good while scheduled syncs fail, and comes with their failure", async () => {
    const syncFailure = { since: new Date(), failures: 2, code: "throttled" } as const;
    const readiness = probe(async () => {}, { syncFailure: () => syncFailure });
    expect(await readiness.ready()).toMatchObject({ ready: true, reason: undefined, syncFailure });
  });

  test("can be read without a new check", async () => {
    const validate = vi.fn<ReadinessOptions["validate"]>(async () => {});
    const readiness = probe(validate);
    expect(readiness.last()).toBeUndefined();
    await readiness.ready();
    expect(readiness.last()).toBe(true);
    validate.mockRejectedValueOnce(denied());
    await vi.advanceTimersByTimeAsync(30_000);
    await readiness.ready();
    expect(readiness.last()).toBe(false);
    readiness.drain();
    expect(readiness.last()).toBe(false);
    expect(validate).toHaveBeenCalledTimes(2);
  });
});

describe("one look at a time", () => {
  test("answers all who ask meanwhile", async () => {
    let open = (): void => {};
    const validate = vi.fn<ReadinessOptions["validate"]>(
      () =>
        new Promise<void>((resolve) => {
          open = resolve;
        }),
    );
    const readiness = probe(validate);
    const asked = Array.from({ length: 100 }, () => readiness.ready());
    await vi.advanceTimersByTimeAsync(0);
    open();
    expect((await Promise.all(asked)).every((found) => found.ready)).toBe(true);
    expect(validate).toHaveBeenCalledTimes(1);
  });

  test("that does not end in time is a failure, and is aborted", async () => {
    let told: unknown;
    const readiness = probe(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            told = signal.reason;
            reject(signal.reason);
          });
        }),
      { timeoutMs: 2_000 },
    );
    const asked = readiness.ready();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await asked).toMatchObject({ ready: false, reason: expect.stringContaining("2000 ms") });
    expect(told).toBeInstanceOf(GovernanceError);
  });

  test("that never ends is not joined by another", async () => {
    const validate = vi.fn<ReadinessOptions["validate"]>(() => new Promise<void>(() => {}));
    const readiness = probe(validate, { timeoutMs: 1_000 });
    const first = readiness.ready();
    await vi.advanceTimersByTimeAsync(1_000);
    await first;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await readiness.ready()).toMatchObject({ ready: false });
    expect(validate).toHaveBeenCalledTimes(1);
  });
});

describe("a drain", () => {
  test("is not ready at once, whatever was found", async () => {
    const readiness = probe(async () => {});
    await readiness.ready();
    readiness.drain();
    expect(await readiness.ready()).toMatchObject({ ready: false, reason: "the connector is shutting down" });
  });

  test("gives up a look under way", async () => {
    const readiness = probe(() => new Promise<void>(() => {}));
    const asked = readiness.ready();
    await vi.advanceTimersByTimeAsync(0);
    readiness.drain();
    expect(await asked).toMatchObject({ ready: false, reason: "the connector is shutting down" });
  });
});
