import { createHash } from "node:crypto";
import fs, {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NO_LINE_BEFORE, writeLine } from "./audit-line.ts";
import { openAuditLog } from "./audit-log.ts";
import { linesOf, NOW, recordOf } from "./testing.fixture.ts";
import { verifyAuditFile } from "./verify-audit-file.ts";

/** The errors that the disk returns, by call; the real calls otherwise. */
const faults = new Map<string, string>();
const calls: string[] = [];
const { fsyncSync, ftruncateSync, writeSync } = fs;

function act(name: string): void {
  calls.push(name);
  const errno = faults.get(name);
  if (errno !== undefined) throw Object.assign(new Error(`${errno}: made up`), { code: errno });
}

const never = new AbortController().signal;
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-audit-"));
  path = join(folder, "us-east-1_Ab129faBb.audit.jsonl");
  faults.clear();
  calls.length = 0;
  vi.spyOn(fs, "fsyncSync").mockImplementation((fd) => {
    act("fsync");
    fsyncSync(fd);
  });
  vi.spyOn(fs, "ftruncateSync").mockImplementation((fd, bytes) => {
    act("ftruncate");
    ftruncateSync(fd, bytes);
  });
  vi.spyOn(fs, "writeSync").mockImplementation((fd: number, bytes: unknown, offset?: unknown) => {
    act("write");
    if (!(bytes instanceof Uint8Array)) throw new TypeError("the log writes bytes");
    const from = typeof offset === "number" ? offset : 0;
    if (!faults.has("half") || bytes.length - from <= 10) return writeSync(fd, bytes, from);
    // As a full disk does it: a part is taken, the next write fails.
    faults.set("write", "ENOSPC");
    return writeSync(fd, bytes, from, 10);
  });
  syncBuiltinESMExports();
});

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  rmSync(folder, { recursive: true, force: true });
});

function open(): ReturnType<typeof openAuditLog> {
  return openAuditLog({ path, now: () => NOW });
}

async function problems(): Promise<readonly unknown[]> {
  return (await verifyAuditFile(path, {}, never)).problems;
}

test("knows how a change ended, also one that another process wrote", () => {
  const log = open();
  expect(log.outcomeOf("c1")).toBeUndefined();
  open().append({ ...recordOf("c1"), outcome: "undone" });
  expect(log.outcomeOf("c1")).toBe("undone");
});

