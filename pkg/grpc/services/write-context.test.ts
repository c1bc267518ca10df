import { describe, expect, test } from "vitest";
import { writeContext } from "./write-context.ts";

function callWith(value: string | undefined, header = "dry-run") {
  const trailers: [string, string][] = [];
  const call = {
    peer: "127.0.0.1:5",
    caller: "ada",
    header: (name: string) => (name === header ? value : undefined),
    setTrailer: (name: string, text: string) => void trailers.push([name, text]),
  };
  return { call, trailers };
}

describe("a write", () => {
  test.for([undefined, "false"])("is real with dry-run %o, on behalf of the caller", (value) => {
    const { call, trailers } = callWith(value);
    expect(writeContext(call)).toEqual({ requester: { via: "grpc", name: "ada" }, dryRun: false });
    expect(trailers).toEqual([]);
  });

  test("is a dry run with dry-run true, and its answer says so", () => {
    const { call, trailers } = callWith("true");
    expect(writeContext(call).dryRun).toBe(true);
    expect(trailers).toEqual([["dry-run", "true"]]);
  });

  test.for([
    [undefined, undefined],
    ["true", true],
    ["false", false],
  ] as const)("with end-sessions %o ends the sessions: %o", ([value, expected]) => {
    expect(writeContext(callWith(value, "end-sessions").call)).toMatchObject({ dryRun: false });
    expect(writeContext(callWith(value, "end-sessions").call).endSessions).toBe(expected);
  });

  test("is refused with another value of end-sessions", () => {
    const { call } = callWith("yes", "end-sessions");
    expect(() => writeContext(call)).toThrow(/^metadata end-sessions: must be true or false, once$/);
  });

  test.for(["", "TRUE", "1", "yes", "true ", "true, false", "true, true"])(
    "is refused with dry-run %o: taken for false it would change the pool",
    (value) => {
      expect(() => writeContext(callWith(value).call)).toThrow(/^metadata dry-run: must be true or false/);
    },
  );
});
