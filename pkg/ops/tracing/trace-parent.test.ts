import { describe, expect, test } from "vitest";
import { traceParent } from "./trace-parent.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

describe("traceparent", () => {
  test("names the caller's span, sampled or not", () => {
    const common = { traceId: TRACE, spanId: SPAN, isRemote: true };
    expect(traceParent(`00-${TRACE}-${SPAN}-01`, undefined)).toEqual({ ...common, traceFlags: 1 });
    expect(traceParent(`00-${TRACE}-${SPAN}-00`, undefined)).toEqual({ ...common, traceFlags: 0 });
  });

  test("of a later version may say more, of which nothing is read", () => {
    expect(traceParent(`42-${TRACE}-${SPAN}-03-more`, undefined)).toMatchObject({
      traceId: TRACE,
      traceFlags: 1,
    });
  });

  test("brings its tracestate along", () => {
    const parent = traceParent(`00-${TRACE}-${SPAN}-01`, "vendor=1,other=2");
    expect(parent?.traceState?.serialize()).toBe("vendor=1,other=2");
  });

  test.for([
    undefined,
    "",
    "nonsense",
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
  ])("%o is not valid", (header) => {
    expect(traceParent(header, "vendor=1")).toBeUndefined();
  });
});
