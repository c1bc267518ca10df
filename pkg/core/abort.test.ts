import { describe, expect, test } from "vitest";
import { orAborted } from "./abort.ts";

describe("orAborted", () => {
  test("is the work's own result when that comes first", async () => {
    const { signal } = new AbortController();
    await expect(orAborted(Promise.resolve("done"), signal)).resolves.toBe("done");
    await expect(orAborted(Promise.reject(new Error("failed")), signal)).rejects.toThrow("failed");
  });

  test("rejects with the signal's reason while the work goes on", async () => {
    const abort = new AbortController();
    const result = orAborted(new Promise(() => {}), abort.signal);
    abort.abort(new Error("enough"));
    await expect(result).rejects.toThrow("enough");
  });

  test("rejects at once when the signal has fired before, and swallows what the work fails with", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    const late = Promise.withResolvers<void>();
    await expect(orAborted(late.promise, signal)).rejects.toThrow("enough");
    late.reject(new Error("late"));
  });
});
