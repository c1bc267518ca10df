// The audit log on a real disk: several processes write it, a process is killed, the disk is full, and the commands
// read it.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AuditFile, auditVerifyCommand } from "../cmd/connector/cli/commands/audit.ts";
import type { AuditShowFilters, SubsInPool } from "../cmd/connector/cli/commands/audit-filter.ts";
import { auditShowCommand } from "../cmd/connector/cli/commands/audit-show.ts";
import { type MemoryContext, memoryContext, memoryOutput } from "../cmd/connector/testing.fixture.ts";
import { GovernanceError } from "../pkg/core/errors.ts";
import { openAuditLog } from "../pkg/ops/audit/audit-log.ts";
import { linesOf, NOW, recordOf } from "../pkg/ops/audit/testing.fixture.ts";
import { verifyAuditFile } from "../pkg/ops/audit/verify-audit-file.ts";

const never = new AbortController().signal;
let folder: string;
let path: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-audit-file-"));
  path = join(folder, "us-east-1_Ab129faBb.audit.jsonl");
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

// Appends the change that each line of stdin names, and prints the result.
const WRITER = `
  import { createInterface } from "node:readline";
  const { openAuditLog } = await import(process.argv[1]);
  const { recordOf } = await import(process.argv[2]);
  const members = Array.from({ length: 500 }, (_, i) => "member-" + i);
  const log = openAuditLog({ path: process.argv[3], now: () => Date.now() });
  console.log("open");
  for await (const id of createInterface({ input: process.stdin })) {
    try {
      log.append(recordOf(id, { undo: { members } }));
      console.log(id);
    } catch (error) {
      console.log(error.code + ": " + error.message);
    }
  }`;

interface Writer {
  readonly child: ChildProcess;
  send(...ids: readonly string[]): void;
  next(): Promise<string>;
  /** Resolves with all further output when the process has ended. */
  rest(): Promise<readonly string[]>;
}

async function startWriter(limitBlocks?: number): Promise<Writer> {
  const audit = resolve(import.meta.dirname, "../pkg/ops/audit");
  const args = [
    "--input-type=module",
    "-e",
    WRITER,
    `${audit}/audit-log.ts`,
    `${audit}/testing.fixture.ts`,
    path,
  ];
  // The process inherits the limit of the shell. The signal that goes with it is ignored, as under a service manager.
  const limited = ["-c", `trap "" XFSZ; ulimit -f ${limitBlocks}; exec "$0" "$@"`, process.execPath, ...args];
  const child =
    limitBlocks === undefined
      ? spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] })
      : spawn("bash", limited, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  async function next(): Promise<string> {
    const { value, done } = await lines.next();
    return done === true ? "" : value;
  }
  expect(await next()).toBe("open");
  return {
    child,
    send: (...ids) => child.stdin.write(ids.map((id) => `${id}\n`).join("")),
    next,
    async rest() {
      const said: string[] = [];
      for (let line = await next(); line !== ""; line = await next()) said.push(line);
      return said;
    },
  };
}

describe("the audit log on a disk", () => {
  test("is one chain with one line for each change when three processes write it in turn", async () => {
    const writers = await Promise.all([startWriter(), startWriter(), startWriter()]);
    for (let i = 0; i < 30; i += 1) {
      for (const writer of [writers[i % 3], writers[(i * 7 + 1) % 3]]) {
        writer?.send(`c${i}`);
        expect(await writer?.next()).toBe(`c${i}`);
      }
    }
    expect(await verifyAuditFile(path, {}, never)).toMatchObject({ lines: 30, lastSeq: 30, problems: [] });
  });

  test.for([1, 7, 40])(
    "of a process that is killed after %i changes has every acknowledged change",
    async (acknowledged) => {
      const writer = await startWriter();
      writer.send(...Array.from({ length: 500 }, (_, i) => `c${i}`));
      const seen: string[] = [];
      while (seen.length < acknowledged) seen.push(await writer.next());
      const gone = once(writer.child, "exit");
      writer.child.kill("SIGKILL");
      seen.push(...(await writer.rest()));
      await gone;

      const log = openAuditLog({ path, now: () => NOW });
      for (let i = 0; i <= seen.length; i += 1) log.append(recordOf(`c${i}`));
      const ids = linesOf(path)
        .slice(0, -1)
        .map((line) => /"change":"(c\d+)"/.exec(line)?.[1]);
      expect(ids.slice(0, seen.length)).toEqual(seen);
      expect(new Set(ids).size).toBe(ids.length);
      expect(await verifyAuditFile(path, {}, never)).toMatchObject({ problems: [] });
    },
  );

  test("that may not grow refuses the change and stays intact", async () => {
    const writer = await startWriter(16); // blocks of 1024 bytes; a line has some 7 KiB
    writer.send("c1", "c2", "c3", "c4");
    expect([await writer.next(), await writer.next()]).toEqual(["c1", "c2"]);
    for (const said of [await writer.next(), await writer.next()]) {
      expect(said).toContain(
        `failed-precondition: cannot write the audit log ${path}: the file is larger than`,
      );
    }
    expect(await verifyAuditFile(path, {}, never)).toMatchObject({ lines: 2, problems: [] });
    expect(readdirSync(folder)).toHaveLength(1);
  });
});

