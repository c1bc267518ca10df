import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../load-config.ts";
import type { CommandName } from "../table/setting.ts";
import { refusalOf } from "../testing.fixture.ts";

const POOL = "eu-west-1_AbCd12345";
const ME = process.getuid?.() ?? 0;
const STRANGER = 4711;

let root: string;
let cwd: string;
let yaml: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "file-trust-")));
  cwd = join(root, "folder");
  mkdirSync(cwd, { mode: 0o755 });
  yaml = join(cwd, ".baton.yaml");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function load(
  flags: Record<string, string> = {},
  uid: number | undefined = ME,
  command: CommandName = "list",
) {
  const all = new Map(Object.entries({ "user-pool-id": POOL, ...flags }));
  const env = { HOME: "/home/ann" };
  return loadConfig(command, all, { env, cwd, uid, stdoutIsTerminal: false, stderrIsTerminal: false });
}

function write(path = yaml, mode = "644"): void {
  writeFileSync(path, "endpoint-url: https://collects.example/");
  chmodSync(path, Number.parseInt(mode, 8));
}

/** Loads as a user to whom the path belongs to somebody else who is not root. Only root can give files away. */
function beside(path: string): () => ReturnType<typeof load> {
  if (ME !== 0) return () => load({}, STRANGER);
  lchownSync(path, STRANGER, STRANGER);
  return () => load({}, ME);
}

const ownerOf = ME === 0 ? STRANGER : ME;

describe("a ./.baton.yaml that nobody named", () => {
  test.for(["644", "600", "444", "755"])("is read when only this user may write it: mode %s", (mode) => {
    write(yaml, mode);
    expect(load().config.network.endpointUrl).toBe("https://collects.example/");
  });

  test.for(["664", "646", "666", "602", "620"])("is refused when others may write it: mode %s", (mode) => {
    write(yaml, mode);
    expect(refusalOf(load)).toBe(
      `${yaml} may be written by its group or by others (mode 0${mode}), so it is not used; check what it says, then run chmod go-w ${yaml}`,
    );
  });

  test("is refused when it belongs to another user", () => {
    write();
    expect(refusalOf(beside(yaml))).toBe(
      `${yaml} belongs to another user (uid ${ownerOf}), so it is not used; remove it, or name the file with --config if you trust it`,
    );
  });

  test("is refused when it is the link of another user, also to a file of this user", () => {
    write(join(root, "mine.yaml"));
    symlinkSync(join(root, "mine.yaml"), yaml);
    expect(load().config.network.endpointUrl).toBe("https://collects.example/");
    expect(refusalOf(beside(yaml))).toContain(`the link ${yaml} belongs to another user`);
  });

  test("is refused when its directory belongs to another user", () => {
    write();
    const refusal = refusalOf(beside(cwd));
    // Where the test is not root, the file belongs to that user too.
    expect(refusal).toMatch(
      ME === 0 ? /^the directory of .* belongs to another user/ : /belongs to another user/,
    );
  });

  test.for(["777", "775", "757"])("is refused when others may replace it: directory of mode %s", (mode) => {
    write();
    chmodSync(cwd, Number.parseInt(mode, 8));
    expect(refusalOf(load)).toContain(
      `is in a directory in which its group or others may replace it (mode 0${mode}), so it is not used; run chmod go-w ${cwd}`,
    );
    chmodSync(cwd, 0o1777);
    expect(load().config.network.endpointUrl).toBe("https://collects.example/");
  });

  test("is refused when it is a link into such a directory", () => {
    const shared = join(root, "shared");
    mkdirSync(shared);
    chmodSync(shared, 0o777);
    write(join(shared, "x.yaml"));
    symlinkSync(join(shared, "x.yaml"), yaml);
    expect(refusalOf(load)).toContain(`run chmod go-w ${shared}`);
  });

  test("is refused when it is a fifo, and nobody waits for its writer", () => {
    expect(spawnSync("mkfifo", ["-m", "600", yaml]).status).toBe(0);
    expect(refusalOf(load)).toBe(`${yaml} is not a regular file, so it is not used; remove it`);
  });

  test.for([ME, undefined])("is refused when it is a link to nowhere: as user %s", (uid) => {
    symlinkSync(join(root, "nowhere"), yaml);
    expect(refusalOf(() => load({}, uid))).toBe(
      `${yaml} is a link to a file that does not exist, so it is not used; remove the link, or mend it`,
    );
  });

  test("is refused when it is a link through links to nowhere", () => {
    symlinkSync(join(root, "nowhere"), join(root, "second"));
    symlinkSync(join(root, "second"), yaml);
    expect(refusalOf(load)).toContain("is a link to a file that does not exist");
  });

  test("is refused when it is a directory", () => {
    mkdirSync(yaml);
    expect(refusalOf(load)).toBe(`${yaml} is not a regular file, so it is not used; remove it`);
  });

  test("is refused when it is a link to itself", () => {
    symlinkSync(yaml, yaml);
    expect(refusalOf(load)).toBe(`configuration file: ${yaml}: it cannot be read (ELOOP)`);
  });

  test("is refused when this user may not read it", () => {
    write(yaml, "200");
    // Root reads every file.
    expect(ME === 0 ? "EACCES" : refusalOf(load)).toContain("EACCES");
  });

  test("is not asked for where there is none", () => {
    expect(load().config.network.endpointUrl).toBeUndefined();
  });
});

