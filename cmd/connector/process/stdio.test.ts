import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { ReaderGone } from "./context.ts";
import { createOutput } from "./stdio.ts";

function failing(errno: string): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(errno), { code: errno })),
  });
}

test.for([["EPIPE"], ["ECONNRESET"]])("a reader that went away (%s) is no failure", async ([errno = ""]) => {
  const reasons: Error[] = [];
  const out = createOutput(failing(errno), (reason) => reasons.push(reason));
  await expect(out.write("x")).rejects.toBeInstanceOf(ReaderGone);
  await expect(out.write("y")).rejects.toBeInstanceOf(ReaderGone);
  expect(reasons).toHaveLength(1);
});

test.for([
  ["ENOSPC", "resource-exhausted", "the disk is full"],
  ["EDQUOT", "resource-exhausted", "the disk quota is used up"],
  ["EFBIG", "resource-exhausted", "the file is larger"],
  ["EIO", "failed-precondition", "the system reported EIO"],
  ["EBADF", "failed-precondition", "the system reported EBADF"],
] as const)(
  "an output that cannot be written (%s) is a failure with its cause",
  async ([errno, code, why]) => {
    const reasons: Error[] = [];
    const out = createOutput(failing(errno), (reason) => reasons.push(reason));
    const failure: unknown = await out.write("x").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(GovernanceError);
    expect(failure).toMatchObject({
      code,
      message: expect.stringContaining(`cannot write the output: ${why}`),
    });
    await expect(out.write("y")).rejects.toBe(failure);
    out.writeNow("z");
    expect(reasons).toEqual([failure]);
  },
);

test("writes to stderr never reject: what cannot be reported keeps its own exit code", async () => {
  const out = createOutput(failing("ENOSPC"), "ignore");
  await expect(out.write("x")).resolves.toBeUndefined();
  await expect(out.write("y")).resolves.toBeUndefined();
});

test.for([
  [120, 120],
  [0, undefined],
  [undefined, undefined],
] as const)("a terminal of %s columns has %s", ([columns, expected]) => {
  const stream = Object.assign(failing("EIO"), {
    isTTY: true,
    ...(columns === undefined ? {} : { columns }),
  });
  expect(createOutput(stream, "ignore").columns()).toBe(expected);
});
