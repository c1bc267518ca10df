import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AuditRecord } from "../../core/audit-log.ts";
import { openAuditLog } from "./audit-log.ts";
import type { AuditLine } from "./parse-line.ts";
import { type AuditFilter, readAudit } from "./read-audit.ts";
import { createLineSplitter } from "./split-lines.ts";
import { linesOf, NOW, recordOf } from "./testing.fixture.ts";
import { verifyAuditFile } from "./verify-audit-file.ts";

const never = new AbortController().signal;
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-audit-"));
  path = join(folder, "pool.audit.jsonl");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(...records: readonly AuditRecord[]): void {
  const log = openAuditLog({ path, now: () => NOW });
  for (const record of records) log.append(record);
}

async function read(filter: AuditFilter = {}, into: AuditLine[] = []): Promise<readonly AuditLine[]> {
  for await (const line of readAudit(path, filter, never)) into.push(line);
  return into;
}

describe("a verdict", () => {
  async function edited(edit: (lines: string[]) => readonly string[]): Promise<readonly string[]> {
    write(...["c1", "c2", "c3", "c4", "c5"].map((id) => recordOf(id)));
    writeFileSync(path, edit(linesOf(path)).join("\n"));
    const { problems } = await verifyAuditFile(path, {}, never);
    return problems.map(({ line, problem }) => `${line} ${problem}`);
  }

  test("names a changed line, and only it", async () => {
    expect(
      await edited((lines) => lines.map((text, i) => (i === 1 ? text.replace("alice", "malice") : text))),
    ).toEqual(["2 was changed: its hash does not match its content"]);
  });

  test("names missing lines", async () => {
    expect(await edited((lines) => lines.toSpliced(1, 1))).toEqual([
      "2 has seq 3 instead of 2: line 2 is missing before it",
    ]);
    rmSync(path);
    expect(await edited((lines) => lines.toSpliced(0, 2))).toEqual([
      "1 has seq 3 instead of 1: lines 1 to 2 are missing before it",
    ]);
  });

  test("names a repeated line", async () => {
    expect(await edited((lines) => lines.toSpliced(2, 0, lines[1] ?? ""))).toEqual([
      "3 has seq 2 instead of 3: it was inserted, repeated or moved",
    ]);
  });

  test("names a line that is not an audit line", async () => {
    expect(await edited((lines) => lines.toSpliced(1, 0, "hello"))).toEqual(["2 is not a JSON object"]);
  });

  test("names a broken-off end, which the next change moves aside", async () => {
    expect(await edited((lines) => lines.with(5, '{"seq":6,'))).toEqual([
      "6 has no line end: a write stopped after 9 bytes; the next change moves this rest to a file of its own",
    ]);
  });

  test("keeps the first 20 problems and counts the rest", async () => {
    writeFileSync(path, "x\n".repeat(1000));
    const verdict = await verifyAuditFile(path, {}, never);
    expect(verdict).toMatchObject({ lines: 1000, problemCount: 1000, lastHash: undefined });
    expect(verdict.problems).toHaveLength(20);
  });

  test("waits for the end of a line that is just being written", async () => {
    write(recordOf("c1"), recordOf("c2"));
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, -40));
    const verdict = verifyAuditFile(path, {}, never);
    appendFileSync(path, whole.subarray(-40));
    expect(await verdict).toMatchObject({ lines: 2, problems: [] });
  });

  test("is given on a chain of lines longer than a chunk", async () => {
    const members = Array.from(
      { length: 20_000 },
      (_, i) => `5c1e0000-0000-4000-8000-${String(i).padStart(12, "0")}`,
    );
    write(recordOf("c1", { undo: { members } }), recordOf("c2", { undo: { members } }), recordOf("c3"));
    expect(await verifyAuditFile(path, {}, never)).toMatchObject({ lines: 3, lastSeq: 3, problems: [] });
    expect((await read({ change: "c2" }))[0]?.undo).toEqual({ members });
  });

  test("on a missing file is not-found, and of a stopped check canceled", async () => {
    await expect(verifyAuditFile(path, {}, never)).rejects.toMatchObject({ code: "not-found" });
    write(recordOf("c1"));
    await expect(verifyAuditFile(path, {}, AbortSignal.abort())).rejects.toMatchObject({
      name: "GovernanceError",
      code: "canceled",
    });
  });

  test("on an empty file is that it has no line", async () => {
    write();
    expect(await verifyAuditFile(path, {}, never)).toMatchObject({
      lines: 0,
      lastSeq: undefined,
      problemCount: 0,
    });
  });
});

