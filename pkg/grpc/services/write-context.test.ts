import { describe, expect, test } from "vitest";
import { writeContext } from "./write-context.ts";

function callWith(value: string | undefined) {
  const answers: [string, string][] = [];
  const call = {
    peer: "127.0.0.1:5",
    caller: "ada",
    metadata: (name: string) => (name === "dry-run" ? value : undefined),
    answer: (name: string, text: string) => void answers.push([name, text]),
  };
  return { call, answers };
}

describe("a write", () => {
  test.for([undefined, "false"])("is real with dry-run %o, on behalf of the caller", (value) => {
    const { call, answers } = callWith(value);
    expect(writeContext(call)).toEqual({ requester: { via: "grpc", name: "ada" }, dryRun: false });
    expect(answers).toEqual([]);
  });

  test("is a dry run with dry-run true, and its answer says so", () => {
    const { call, answers } = callWith("true");
    expect(writeContext(call).dryRun).toBe(true);
    expect(answers).toEqual([["dry-run", "true"]]);
  });

  test.for(["", "TRUE", "1", "yes", "true ", "true, false", "true, true"])(
    "is refused with dry-run %o: taken for false it would change the pool",
    (value) => {
      expect(() => writeContext(callWith(value).call)).toThrow(/^metadata dry-run: must be true or false/);
    },
  );
});