describe("a line", () => {
  test("has its members in one fixed order, and a hash over all of them", () => {
    open().append(recordOf("c1"));
    const [line = "", rest] = linesOf(path);
    expect(rest).toBe("");
    const body =
      '{"seq":1,"time":"2026-11-21T15:00:00.000Z","change":"c1","pool":"us-east-1_Ab129faBb","kind":"grant",' +
      '"by":{"via":"cli","name":"alice"},' +
      '"target":{"user":"5c1e0000-0000-4000-8000-000000000001","group":"auditors"},"outcome":"done",' +
      '"steps":[{"operation":"AdminAddUserToGroup","state":"done","requestId":"req-1"}],' +
      `"prev":"${"0".repeat(64)}"}`;
    const hash = createHash("sha256").update(body).digest("hex");
    expect(line).toBe(`${body.slice(0, -1)},"hash":"${hash}"}`);
  });

  test("keeps what a change wrote or removed, and what failed", () => {
    const undo = {
      members: ["a", "b"],
      group: { description: undefined, roleArn: "arn", precedence: 0 },
      groups: ["g"],
      fields: ["email"],
      addedGroups: ["h"],
      removedGroups: ["i"],
    };
    const step = { operation: "DeleteGroup", state: "unknown", undo: true, requestId: undefined } as const;
    const failed = { code: "unavailable", reason: "outcome-unknown" } as const;
    open().append(
      recordOf("c1", {
        kind: "delete-group",
        outcome: "unknown",
        ...failed,
        steps: [{ ...step, ...failed }],
        undo,
      }),
    );
    expect(JSON.parse(linesOf(path)[0] ?? "")).toMatchObject({
      code: "unavailable",
      reason: "outcome-unknown",
      steps: [{ operation: "DeleteGroup", state: "unknown", undo: true, ...failed }],
      undo: {
        members: ["a", "b"],
        group: { roleArn: "arn", precedence: 0 },
        groups: ["g"],
        fields: ["email"],
        addedGroups: ["h"],
        removedGroups: ["i"],
      },
    });
  });

  test("leaves out what an object has beyond its type", () => {
    const secret = "PLANTED-s3cret";
    const wide = { via: "cli", name: "alice", password: secret, toJSON: () => secret } as const;
    const target = { user: "u", email: secret };
    const undo = {
      members: ["a"],
      attributes: secret,
      group: { description: "d", roleArn: undefined, precedence: 1, secret },
    };
    const step = {
      operation: "AdminCreateUser",
      state: "done",
      undo: false,
      requestId: "r",
      code: undefined,
    } as const;
    const steps = [{ ...step, reason: undefined, temporaryPassword: secret }];
    open().append(Object.assign(recordOf("c1", { requester: wide, target, undo, steps }), { token: secret }));
    expect(readFileSync(path, "utf8")).not.toContain(secret);
    expect(readFileSync(path, "utf8")).toContain('"by":{"via":"cli","name":"alice"}');
  });

  test.for([
    ["a line end", 'eve\n{"seq":2,"time":"2026-11-21T15:00:00.000Z","change":"forged"}\n'],
    ["a carriage return", "eve\r\nforged"],
    ["the line ends of Unicode", "eve\u2028forged\u2029forged\u0085forged"],
    ["terminal orders", "eve\u001b[2J\u009b2J\u202e"],
    ["quotes", 'eve"},"outcome":"done","x":{"y":"'],
    ["NUL and half a character", "eve\u0000\ud800"],
  ] as const)("is not broken by a name with %s", async ([, name]) => {
    const log = open();
    log.append(recordOf("c1", { requester: { via: "grpc", name } }));
    log.append(recordOf("c2"));
    const [first = "", , end] = linesOf(path);
    expect(end).toBe("");
    expect(first).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
    const shown = /[^ -~]/.test(name) ? /^eve[ -~]*<U\+[0-9A-F]{4}>[ -~]*~[0-9a-f]{16}$/ : /^eve"/;
    expect(JSON.parse(first)).toMatchObject({
      by: { via: "grpc", name: expect.stringMatching(shown) },
      outcome: "done",
    });
    expect(await problems()).toEqual([]);
  });

  test("tells apart two requesters that begin alike, also where recovery puts more before their names", () => {
    const log = open();
    const names = ["a", "b"].map((end) => `${"x".repeat(400)}${end}`);
    for (const [at, name] of names.entries()) {
      log.append(recordOf(`c${at}`, { requester: { via: "recovery", name: `grpc ${name}` } }));
    }
    const written = linesOf(path).map((line) => /"name":"[^"]+"/.exec(line)?.[0]);
    expect(new Set(written.slice(0, 2)).size).toBe(2);
  });

  test("clips a name to 256 bytes between two characters, and never a name of a group", () => {
    const group = "界".repeat(128);
    open().append(
      recordOf("c".repeat(300), {
        requester: { via: "grpc", name: "é".repeat(200) },
        target: { user: "u".repeat(256), group },
      }),
    );
    const line: unknown = JSON.parse(linesOf(path)[0] ?? "");
    expect(line).toMatchObject({
      change: `${"c".repeat(253)}…`,
      by: { name: expect.stringMatching(/^é{118}…~[0-9a-f]{16}$/) },
      target: { user: "u".repeat(256), group },
    });
  });
});