describe("reading", () => {
  const target = { user: "u2", group: "admins" };
  beforeEach(() => {
    write(
      recordOf("c1", { atMs: NOW }),
      recordOf("c2", {
        atMs: NOW + 1000,
        kind: "revoke",
        target,
        requester: { via: "grpc", name: "platform" },
      }),
      recordOf("c3", { atMs: NOW + 2000, outcome: "failed", code: "throttled", steps: [] }),
    );
  });

  test.for([
    [{}, ["c1", "c2", "c3"]],
    [{ since: NOW + 1000 }, ["c2", "c3"]],
    [{ until: NOW + 1000 }, ["c1"]],
    [{ since: NOW + 1, until: NOW + 2000 }, ["c2"]],
    [{ kind: "revoke" }, ["c2"]],
    [{ user: { subs: new Set(["u2"]), loginSha256: undefined } }, ["c2"]],
    [{ group: "auditors" }, ["c1", "c3"]],
    [{ outcome: "failed" }, ["c3"]],
    [{ change: "c1" }, ["c1"]],
    [{ by: "platform" }, ["c2"]],
    [{ by: "platform", kind: "grant" }, []],
  ] as const)("with %j gives %j", async ([filter, ids]) => {
    expect((await read(filter)).map(({ change }) => change)).toEqual(ids);
  });

  test("finds a name that the line has clipped, by the whole of it", async () => {
    const name = "arn:aws:sts::".repeat(40);
    write(recordOf("c4", { requester: { via: "grpc", name } }));
    expect((await read({ by: name })).map(({ change }) => change)).toEqual(["c4"]);
  });

  test("gives a line whole", async () => {
    const [line] = await read({ change: "c3" });
    expect(line).toEqual(JSON.parse(linesOf(path)[2] ?? ""));
  });

  test("gives the reason of a change, whole and in an intact chain", async () => {
    const justification = "😀".repeat(500);
    write(recordOf("c4", { justification }));
    expect(await read({ change: "c4" })).toMatchObject([{ justification }]);
    expect(await verifyAuditFile(path, {}, never)).toMatchObject({ lines: 4, problems: [] });
    expect(linesOf(path)[0]).not.toContain("justification");
  });

  test("gives all that a damaged file has, and ends in data-loss", async () => {
    const lines = linesOf(path);
    writeFileSync(path, lines.toSpliced(1, 1, "gone", '{"seq":2}').join("\n"));
    const got: AuditLine[] = [];
    await expect(read({}, got)).rejects.toMatchObject({
      code: "data-loss",
      message: expect.stringContaining("line 2 is not a JSON object (and 1 more)"),
    });
    expect(got.map(({ change }) => change)).toEqual(["c1", "c3"]);
  });

  test("never ends quietly when the end is broken off", async () => {
    appendFileSync(path, "{");
    await expect(read()).rejects.toMatchObject({ code: "data-loss" });
  });
});

describe("a splitter of lines", () => {
  test.for([1, 2, 3, 7, 100])("gives the same lines in chunks of %i", (size) => {
    const text = Buffer.from("one\n\nthrée\nfour");
    const splitter = createLineSplitter();
    const lines: string[] = [];
    for (let at = 0; at < text.length; at += size) {
      lines.push(...splitter.push(text.subarray(at, at + size)).map(String));
    }
    expect({ lines, rest: splitter.restBytes() }).toEqual({ lines: ["one", "", "thrée"], rest: 4 });
  });

  test.for([1, 4, 100])("holds no line longer than told, in chunks of %i", (size) => {
    const text = Buffer.from("12345\n123456\n1\n");
    const splitter = createLineSplitter(5);
    const lines: (string | undefined)[] = [];
    for (let at = 0; at < text.length; at += size) {
      lines.push(...splitter.push(text.subarray(at, at + size)).map((line) => line?.toString()));
    }
    expect(lines).toEqual(["12345", undefined, "1"]);
  });
});
