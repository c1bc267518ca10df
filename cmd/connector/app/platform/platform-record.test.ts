import { expect, test } from "vitest";
import type { PlatformEvents } from "../../../../pkg/platform/events.ts";
import { createPlatformRecord } from "./platform-record.ts";

const NO_EVENTS: PlatformEvents = {
  onHello: () => {},
  onPoolUnread: () => {},
  onHelloFailed: () => {},
  onPoll: () => {},
  onPollFailed: () => {},
  onTaskBegun: () => {},
  onTaskRepeated: () => {},
  onTask: () => {},
  onFinishFailed: () => {},
  onHeartbeatFailed: () => {},
  onUploadFailed: () => {},
  onUploaded: () => {},
};

test("the service is not ready once the platform has not been reached for five minutes, and says why", () => {
  let forMs = 0;
  const record = createPlatformRecord(undefined, () => 0);
  expect([record.status(), record.trouble()]).toEqual([undefined, undefined]);
  record.watch(NO_EVENTS, () => ({ forMs, why: forMs < 400_000 ? "no route" : undefined }));
  forMs = 299_999;
  expect(record.trouble()).toBeUndefined();
  forMs = 300_000;
  expect(record.trouble()).toBe("the platform has not been reached for 5 minutes: no route");
  forMs = 400_000;
  expect(record.trouble()).toBe("the platform has not been reached for 6 minutes: it does not answer");
});

test("the ages count from the last answer, and are unknown before the first", () => {
  let nowMs = 0;
  const record = createPlatformRecord(undefined, () => nowMs);
  const events = record.watch(NO_EVENTS, () => undefined);
  expect(record.status()).toEqual({
    running: 0,
    helloAgeMs: undefined,
    pollAgeMs: undefined,
    unreachedMs: 0,
  });
  events.onHello();
  nowMs = 1_000;
  events.onPoll();
  events.onTaskBegun("a", "grant");
  nowMs = 3_000;
  expect(record.status()).toEqual({ running: 1, helloAgeMs: 3_000, pollAgeMs: 2_000, unreachedMs: 0 });
});
