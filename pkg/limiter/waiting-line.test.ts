import fc from "fast-check";
import { expect, test } from "vitest";
import type { Priority } from "../core/throttle.ts";
import { createWaiter, goesBefore, type Waiter, WaitingLine } from "./waiting-line.ts";

const PRIORITIES: readonly Priority[] = ["sync", "write", "read"];

test("LIMITER-3, LIMITER-4: is a queue sorted by priority and arrival, wherever somebody leaves it", () => {
  const steps = fc.array(
    fc.record({ priority: fc.constantFrom(...PRIORITIES), leave: fc.option(fc.nat(20)) }),
  );
  fc.assert(
    fc.property(steps, (plan) => {
      const line = new WaitingLine();
      const model: Waiter[] = [];
      plan.forEach(({ priority, leave }, ticket) => {
        const waiter = createWaiter(
          priority,
          ticket,
          () => undefined,
          () => undefined,
        );
        line.push(waiter);
        model.push(waiter);
        model.sort((a, b) => (goesBefore(a, b) ? -1 : 1));
        const leaver = leave === null ? undefined : model[leave];
        if (leaver !== undefined) {
          line.remove(leaver);
          model.splice(model.indexOf(leaver), 1);
        }
        expect(line.length).toBe(model.length);
      });
      for (const waiter of model) {
        expect(line.first()).toBe(waiter);
        line.remove(waiter);
      }
      expect(line.first()).toBeUndefined();
    }),
  );
});
