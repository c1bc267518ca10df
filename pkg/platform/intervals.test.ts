import { create } from "@bufbuild/protobuf";
import { type Duration, DurationSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { helloBackoffMs, nextHeartbeatMs, nextPollMs, pollBackoffMs } from "./intervals.ts";

function seconds(count: number): Duration {
  return create(DurationSchema, { seconds: BigInt(count) });
}

describe("the platform's intervals", () => {
  test.for([
    [undefined, 0],
    [seconds(0), 0],
    [seconds(-5), 0],
    [seconds(7), 7_000],
    [seconds(301), 300_000],
  ] as const)("the next poll %o is in %i ms", ([asked, ms]) => {
    expect(nextPollMs(asked)).toBe(ms);
  });

  test.for([
    [undefined, 30_000],
    [seconds(0), 30_000],
    [create(DurationSchema, { nanos: 5_000_000 }), 1_000],
    [seconds(-5), 1_000],
    [seconds(301), 300_000],
  ] as const)("the next heartbeat %o is in %i ms", ([asked, ms]) => {
    expect(nextHeartbeatMs(asked)).toBe(ms);
  });

  test("failed polls wait for their number squared, at most a minute", () => {
    expect([1, 2, 3, 7, 8, 100].map(pollBackoffMs)).toEqual([1_000, 4_000, 9_000, 49_000, 60_000, 60_000]);
  });

  test("failed Hellos wait twice as long each time, at most five minutes", () => {
    expect([1, 2, 3, 9, 10, 2_000].map(helloBackoffMs)).toEqual([
      1_000, 2_000, 4_000, 256_000, 300_000, 300_000,
    ]);
  });
});
