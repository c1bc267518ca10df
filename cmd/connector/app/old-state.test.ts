import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { served } from "../../../pkg/config/testing.fixture.ts";
import { checkOldState } from "./old-state.ts";

const POOL = "eu-west-1_AbCd12345";

let root: string;
let cwd: string;
let home: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "old-state-")));
  cwd = join(root, "folder");
  home = join(root, "home");
  mkdirSync(cwd);
});
afterEach(() => rmSync(root, { recursive: true }));

const config = (over: { readonly stateDirNamed?: boolean; readonly provisioning?: boolean } = {}) => ({
  poolId: POOL,
  stateDir: home,
  stateDirNamed: over.stateDirNamed ?? false,
  provisioning: { ...served({}).provisioning, enabled: over.provisioning ?? true },
});

describe("journal and audit log that an earlier version left in the current folder", () => {
  test.for(
    (["write", "recover", "audit", "serve"] as const).flatMap((command) =>
      ["audit.jsonl", "journal.db"].map((file) => [command, file] as const),
    ),
  )("%s refuses to begin a second home beside %s, and says how to move it", ([command, file]) => {
    writeFileSync(join(cwd, `${POOL}.${file}`), "");
    const check = () => checkOldState(command, config(), cwd);
    expect(check).toThrow(
      expect.objectContaining({
        code: "failed-precondition",
        message: `${cwd}/${POOL}.${file} is from an earlier version, and the state of the pool is now kept in ${home}; stop every connector, then run: mkdir -m 700 -p ${home} && mv ${cwd}/${POOL}.audit.jsonl* ${cwd}/${POOL}.journal.* ${home}/ (or keep using this folder with --state-dir ${cwd})`,
      }),
    );
  });

  test("a state directory that is in use already goes on, with a warning", () => {
    mkdirSync(home);
    writeFileSync(join(home, `${POOL}.audit.jsonl`), "");
    writeFileSync(join(cwd, `${POOL}.audit.jsonl`), "");
    expect(checkOldState("write", config(), cwd)).toEqual([
      `${cwd}/${POOL}.audit.jsonl is not used: the state of the pool is in ${home}; --state-dir ${cwd} uses this folder`,
    ]);
  });

  test.for([
    ["nothing in the folder", {}, "write", false],
    ["a state directory that a setting names", { stateDirNamed: true }, "write", true],
    ["a service that changes nothing", { provisioning: false }, "serve", true],
    ["a sync, which has no journal", {}, "sync", true],
    ["a list", {}, "list", true],
  ] as const)("%s is no reason to refuse", ([, over, command, there]) => {
    if (there) writeFileSync(join(cwd, `${POOL}.audit.jsonl`), "");
    expect(checkOldState(command, config(over), cwd)).toEqual([]);
  });

  test("nor is the state directory itself as the current folder, also through a link", () => {
    mkdirSync(home);
    writeFileSync(join(home, `${POOL}.audit.jsonl`), "");
    symlinkSync(home, join(root, "link"));
    expect(checkOldState("write", config(), home)).toEqual([]);
    expect(checkOldState("write", config(), join(root, "link"))).toEqual([]);
  });

  test("nor is the journal of another pool", () => {
    writeFileSync(join(cwd, "eu-west-1_Another01.journal.db"), "");
    expect(checkOldState("write", config(), cwd)).toEqual([]);
  });
});
