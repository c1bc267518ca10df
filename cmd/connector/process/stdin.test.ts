import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { createInput } from "./stdin.ts";

const never = new AbortController().signal;

describe("stdin", () => {
  test("gives one line while its writer stays, and releases it", async () => {
    const stream = new PassThrough();
    const reading = createInput(stream).read("line", never);
    stream.write("sec");
    stream.write("ret\r\nnext");
    expect(await reading).toBe("secret");
    expect(stream.destroyed).toBe(true);
  });

  test("gives a last line without its break", async () => {
    const stream = new PassThrough();
    stream.end("secret");
    expect(await createInput(stream).read("line", never)).toBe("secret");
  });

  test("gives all of it, characters whole across chunks", async () => {
    const stream = new PassThrough();
    const bytes = Buffer.from('{"a":\n"é"}');
    stream.write(bytes.subarray(0, 8));
    stream.end(bytes.subarray(8));
    expect(await createInput(stream).read("end", never)).toBe('{"a":\n"é"}');
  });

  test("is refused when it does not end", async () => {
    const stream = new PassThrough();
    const reading = createInput(stream).read("line", never);
    stream.write("x".repeat(1024 * 1024 + 1));
    await expect(reading).rejects.toMatchObject({
      code: "invalid-argument",
      message: "stdin: is longer than 1 MiB",
    });
  });

  test("stops waiting when the program is stopped", async () => {
    const stop = new AbortController();
    const reading = createInput(new PassThrough()).read("line", stop.signal);
    stop.abort(new GovernanceError("canceled", "stopped by SIGINT"));
    await expect(reading).rejects.toMatchObject({ code: "canceled", message: "stopped by SIGINT" });
  });

  test("that breaks says so without what the stream says", async () => {
    const stream = new PassThrough();
    const reading = createInput(stream).read("end", never);
    stream.destroy(new Error("quotes planted things"));
    await expect(reading).rejects.toMatchObject({
      code: "invalid-argument",
      message: "stdin: cannot be read",
    });
  });
});