describe("appending", () => {
  test("AUDIT-1: is on the disk before it returns: the line, and the first time the directory", () => {
    const log = open();
    calls.length = 0;
    log.append(recordOf("c1"));
    expect(calls).toEqual(["write", "fsync", "fsync"]);
    calls.length = 0;
    log.append(recordOf("c2"));
    expect(calls).toEqual(["write", "fsync"]);
  });

  test("creates the file for its owner alone", () => {
    open();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("AUDIT-1, AUDIT-2: leaves a change that has its line as it is, and syncs that one", () => {
    const log = open();
    log.append(recordOf("c1"));
    const before = readFileSync(path);
    calls.length = 0;
    log.append(recordOf("c1", { outcome: "failed" }));
    expect(calls).toEqual(["fsync", "fsync"]);
    open().append(recordOf("c1"));
    expect(readFileSync(path)).toEqual(before);
  });

  test("AUDIT-2: knows the last 10,000 changes of a file that it opens, and no more", () => {
    let prev = NO_LINE_BEFORE;
    const lines: Buffer[] = [];
    for (let seq = 1; seq <= 10_001; seq += 1) {
      const { bytes, hash } = writeLine(recordOf(`c${seq}`), { seq, prev, torn: undefined });
      lines.push(bytes);
      prev = hash;
    }
    writeFileSync(path, Buffer.concat(lines));
    const log = open();
    log.append(recordOf("c2"));
    expect(linesOf(path).length - 1).toBe(10_001);
    log.append(recordOf("c1"));
    expect(linesOf(path).length - 1).toBe(10_002);
  });

  test("AUDIT-3: of two logs in turn keeps one chain, and one line a change", async () => {
    const [one, two] = [open(), open()];
    for (let i = 0; i < 20; i += 1) {
      (i % 3 === 0 ? one : two).append(recordOf(`c${i}`));
      (i % 2 === 0 ? one : two).append(recordOf(`c${i}`));
    }
    expect(await verifyAuditFile(path, {}, never)).toMatchObject({ lines: 20, lastSeq: 20, problems: [] });
  });

  test("AUDIT-3: begins a new file when the old one was moved away, and repeats none of its changes", async () => {
    const log = open();
    log.append(recordOf("c1"));
    renameSync(path, `${path}.1`);
    log.append(recordOf("c1"));
    log.append(recordOf("c2"));
    expect(await verifyAuditFile(path, {}, never)).toMatchObject({ lines: 1, lastSeq: 1, problems: [] });
    expect(linesOf(path)[0]).toContain('"change":"c2"');
  });
});

describe("AUDIT-4: a torn last line", () => {
  test.for([1, 100, -1])("cut at byte %i is moved aside, and the next line says so", async (cut) => {
    const log = open();
    log.append(recordOf("c1"));
    const whole = statSync(path).size;
    log.append(recordOf("c2"));
    truncateSync(path, cut < 0 ? statSync(path).size + cut : whole + cut);
    const torn = readFileSync(path).subarray(whole);

    const next = open();
    expect(readFileSync(path).subarray(whole)).toEqual(torn); // opening touches nothing
    next.append(recordOf("c2"));
    const aside = `${path}.torn-20261121T150000Z`;
    expect(readFileSync(aside)).toEqual(torn);
    expect(statSync(aside).mode & 0o777).toBe(0o600);
    expect(JSON.parse(linesOf(path)[1] ?? "")).toMatchObject({
      seq: 2,
      change: "c2",
      torn: { bytes: torn.length, sha256: createHash("sha256").update(torn).digest("hex") },
    });
    next.append(recordOf("c3"));
    expect(linesOf(path)[2]).not.toContain("torn");
    expect(await verifyAuditFile(path, {}, never)).toMatchObject({ lines: 3, problems: [] });
  });

  test("is moved aside by a log that was open already, under a name of its own each time", () => {
    const log = open();
    for (const torn of ["a", "b"]) {
      appendFileSync(path, torn);
      log.append(recordOf(torn));
    }
    const aside = readdirSync(folder)
      .filter((name) => name.includes(".torn-"))
      .sort();
    expect(aside.map((name) => readFileSync(join(folder, name), "utf8"))).toEqual(["a", "b"]);
  });

  test("in a file with no other line", async () => {
    writeFileSync(path, Buffer.alloc(5000));
    open().append(recordOf("c1"));
    expect(await verifyAuditFile(path, {}, never)).toMatchObject({ lines: 1, problems: [] });
  });
});

describe("AUDIT-5: a damaged last line is refused", () => {
  beforeEach(() => {
    const log = open();
    for (const id of ["c1", "c2", "c3"]) log.append(recordOf(id));
  });

  function damage(change: (line: string) => string): void {
    const lines = linesOf(path);
    writeFileSync(path, lines.with(2, change(lines[2] ?? "")).join("\n"));
  }

  test.for([
    ["was changed", (line: string) => line.replace("alice", "alicf"), "was changed after it was written"],
    ["is no JSON", () => "not json", "is not a JSON object"],
    ["is another's JSON", () => '{"a":1}', "is not an audit line"],
    ["is empty", () => "", "is empty"],
  ] as const)("that %s, when opening", ([, change, why]) => {
    damage(change);
    expect(open).toThrow(
      expect.objectContaining({
        name: "GovernanceError",
        code: "failed-precondition",
        message: expect.stringContaining(`${path} is damaged: line 3, the last, ${why}`),
      }),
    );
    expect(open).toThrow("connector audit verify");
  });

  test("when it was damaged since, and nothing is added", () => {
    const log = open();
    damage((line) => line.replace("alice", "alicf!"));
    const before = readFileSync(path);
    expect(() => log.append(recordOf("c4"))).toThrow("line 3, the last, was changed");
    expect(readFileSync(path)).toEqual(before);
  });
});

describe("AUDIT-6: a disk that fails", () => {
  test.for([
    ["fsync", "EIO", "input/output error"],
    ["write", "ENOSPC", "the disk is full"],
    ["half", "", "the disk is full"],
    ["write", "EWHATEVER", "the system reported EWHATEVER"],
  ] as const)("in %s (%s) is failed-precondition, and leaves no line", async ([call, errno, why]) => {
    const log = open();
    log.append(recordOf("c1"));
    const before = readFileSync(path);
    faults.set(call, errno);
    const append = (): void => log.append(recordOf("c2"));
    expect(append).toThrow(expect.objectContaining({ name: "GovernanceError", code: "failed-precondition" }));
    faults.delete("write");
    expect(readFileSync(path)).toEqual(before);
    if (errno !== "") faults.set(call, errno);
    expect(append).toThrow(`cannot write the audit log ${path}: `);
    faults.delete("write");
    if (errno !== "") faults.set(call, errno);
    expect(append).toThrow(why);
    faults.clear();
    log.append(recordOf("c2"));
    expect(await verifyAuditFile(path, {}, never)).toMatchObject({ lines: 2, problems: [] });
  });

  test("that keeps an unsynced line ends this log, also for the change of that line", () => {
    const log = open();
    faults.set("fsync", "EIO").set("ftruncate", "EIO");
    expect(() => log.append(recordOf("c1"))).toThrow("input/output error");
    faults.clear();
    expect(() => log.append(recordOf("c1"))).toThrow("could neither be synced nor removed");
    expect(() => log.append(recordOf("c2"))).toThrow("could neither be synced nor removed");
  });

  test("in the sync of an existing line is reported too", () => {
    const log = open();
    log.append(recordOf("c1"));
    faults.set("fsync", "EIO");
    expect(() => log.append(recordOf("c1"))).toThrow("input/output error");
  });

  test.for([
    ["a missing directory", "gone/x.jsonl", "its directory does not exist"],
    ["a directory", ".", "it is a directory"],
  ] as const)("by way of %s is reported when opening", ([, name, why]) => {
    expect(() => openAuditLog({ path: join(folder, name), now: () => NOW })).toThrow(
      expect.objectContaining({ code: "failed-precondition", message: expect.stringContaining(why) }),
    );
  });

  test("by way of a missing directory is reported when appending", () => {
    const sub = join(folder, "sub");
    mkdirSync(sub);
    const log = openAuditLog({ path: join(sub, "a.jsonl"), now: () => NOW });
    rmSync(sub, { recursive: true });
    expect(() => log.append(recordOf("c1"))).toThrow("its directory does not exist");
    expect(existsSync(sub)).toBe(false);
  });
});
