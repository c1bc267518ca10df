import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { GrpcCallEvent } from "../../../../pkg/core/events.ts";
import { createLogger } from "../../../../pkg/ops/logger.ts";
import { createCallLines } from "./call-lines.ts";

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
  return { written, lines: createCallLines(log, () => performance.now()) };
}

const refused = (port: number): GrpcCallEvent => ({
  service: "c1.connector.v2.ConnectorService",
  method: "Validate",
  code: "UNAUTHENTICATED",
  durationMs: 1,
  requestBytes: 0,
  answerBytes: 0,
  peer: `10.0.0.1:${port}`,
  caller: `10.0.0.1:${port}`,
  rejectedByAuth: true,
  error: new GovernanceError("unauthenticated", "authorization: the token is unknown"),
});

describe("the log of calls", () => {
  test("has one refused call of a peer whole, and once a minute how many more there were", () => {
    const { written, lines } = stage();
    for (let port = 0; port < 60_000; port += 1) lines.call(refused(port));
    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject({ msg: "gRPC call failed", peer: "10.0.0.1:0" });
    vi.advanceTimersByTime(60_000);
    expect(written.slice(1)).toEqual([
      expect.objectContaining({
        level: "warn",
        peer: "10.0.0.1",
        grpcCode: "UNAUTHENTICATED",
        calls: 59_999,
      }),
    ]);
  });

  test("counts what met a bound the same way, health checks too", () => {
    const { written, lines } = stage();
    const met = {
      ...refused(1),
      service: "grpc.health.v1.Health",
      rejectedByAuth: false,
      met: "peer-calls" as const,
    };
    for (let at = 0; at < 1000; at += 1) lines.call({ ...met, code: "RESOURCE_EXHAUSTED" });
    lines.flush();
    expect(written).toHaveLength(2);
    expect(written[1]).toMatchObject({ grpcCode: "RESOURCE_EXHAUSTED", calls: 999 });
  });

  test("has sixty failed calls of a caller whole", () => {
    const { written, lines } = stage();
    const failed = { ...refused(1), caller: "token:ada", rejectedByAuth: false, code: "NOT_FOUND" };
    for (let at = 0; at < 1000; at += 1) lines.call(failed);
    lines.flush();
    expect(written).toHaveLength(61);
    expect(written[60]).toMatchObject({ caller: "token:ada", grpcCode: "NOT_FOUND", calls: 940 });
  });

  test("counts handshakes that fail, which only the level debug shows", () => {
    const { written, lines } = stage("debug");
    for (let port = 0; port < 1000; port += 1) {
      lines.connectionRefused({ peer: `10.0.0.1:${port}`, why: "handshake", code: "ECONNRESET" });
    }
    lines.flush();
    expect(written).toHaveLength(2);
    expect(written[1]).toMatchObject({ level: "debug", peer: "10.0.0.1", outcome: "ECONNRESET", calls: 999 });
  });
});
