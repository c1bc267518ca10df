import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../load-config.ts";
import type { CommandName } from "../table/setting.ts";
import { refusalOf } from "../testing.fixture.ts";

const ME = process.getuid?.() ?? 0;
const GIDS = [process.getegid?.() ?? 0, ...(process.getgroups?.() ?? [])];
const STRANGER = 4711;
const COMMANDS = ["serve", "sync", "write", "recover"] as const;

let root: string;
let state: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "state-trust-")));
  state = join(root, "a", "state");
  mkdirSync(state, { recursive: true });
  open(state, "700");
  open(join(root, "a"), "755");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function open(path: string, mode: string): void {
  chmodSync(path, Number.parseInt(mode, 8));
}

interface As {
  readonly uid?: number;
  readonly gids?: readonly number[];
}

function load(command: CommandName = "sync", { uid = ME, gids = GIDS }: As = {}, dir = state) {
  const flags = new Map([
    ["user-pool-id", "eu-west-1_AbCd12345"],
    ["state-dir", dir],
    ...(command === "serve" ? [["provisioning", "true"] as const] : []),
  ]);
  const info = { env: { HOME: "/home/ann" }, cwd: root, stdoutIsTerminal: false, stderrIsTerminal: false };
  return loadConfig(command, flags, { ...info, uid, gids });
}

const refused = (command?: CommandName, as?: As, dir?: string): string =>
  refusalOf(() => load(command, as, dir));

describe("a state directory of this user", () => {
  test.for(["700", "750", "755", "500"])("is used in silence: mode %s", (mode) => {
    open(state, mode);
    for (const command of COMMANDS) expect(load(command).warnings).toEqual([]);
  });

  test("is used where it does not exist yet, and is not created by the check", () => {
    const fresh = join(root, "a", "b", "c");
    expect(load("sync", {}, fresh).config.stateDir).toBe(fresh);
    expect(existsSync(fresh)).toBe(false);
  });

  test("is used in a folder that every user may write and none may empty, as /tmp is", () => {
    open(join(root, "a"), "1777");
    expect(load().warnings).toEqual([]);
  });
});

describe("a state directory that somebody else may change is refused", () => {
  test.for(["702", "707", "777", "1777"])("every user may write it: mode %s", (mode) => {
    open(state, mode);
    const shown = mode.padStart(4, "0");
    const cure = mode.startsWith("1") ? "" : `run chmod o-w ${state}, or `;
    for (const command of COMMANDS) {
      expect(refused(command)).toBe(
        `--state-dir: ${state} may be written by every user (mode ${shown}), so no state is kept there; ${cure}name a directory of this user with --state-dir`,
      );
    }
  });

  test("a folder above it may be written by every user, who could then replace it", () => {
    open(join(root, "a"), "777");
    const line = `--state-dir: ${root}/a may be written by every user (mode 0777)`;
    expect(refused()).toContain(line);
    expect(refused("sync", {}, join(root, "a", "not", "yet"))).toContain(line);
  });

  test("a link leads into such a folder", () => {
    open(join(root, "a"), "777");
    symlinkSync(state, join(root, "link"));
    expect(refused("sync", {}, join(root, "link"))).toContain(`${root}/a may be written by every user`);
  });

  test("a group may write it, or a folder above it, that is not a group of this process", () => {
    for (const path of [state, join(root, "a")]) {
      open(path, "770");
      expect(refused("sync", { gids: [4712] })).toBe(
        `--state-dir: ${path} may be written by the group ${GIDS[0]} (mode 0770), so no state is kept there; run chmod g-w ${path}, or name a directory of this user with --state-dir`,
      );
      open(path, "750");
    }
  });

  test("it belongs to another user, also through a folder above it", () => {
    for (const path of [state, join(root, "a")]) {
      // Only root can give folders away.
      if (ME === 0) chownSync(path, STRANGER, STRANGER);
      const line = refused("sync", { uid: ME === 0 ? ME : STRANGER });
      expect(line).toContain(`--state-dir: ${ME === 0 ? path : state} belongs to another user (uid `);
      if (ME === 0) chownSync(path, 0, 0);
    }
  });
});

describe("commands that only read", () => {
  test.for(["audit", "validate", "list"] as const)(
    "%s are not refused: an auditor reads what another user keeps",
    (command) => {
      open(state, "777");
      expect(load(command).warnings).toEqual([]);
    },
  );

  test("a service without provisioning and schedule is one of them", () => {
    open(state, "777");
    const flags = new Map([
      ["user-pool-id", "eu-west-1_AbCd12345"],
      ["state-dir", state],
    ]);
    const info = {
      env: {},
      cwd: root,
      stdoutIsTerminal: false,
      stderrIsTerminal: false,
      uid: ME,
      gids: GIDS,
    };
    expect(loadConfig("serve", flags, info).warnings).toEqual([]);
    flags.set("sync-every", "1h").set("file", join(root, "x.c1z"));
    expect(refusalOf(() => loadConfig("serve", flags, info))).toContain("may be written by every user");
  });
});

describe("a volume of Kubernetes", () => {
  // Where root runs the tests, the volume belongs to root and the pod to another user.
  const POD = { uid: ME === 0 ? 65532 : ME, gids: [65532, ...GIDS] };

  test("is used in silence when the fsGroup of the pod may write it", () => {
    open(state, "2770");
    expect(load("serve", POD).warnings).toEqual([]);
    expect(load("serve", POD, join(state, "new")).warnings).toEqual([]);
  });

  test("is refused when the pod does not have the group", () => {
    open(state, "2770");
    expect(refused("serve", { ...POD, gids: [65532] })).toContain(`by the group ${GIDS[0]} (mode 2770)`);
  });

  test("that root has mounted for every user, as an emptyDir, is used with one warning", () => {
    // Such a mount on every Linux machine.
    const volume = "/dev/shm";
    const { warnings } = existsSync(volume) ? load("serve", POD, volume) : { warnings: [SHARED] };
    expect(warnings).toEqual([SHARED]);
  });

  const SHARED =
    "--state-dir: /dev/shm may be written by every user (mode 1777), which is safe only where no other user reaches it, as in a container";
});

test("a group that this user has alone may write it, by custom of the same number", () => {
  open(state, "775");
  const alone = GIDS[0] === ME ? load().warnings : [];
  expect(alone).toEqual([]);
});