describe("a configuration file that is named", () => {
  test("is refused when others may write it", () => {
    const path = join(root, "named.yaml");
    write(path, "666");
    expect(refusalOf(() => load({ config: path }))).toContain("may be written by its group or by others");
  });

  test("is read with a warning when it belongs to another user, from any directory", () => {
    const path = join(root, "named.yaml");
    write(path);
    chmodSync(root, 0o777);
    if (ME === 0) lchownSync(path, STRANGER, STRANGER);
    const { config, warnings } = load({ config: path }, ME === 0 ? ME : STRANGER);
    expect(config.network.endpointUrl).toBe("https://collects.example/");
    expect(warnings).toContain(
      `${path} belongs to another user (uid ${ownerOf}), who can change the settings of this program`,
    );
  });
});

describe("a file with a secret", () => {
  function secret(mode: string) {
    const path = join(root, "secret");
    writeFileSync(path, "wJalrXUtnFEMI");
    chmodSync(path, Number.parseInt(mode, 8));
    const flags = { "aws-access-key-id-file": path, "aws-secret-access-key-file": path };
    return { path, load: () => load(flags) };
  }

  test.for(["600", "400", "440", "640"])("is read in silence: mode %s", (mode) => {
    expect(secret(mode).load().warnings).toEqual([]);
  });

  test.for([
    ["644", "read by every user"],
    ["660", "written by its group"],
    ["664", "written by its group and read by every user"],
  ] as const)("is read with a warning: mode %s", ([mode, what]) => {
    const { path, load: read } = secret(mode);
    expect(read().warnings).toContain(
      `--aws-secret-access-key-file: ${path} may be ${what} (mode 0${mode}); run chmod g-w,o-rwx ${path}`,
    );
  });

  test.for(["602", "666"])("is refused when everybody may write it: mode %s", (mode) => {
    const { path, load: read } = secret(mode);
    expect(refusalOf(read)).toBe(
      `--aws-access-key-id-file: ${path} may be written by every user (mode 0${mode}), so it is not used; run chmod o-w ${path}`,
    );
  });
});

describe("the files of the service", () => {
  const names = ["tls-cert-file", "tls-key-file", "tls-client-ca-file", "auth-tokens-file", "jwt-jwks-file"];

  function serving(modes: Record<string, number>) {
    const flags: Record<string, string> = { "jwt-issuer": "i", "jwt-audience": "a" };
    for (const name of names) {
      flags[name] = join(root, name);
      writeFileSync(join(root, name), "");
      chmodSync(join(root, name), modes[name] ?? 0o600);
    }
    return load(flags, ME, "serve");
  }

  test.for(names)("%s is refused when every user may write it: who does so decides who may call", (name) => {
    expect(refusalOf(() => serving({ [name]: 0o606 }))).toContain(
      `--${name}: ${root}/${name} may be written by every user`,
    );
  });

  test("the key is warned of when every user may read it; certificates and hashes are no secrets", () => {
    const modes = Object.fromEntries(names.map((name) => [name, 0o644]));
    expect(serving(modes).warnings).toEqual([
      `--tls-key-file: ${root}/tls-key-file may be read by every user (mode 0644); run chmod g-w,o-rwx ${root}/tls-key-file`,
    ]);
  });

  test("a file of another user, who can change it, is warned of", () => {
    // Only root can give files away; another user looks at its own files as a stranger.
    serving({});
    if (ME === 0) for (const name of names) lchownSync(join(root, name), STRANGER, STRANGER);
    const flags = Object.fromEntries(names.map((name) => [name, join(root, name)]));
    const uid = ME === 0 ? ME : STRANGER;
    const { warnings } = load({ ...flags, "jwt-issuer": "i", "jwt-audience": "a" }, uid, "serve");
    expect(warnings).toEqual(
      names.map(
        (name) =>
          `--${name}: ${root}/${name} belongs to another user (uid ${ownerOf}), who can change it; give it to this user or to root`,
      ),
    );
  });
});