function write(count: number): void {
  const log = openAuditLog({ path, now: () => NOW });
  for (let i = 1; i <= count; i += 1) {
    log.append(recordOf(`c${i}`, { atMs: NOW + i * 1000, kind: i % 2 === 0 ? "revoke" : "grant" }));
  }
}

const lastHash = (): string => /"hash":"(\w+)"/.exec(linesOf(path).at(-2) ?? "")?.[1] ?? "";

describe("audit verify", () => {
  async function verify(
    output: AuditFile["output"] = "table",
    expectLast?: string,
  ): Promise<{ readonly code: number; readonly stdout: string }> {
    const context = memoryContext();
    const code = await auditVerifyCommand({ path, output }, { expectLast }, context);
    return { code, stdout: context.stdout.text() };
  }

  test("of an intact file ends with 0 and says what the check cannot see", async () => {
    write(3);
    expect(await verify()).toEqual({
      code: 0,
      stdout: [
        "3 lines, the hash chain is intact",
        `last seq 3, last hash ${lastHash()}`,
        "This check cannot see lines that were removed from the end, or a replaced file.",
        "Keep the last hash elsewhere, and give it to the next check with --expect-last.",
        "",
      ].join("\n"),
    });
  });

  test("of a damaged file ends with 15 in every format", async () => {
    write(5);
    writeFileSync(path, linesOf(path).toSpliced(1, 2).join("\n"));
    const problem = "has seq 4 instead of 2: lines 2 to 3 are missing before it";
    expect(await verify()).toEqual({
      code: 15,
      stdout: `line 2 ${problem}\n3 lines, 1 problem\nlast seq 5, last hash ${lastHash()}\n`,
    });
    expect(await verify("csv")).toEqual({
      code: 15,
      stdout: `line,problem\r\n2,"${problem}"\r\n`.replaceAll('"', ""),
    });
    for (const output of ["json", "jsonl"] as const) {
      const { code, stdout } = await verify(output);
      expect(code).toBe(15);
      expect(JSON.parse(stdout)).toEqual({
        file: path,
        ok: false,
        lines: 3,
        last_seq: 5,
        last_hash: lastHash(),
        expected_at: null,
        problem_count: 1,
        problems: [{ line: 2, problem }],
      });
    }
  });

  test("finds removed last lines by the hash of an earlier check", async () => {
    write(5);
    const kept = lastHash();
    expect(await verify("table", kept.toUpperCase())).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("the expected hash is in line 5, 0 lines before the end"),
    });
    writeFileSync(path, `${linesOf(path).slice(0, 3).join("\n")}\n`);
    expect(await verify()).toMatchObject({ code: 0 });
    expect(await verify("table", kept)).toMatchObject({
      code: 15,
      stdout: expect.stringContaining("no line has the expected hash: lines were removed from the end"),
    });
  });

  test("rejects an expected hash of another form, and a missing file", async () => {
    await expect(verify()).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining("--state-dir"),
    });
    await expect(verify("table", "abc")).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining("--expect-last"),
    });
  });
});

