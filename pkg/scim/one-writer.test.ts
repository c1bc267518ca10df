import { expect, test } from "vitest";
import { never } from "../../test/support/adapter.ts";
import { createOneWriter } from "./one-writer.ts";

test("writers of one key run one after the other, in their order, and others beside them", async () => {
  const writer = createOneWriter();
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = writer.write(
    ["user:a"],
    async () => {
      log.push("first begins");
      await gate.promise;
      log.push("first ends");
    },
    never,
  );
  const second = writer.write(["user:a"], async () => void log.push("second"), never);
  await writer.write(["user:b"], async () => void log.push("other"), never);
  gate.resolve();
  await Promise.all([first, second]);
  expect(log).toEqual(["first begins", "other", "first ends", "second"]);
});

test("two writers of the same two keys in another order do not wait for each other for ever", async () => {
  const writer = createOneWriter();
  const one = writer.write(["a", "b"], async () => "one", never);
  const two = writer.write(["b", "a", "b"], async () => "two", never);
  expect(await Promise.all([one, two])).toEqual(["one", "two"]);
});

test("a writer that fails, and one that gives up, let the next one in", async () => {
  const writer = createOneWriter();
  const gate = Promise.withResolvers<void>();
  const failing = writer.write(
    ["a"],
    async () => {
      await gate.promise;
      throw new Error("refused");
    },
    never,
  );
  const stop = new AbortController();
  const impatient = writer.write(["a"], async () => "never", stop.signal);
  const last = writer.write(["a"], async () => "last", never);
  stop.abort(new Error("gone"));
  await expect(impatient).rejects.toThrow("gone");
  gate.resolve();
  await expect(failing).rejects.toThrow("refused");
  expect(await last).toBe("last");
});
