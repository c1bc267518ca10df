import fc from "fast-check";
import { expect, test } from "vitest";
import type { Priority } from "../core/throttle.ts";
import { CallQueue, createQueuedCall, goesBefore, type QueuedCall } from "./call-queue.ts";

const PRIORITIES: readonly Priority[] = ["sync", "write", "read"];

test("LIMITER-3, LIMITER-4: is a queue sorted by priority and arrival, wherever a call leaves it", () => {
  const steps = fc.array(
    fc.record({ priority: fc.constantFrom(...PRIORITIES), leave: fc.option(fc.nat(20)) }),
  );
  fc.assert(
    fc.property(steps, (plan) => {
      const queue = new CallQueue();
      const model: QueuedCall[] = [];
      plan.forEach(({ priority, leave }, ticket) => {
        const call = createQueuedCall(
          priority,
          ticket,
          () => undefined,
          () => undefined,
        );
        queue.push(call);
        model.push(call);
        model.sort((a, b) => (goesBefore(a, b) ? -1 : 1));
        const leaver = leave === null ? undefined : model[leave];
        if (leaver !== undefined) {
          queue.remove(leaver);
          model.splice(model.indexOf(leaver), 1);
        }
        expect(queue.length).toBe(model.length);
      });
      for (const call of model) {
        expect(queue.first()).toBe(call);
        queue.remove(call);
      }
      expect(queue.first()).toBeUndefined();
    }),
  );
});
