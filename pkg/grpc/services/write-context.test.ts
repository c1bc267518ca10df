import { describe, expect, test } from "vitest";
import { writeContext } from "./write-context.ts";

function callWith(value: string | undefined) {
  const trailers: [string, string][] = [];
  const call = {
    peer: "127.0.0.1:5",
    caller: "ada",
    header: (name: string) => (name === "dry-run" ? value : undefined),
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

  test.for(["", "TRUE", "1", "yes", "true ", "true, false", "true, true"])(
    "is refused with dry-run %o: taken for false it would change the pool",
    (value) => {
      expect(() => writeContext(callWith(value).call)).toThrow(/^metadata dry-run: must be true or false/);
    },
  );
});
