import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import type { FeedPosition } from "../core/change-feed.ts";
import { decodeEventCursor, encodeEventCursor } from "./event-cursor.ts";

const POOL = "us-east-1_Ab129faBb";
const RUN = "2zKsuidOfTheRun000000000001";

const raw = (json: string): string => `e1:${Buffer.from(json).toString("base64url")}`;

describe("an event cursor", () => {
  test.for<[string, FeedPosition]>([
    ["the beginning", { kind: "start", at: undefined }],
    ["a time", { kind: "start", at: new Date("2026-11-21T18:00:00.123Z") }],
    ["a change", { kind: "after", change: 12, runId: RUN }],
    ["the last number", { kind: "after", change: Number.MAX_SAFE_INTEGER, runId: RUN }],
  ])("comes back as it went: %s", ([, position]) => {
    const cursor = encodeEventCursor(POOL, position);
    expect(decodeEventCursor(cursor, POOL)).toEqual(position);
    expect(cursor).toMatch(/^e1:[A-Za-z0-9_-]+$/);
    expect(Buffer.byteLength(cursor)).toBeLessThanOrEqual(4096);
  });

  test.for([
    ["text", "not a cursor"],
    ["a page token", "p1:WyJ1c2VycyIsIiIsbnVsbCwwLG51bGxd"],
    ["another version", encodeEventCursor(POOL, { kind: "start", at: undefined }).replace("e1:", "e2:")],
    ["a truncated one", encodeEventCursor(POOL, { kind: "after", change: 1, runId: RUN }).slice(0, -4)],
    ["no JSON", raw("{")],
    ["no list", raw(`{"pool":"${POOL}"}`)],
    ["only a pool", raw(`["${POOL}"]`)],
    ["no pool", raw(`[1,1,"${RUN}"]`)],
    ["no number", raw(`["${POOL}","1","${RUN}"]`)],
    ["the number 0", raw(`["${POOL}",0,"${RUN}"]`)],
    ["a fraction", raw(`["${POOL}",1.5,"${RUN}"]`)],
    ["a number too large", raw(`["${POOL}",9007199254740992,"${RUN}"]`)],
    ["no run", raw(`["${POOL}",1,""]`)],
    ["a time out of range", raw(`["${POOL}",8640000000000001]`)],
    ["a time as text", raw(`["${POOL}","2026-11-21"]`)],
    ["one part more", raw(`["${POOL}",1,"${RUN}",1]`)],
  ] as const)("is refused where it is %s", ([, cursor]) => {
    expect(() => decodeEventCursor(cursor, POOL)).toThrow(
      expect.objectContaining({
        code: "invalid-argument",
        message: expect.stringMatching(/^cursor: not issued by this connector/),
      }),
    );
  });

  test("is refused by another pool", () => {
    const cursor = encodeEventCursor(POOL, { kind: "after", change: 12, runId: RUN });
    expect(() => decodeEventCursor(cursor, "us-east-1_Other")).toThrow(
      expect.objectContaining({
        code: "invalid-argument",
        message: expect.stringMatching(/^cursor: issued for another user pool/),
      }),
    );
  });
});
