import { describe, expect, test } from "vitest";
import { systemSleep } from "./attempt.ts";

describe("systemSleep", () => {
  test("resolves when the time is over", async () => {
    await expect(systemSleep(1, new AbortController().signal)).resolves.toBeUndefined();
  });

  test.for([
    ["before it begins", true],
    ["while it lasts", false],
  ] as const)("rejects with the signal's own reason when it fires %s", async ([, before]) => {
    const abort = new AbortController();
    const reason = new Error("enough");
    if (before) abort.abort(reason);
    const slept = systemSleep(60_000, abort.signal);
    abort.abort(reason);
    await expect(slept).rejects.toBe(reason);
  });
});
