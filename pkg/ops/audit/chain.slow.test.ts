// Every edit of the file is found unless the whole chain is rebuilt. When one of these fails, the seed and the
// smallest edit are in the message; give them to `check` to see the same run again.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NO_LINE_BEFORE, writeLine } from "./audit-line.ts";
import { recordOf } from "./testing.fixture.ts";
import { type AuditVerification, verifyAuditFile } from "./verify-audit-file.ts";

const LINES = 12;
const never = new AbortController().signal;
let folder: string;
let whole: Buffer;
let lines: readonly Buffer[];
let lastHash: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-chain-"));
  const path = join(folder, "whole.jsonl");
  lastHash = NO_LINE_BEFORE;
  lines = Array.from({ length: LINES }, (_, i) => {
    const name = `näme ${i} \n`;
    const line = writeLine(recordOf(`c${i}`, { requester: { via: "grpc", name } }), {
      seq: i + 1,
      prev: lastHash,
      torn: undefined,
    });
    lastHash = line.hash;
    appendFileSync(path, line.bytes);
    return line.bytes;
  });
  whole = readFileSync(path);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function verdictOf(content: Buffer, expectLast?: string): Promise<AuditVerification> {
  const path = join(folder, "edited.jsonl");
  writeFileSync(path, content);
  return verifyAuditFile(path, { expectLast }, never);
}

const line = fc.nat(LINES - 1);
const edits: Readonly<Record<string, fc.Arbitrary<() => Buffer>>> = {
  "a changed byte": fc
    .record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) })
    .map(({ at, by }) => () => {
      const edited = Buffer.from(whole);
      const place = at % whole.length;
      edited[place] = (edited[place] ?? 0) ^ by;
      return edited;
    }),
  "a deleted byte": fc.nat().map((at) => () => {
    const place = at % whole.length;
    return Buffer.concat([whole.subarray(0, place), whole.subarray(place + 1)]);
  }),
  "a deleted line": fc.nat(LINES - 2).map((i) => () => Buffer.concat(lines.toSpliced(i, 1))),
  "deleted lines": fc.tuple(fc.nat(LINES - 3), fc.integer({ min: 2, max: LINES })).map(
    ([i, many]) =>
      () =>
        Buffer.concat(lines.toSpliced(i, Math.min(many, LINES - 1 - i))),
  ),
  "two swapped lines": fc
    .tuple(line, line)
    .filter(([a, b]) => a !== b)
    .map(
      ([a, b]) =>
        () =>
          Buffer.concat(lines.with(a, lines[b] ?? whole).with(b, lines[a] ?? whole)),
    ),
  "a repeated line": fc.tuple(line, fc.nat(LINES)).map(
    ([of, to]) =>
      () =>
        Buffer.concat(lines.toSpliced(to, 0, lines[of] ?? whole)),
  ),
  "a forged line, with a right hash of its own": fc
    .tuple(fc.nat(LINES - 1), fc.boolean())
    .map(([to, fitting]) => () => {
      const place = { seq: to + 1, prev: fitting ? hashBefore(to) : "ab".repeat(32), torn: undefined };
      return Buffer.concat(lines.toSpliced(to, 0, writeLine(recordOf("forged"), place).bytes));
    }),
  "a replaced line, with a right hash of its own": fc.nat(LINES - 2).map((to) => () => {
    const place = { seq: to + 1, prev: hashBefore(to), torn: undefined };
    return Buffer.concat(lines.with(to, writeLine(recordOf("forged"), place).bytes));
  }),
  "an inserted text": fc.tuple(fc.nat(LINES), fc.string({ unit: "binary" })).map(
    ([to, text]) =>
      () =>
        Buffer.concat(lines.toSpliced(to, 0, Buffer.from(`${text}\n`))),
  ),
  "a cut in the middle of a line": fc
    .nat()
    .map((at) => () => whole.subarray(0, at % whole.length))
    .filter((edit) => {
      const cut = edit();
      return cut.length > 0 && cut.at(-1) !== 0x0a;
    }),
};

function hashBefore(index: number): string {
  return index === 0 ? NO_LINE_BEFORE : (/"hash":"(\w+)"\}\n$/.exec(String(lines[index - 1]))?.[1] ?? "");
}

describe("the chain", () => {
  test("is intact as it was written", async () => {
    expect(await verdictOf(whole)).toEqual({
      lines: LINES,
      lastSeq: LINES,
      lastHash,
      problems: [],
      problemCount: 0,
      expectedAt: undefined,
    });
  });

  test.for(Object.entries(edits))("shows %s", async ([name, made]) => {
    const numRuns = name === "a cut in the middle of a line" ? 10 : 300;
    const property = fc.asyncProperty(made, async (edit) => (await verdictOf(edit())).problemCount > 0);
    const { failed, seed, counterexamplePath } = await fc.check(property, { numRuns });
    expect({ failed, seed, counterexamplePath }).toMatchObject({ failed: false });
  });

  test.for([1, 5, LINES])("cut by %i whole lines shows by the hash that was kept elsewhere", async (cut) => {
    const content = Buffer.concat(lines.slice(0, LINES - cut));
    expect(await verdictOf(content)).toMatchObject({ lines: LINES - cut, problems: [] });
    const verdict = await verdictOf(content, lastHash);
    expect(verdict).toMatchObject({ problemCount: 1, expectedAt: undefined });
    expect(verdict.problems[0]?.problem).toContain("no line has the expected hash");
  });

  test("may have grown since the hash was kept", async () => {
    expect(await verdictOf(whole, hashBefore(5))).toMatchObject({ problems: [], expectedAt: 5 });
  });
});
