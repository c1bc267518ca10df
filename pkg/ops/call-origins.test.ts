import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createCallOrigins } from "./call-origins.ts";

test("the origin goes along with the work of its call, and with no other", async () => {
  const origins = createCallOrigins();
  const seen = await Promise.all(
    ["ada", "grace", "ada"].map((caller) =>
      origins.within(caller, async () => {
        await setImmediate();
        const origin = origins.current();
        await origins.forAll(async () => {
          await setImmediate();
          expect(origins.current()).toBeUndefined();
        });
        expect(origins.current()).toBe(origin);
        return origin;
      }),
    ),
  );
  expect(seen.map((origin) => origin?.caller)).toEqual(["ada", "grace", "ada"]);
  expect(seen[0]).not.toBe(seen[2]);
  expect(origins.current()).toBeUndefined();
});

test("work apart belongs to no caller, and sees nothing that was set for a call", async () => {
  const ofTheCall = new AsyncLocalStorage<string>();
  const origins = createCallOrigins();
  await origins.within("ada", () =>
    ofTheCall.run("call", async () => {
      const seen = await origins.apart(async () => {
        await setImmediate();
        return [origins.current(), ofTheCall.getStore()];
      });
      expect(seen).toEqual([undefined, undefined]);
      expect(ofTheCall.getStore()).toBe("call");
      expect(origins.current()?.caller).toBe("ada");
    }),
  );
});
