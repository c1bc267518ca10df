import { describe, expect, test } from "vitest";
import { writeContext } from "./write-context.ts";

function callWith(
  value: string | undefined,
  header = "dry-run",
  more: Readonly<Record<string, string>> = {},
) {
  const trailers: [string, string][] = [];
  const call = {
    via: "grpc" as const,
    peer: "127.0.0.1:5",
    caller: "ada",
    header: (name: string) => (name === header ? value : more[name]),
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

  test("carries the reason and the client metadata of the call", () => {
    const headers = { "x-reason": " CHG-4711 ", "x-client-metadata": "ticket=4711,tenant=blue" };
    expect(writeContext(callWith(undefined, "dry-run", headers).call)).toMatchObject({
      justification: "CHG-4711",
      clientMetadata: new Map([
        ["ticket", "4711"],
        ["tenant", "blue"],
      ]),
    });
  });

  test.for<[string, string, RegExp]>([
    ["x-reason", "", /^metadata x-reason: must not be empty$/],
    ["x-reason", "hunter2".repeat(100), /^metadata x-reason: is longer than 500 characters$/],
    ["x-client-metadata", "hunter2", /^metadata x-client-metadata: must be KEY=VALUE/],
  ])("is refused with a wrong %s, which the message does not repeat", ([name, value, message]) => {
    expect(() => writeContext(callWith(undefined, "dry-run", { [name]: value }).call)).toThrow(message);
  });
});