describe("audit show", () => {
  const nobody: SubsInPool = async () => [];

  async function show(
    output: AuditFile["output"],
    filters: AuditShowFilters = {},
    context: MemoryContext = memoryContext({ now: () => NOW + 10_000 }),
    subsInPool: SubsInPool = async () => [],
  ): Promise<string> {
    expect(await auditShowCommand({ path, output }, filters, context, subsInPool)).toBe(0);
    return context.stdout.text();
  }

  test("prints a table", async () => {
    write(1);
    openAuditLog({ path, now: () => NOW }).append(
      recordOf("c2", {
        kind: "create-account",
        target: { user: "", loginSha256: "ab".repeat(32) },
        requester: { via: "grpc", name: "eve\u001b[2J\nforged" },
        outcome: "undone",
        steps: [
          { ...step, operation: "AdminCreateUser", undo: false },
          { ...step, operation: "AdminDeleteUser", undo: true },
        ],
      }),
    );
    expect(await show("table")).toBe(
      [
        "TIME                      KIND            OUTCOME  TARGET                                                     BY                                                  JUSTIFICATION  STEPS",
        "2026-11-21T15:00:01.000Z  grant           done     user 5c1e0000-0000-4000-8000-000000000001, group auditors  cli:alice                                                          AdminAddUserToGroup done [req-1]",
        "2026-11-21T15:00:00.000Z  create-account  undone   login sha256 abababababab                                  grpc:eve<U+001B>[2J<U+000A>forged~8bc86e6842cb13a5                 AdminCreateUser done [r]; AdminDeleteUser done (undo) [r]",
        "",
      ].join("\n"),
    );
  });

  const step = { state: "done", requestId: "r", code: undefined, reason: undefined } as const;

  test("prints complete lines as JSON, over many batches", async () => {
    write(401);
    const lines = linesOf(path)
      .slice(0, -1)
      .map((line): unknown => JSON.parse(line));
    expect(JSON.parse(await show("json"))).toEqual(lines);
    const jsonl = await show("jsonl");
    expect(
      jsonl
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
    ).toEqual(lines);
    expect((await show("csv")).split("\r\n")).toHaveLength(403);
  });

  test.for([
    [{ kind: "revoke" }, ["c2", "c4"]],
    [{ since: "7s" }, ["c3", "c4", "c5"]],
    [{ since: "2026-11-21T15:00:02Z", until: "2026-11-21T16:00:04+01:00" }, ["c2", "c3"]],
    [{ since: "2026-11-21", until: "2026-11-22" }, ["c1", "c2", "c3", "c4", "c5"]],
    [{ since: "1d", change: "c3" }, ["c3"]],
    [{ by: "nobody" }, []],
  ] as const)("with %j prints %j", async ([filters, ids]) => {
    write(5);
    const found: unknown = JSON.parse(await show("json", filters));
    expect(found).toMatchObject(ids.map((change) => ({ change })));
    expect(found).toHaveLength(ids.length);
  });

  describe("by a person", () => {
    const CARLA = "5c1e0000-0000-4000-8000-0000000000ca";
    const hash = (login: string): string => createHash("sha256").update(login).digest("hex");

    beforeEach(() => {
      write(2);
      const log = openAuditLog({ path, now: () => NOW });
      log.append(recordOf("refused", { kind: "create-account", target: { loginSha256: hash("carla") } }));
      const target = { user: CARLA, loginSha256: hash("carla") };
      log.append(recordOf("created", { kind: "create-account", target }));
      log.append(recordOf("granted", { target: { user: CARLA, group: "sales" } }));
    });

    const ids = async (filters: AuditShowFilters, subsInPool?: SubsInPool): Promise<readonly unknown[]> => {
      const found: unknown = JSON.parse(await show("json", filters, undefined, subsInPool));
      if (!Array.isArray(found)) throw new TypeError("no list");
      return found.map((line: { readonly change?: unknown }) => line.change);
    };

    test.for([
      ["the sub", CARLA],
      ["the sub in capitals", CARLA.toUpperCase()],
    ])("takes %s", async ([, user = ""]) => {
      expect(await ids({ user })).toEqual(["created", "granted"]);
    });

    test.for([["carla"], ["Carla"], [" carla "]])(
      "takes the login %j of an account that the log saw created, also once it is deleted",
      async ([user = ""]) => {
        expect(await ids({ user })).toEqual(["refused", "created", "granted"]);
      },
    );

    test.for([[" "], ["\t"], ["\u00a0"], [""]])(
      "refuses the blank name %j, which must not mean those whose names were blank too",
      async ([user = ""]) => {
        const log = openAuditLog({ path, now: () => NOW });
        log.append(recordOf("blank", { target: { user: CARLA, loginSha256: hash("") } }));
        await expect(ids({ user }, async () => [])).rejects.toMatchObject({
          code: "invalid-argument",
          message: expect.stringMatching(/^--user: the name /),
        });
      },
    );

    test("takes every name that the pool knows", async () => {
      const asked: string[] = [];
      const pool: SubsInPool = async (name) => {
        asked.push(name);
        return [CARLA];
      };
      expect(await ids({ user: "carla@example.com" }, pool)).toEqual(["created", "granted"]);
      expect(asked).toEqual(["carla@example.com"]);
    });

    test("shows what the log knows, with a warning, when the pool cannot be asked", async () => {
      const context = memoryContext();
      const away: SubsInPool = async () => {
        throw new GovernanceError("unauthenticated", "no credentials");
      };
      const text = await show("jsonl", { user: "carla" }, context, away);
      expect(text.trimEnd().split("\n")).toHaveLength(3);
      expect(context.stderr.text()).toMatch(
        /^connector: warning: the pool cannot be asked .*: no credentials\n$/,
      );
      await expect(
        auditShowCommand({ path, output: "json" }, { user: "dora" }, memoryContext(), away),
      ).rejects.toMatchObject({ code: "unauthenticated", message: "--user: no credentials" });
    });

    test("refuses a name that several users have", async () => {
      const several: SubsInPool = async () => {
        throw new GovernanceError("invalid-argument", "user: 2 accounts match");
      };
      await expect(
        auditShowCommand({ path, output: "json" }, { user: "carla" }, memoryContext(), several),
      ).rejects.toMatchObject({ code: "invalid-argument", message: "--user: 2 accounts match" });
    });
  });

  test.for([
    [{ by: "cli:alice" }, 2],
    [{ by: "alice" }, 2],
    [{ by: "cli:" }, 2],
    [{ by: "ali" }, 2],
  ] as const)("takes the requester as the column shows it, or a part of it: %j", async ([filters, count]) => {
    write(2);
    expect(JSON.parse(await show("json", filters))).toHaveLength(count);
  });

  test.for([
    [{ by: "cli:bob" }, "no line of the audit log matches --by; it has changes by cli:alice"],
    [{ user: "dora" }, "no line of the audit log matches --user"],
    [{ group: "nope", kind: "grant" }, "no line of the audit log matches --group"],
    [{ kind: "revoke", change: "c1" }, "no line of the audit log matches these filters together"],
    [{ since: "1s" }, "no line of the audit log matches --since"],
  ] as const)("that matches nothing says why: %j", async ([filters, why]) => {
    write(2);
    const context = memoryContext({ now: () => NOW + 100_000 });
    expect(await show("json", filters, context)).toBe("[]\n");
    expect(context.stderr.text()).toBe(`connector: ${why}\n`);
  });

  test.for([
    [{ kind: "grants" }, "--kind must be one of grant, revoke,"],
    [{ outcome: "ok" }, "--outcome must be one of done,"],
    [{ since: "yesterday" }, "--since must be a date"],
    [{ until: "2026-02-31" }, "--until must be a date"],
    [{ since: "2026-11-21T10:00" }, "--since must be a date"],
    [{ since: "1h", until: "2h" }, "--since must be before --until"],
  ] as const)("refuses %j", async ([filters, why]) => {
    write(1);
    await expect(
      auditShowCommand({ path, output: "json" }, filters, memoryContext(), nobody),
    ).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining(why),
    });
  });

  test("of a damaged file prints what can be read and fails with data-loss", async () => {
    write(3);
    appendFileSync(path, "forged\n");
    const context = memoryContext();
    await expect(auditShowCommand({ path, output: "jsonl" }, {}, context, nobody)).rejects.toMatchObject({
      code: "data-loss",
      message: expect.stringContaining("line 4 is not a JSON object; see connector audit verify"),
    });
    expect(context.stdout.text().split("\n")).toHaveLength(4);
  });

  test("of a missing file is not-found", async () => {
    await expect(
      auditShowCommand({ path, output: "table" }, {}, memoryContext(), nobody),
    ).rejects.toMatchObject({
      code: "not-found",
    });
  });

  test("that is stopped half way says so", async () => {
    const members = Array.from({ length: 100 }, (_, i) => `a member with a long name ${i}`);
    const log = openAuditLog({ path, now: () => NOW });
    for (let i = 0; i < 250; i += 1) log.append(recordOf(`c${i}`, { undo: { members } })); // longer than one read
    const stop = new AbortController();
    const stdout = memoryOutput();
    const context = memoryContext({
      signal: stop.signal,
      stdout: {
        ...stdout,
        write: async (text) => {
          await stdout.write(text);
          stop.abort();
        },
      },
    });
    expect(await auditShowCommand({ path, output: "jsonl" }, {}, context, nobody)).toBe(1);
    expect(context.stderr.text()).toMatch(/incomplete output, only \d+ lines/);
  });

  test("does not change the file", async () => {
    write(2);
    const before = readFileSync(path);
    await show("table");
    expect(readFileSync(path)).toEqual(before);
  });
});
