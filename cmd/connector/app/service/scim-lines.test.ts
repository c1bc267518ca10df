import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { ScimCallEvent } from "../../../../pkg/core/events.ts";
import { createLogger } from "../../../../pkg/ops/logger.ts";
import { createScimLines } from "./scim-lines.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function stage(level: "debug" | "info" = "info") {
  const written: unknown[] = [];
  const log = createLogger({
    level,
    format: "json",
    write: (line: string) => void written.push(JSON.parse(line)),
    now: () => 0,
  });
  return { written, lines: createScimLines(log, () => performance.now()) };
}

const failed: ScimCallEvent = {
  method: "PATCH",
  endpoint: "/Users/{id}",
  status: 400,
  durationMs: 1,
  requestBytes: 0,
  answerBytes: 0,
  peer: "10.0.0.1:4000",
  caller: "token:okta",
  error: new GovernanceError("invalid-argument", "active: must be true or false"),
};

describe("the log of SCIM requests", () => {
  test("has sixty failed requests of a caller in a minute, and then how many more there were", () => {
    const { written, lines } = stage();
    for (let at = 0; at < 1000; at += 1) lines.request(failed);
    expect(written).toHaveLength(60);
    vi.advanceTimersByTime(60_000);
    expect(written.slice(60)).toEqual([
      expect.objectContaining({ level: "warn", caller: "token:okta", status: 400, calls: 940 }),
    ]);
  });

  test.for([
    ["refused credentials", { status: 401, rejectedByAuth: true }],
    ["too many requests", { status: 429 }],
  ] as const)("has %s of a peer once, whatever its ports, and then how many more there were", ([, over]) => {
    const { written, lines } = stage();
    for (let port = 0; port < 60_000; port += 1) {
      const peer = `10.0.0.1:${port}`;
      lines.request({ ...failed, ...over, peer, caller: peer });
    }
    expect(written).toEqual([expect.objectContaining({ msg: "SCIM request failed", peer: "10.0.0.1:0" })]);
    lines.flush();
    expect(written[1]).toMatchObject({ peer: "10.0.0.1", status: over.status, calls: 59_999 });
  });

  test("counts the failures of a caller without a name by its address", () => {
    const { written, lines } = stage();
    for (let port = 0; port < 100; port += 1) {
      const peer = `10.0.0.1:${port}`;
      lines.request({ ...failed, peer, caller: peer });
    }
    lines.flush();
    expect(written).toHaveLength(61);
    expect(written[60]).toMatchObject({ caller: "10.0.0.1", calls: 40 });
  });

  test("has what succeeded, what is not there and what has changed at the level debug alone", () => {
    for (const [level, count] of [
      ["info", 0],
      ["debug", 3],
    ] as const) {
      const { written, lines } = stage(level);
      lines.request({ ...failed, status: 200, error: undefined });
      lines.request({ ...failed, status: 404 });
      lines.request({ ...failed, status: 412 });
      expect(written).toHaveLength(count);
    }
  });

  test("counts refused connections, which only the level debug shows", () => {
    const { written, lines } = stage("debug");
    for (let port = 0; port < 1000; port += 1)
      lines.connectionRefused({ peer: `10.0.0.1:${port}`, why: "handshake", code: "ECONNRESET" });
    lines.flush();
    expect(written).toHaveLength(2);
    expect(written[1]).toMatchObject({ level: "debug", peer: "10.0.0.1", outcome: "ECONNRESET", calls: 999 });
  });
});
