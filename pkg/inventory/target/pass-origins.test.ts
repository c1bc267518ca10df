import { expect, test } from "vitest";
import { passOrigins } from "./pass-origins.ts";

const never = new AbortController().signal;
const RUN_BEFORE = new Date("2027-03-01T00:00:00Z");

// The lines of the audit log since then have earlier times, so they would be passed over, and the log would seem whole.
test("origins are not known where the run before has a time that is still to come", async () => {
  const sink = {
    beginOrigins: async () => ({ after: RUN_BEFORE, before: new Date("2026-11-20T00:00:00Z") }),
    addOrigins: async () => {},
  };
  async function* none() {}
  expect(await passOrigins(sink, none, never)).toBe(false);
  const inOrder = { ...sink, beginOrigins: async () => ({ after: RUN_BEFORE, before: RUN_BEFORE }) };
  expect(await passOrigins(inOrder, none, never)).toBe(true);
});
