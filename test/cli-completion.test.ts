import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "./support/connector-cli.ts";

// What bash does at a Tab: it fills COMP_WORDS, calls the function, and reads COMPREPLY.
const DRIVER = `
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_connector
printf '%s\\n' "\${COMPREPLY[@]}"
`;

describe("bash completion", () => {
  let folder: string;
  let script: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "connector-completion-"));
    script = join(folder, "connector.bash");
    writeFileSync(script, (await runCli(["completion", "bash"])).stdout);
    mkdirSync(join(folder, "my pools"));
    writeFileSync(join(folder, "my.c1z"), "");
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function complete(...words: string[]): string[] {
    const { stdout, stderr, status } = spawnSync("bash", ["-c", DRIVER, "bash", script, ...words], {
      cwd: folder,
      encoding: "utf8",
    });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    return stdout.split("\n").filter((word) => word !== "");
  }

  test("offers the commands", () => {
    const all = complete("connector", "");
    expect(all).toEqual(
      expect.arrayContaining(["sync", "serve", "validate", "list", "iam-policy", "completion"]),
    );
  });

  test.for<[string[], string[]]>([
    [
      ["connector", "s"],
      ["sync", "set-password", "serve", "sign-out-user"],
    ],
    [
      ["connector", "list", ""],
      ["users", "groups", "members"],
    ],
    [["connector", "config", ""], ["show"]],
    [
      ["connector", "completion", ""],
      ["bash", "zsh", "fish", "powershell"],
    ],
    [
      ["connector", "sync", "--output", ""],
      ["table", "json", "jsonl", "csv"],
    ],
    [
      ["connector", "sync", "--output", "j"],
      ["json", "jsonl"],
    ],
    [
      ["connector", "sync", "--output", "=", "j"],
      ["json", "jsonl"],
    ],
    [
      ["connector", "sync", "--output", "="],
      ["table", "json", "jsonl", "csv"],
    ],
    [
      ["connector", "version", "--output", ""],
      ["text", "json"],
    ],
    [
      ["connector", "list", "users", "--user-"],
      ["--user-pool-id", "--user-id"],
    ],
    [
      ["connector", "list", "users", "--user-id", ""],
      ["sub", "username"],
    ],
    [["connector", "sync", "--rate", ""], []],
    [["connector", "sync", "--user-pool-id", "list", "--acc"], ["--accept-shrink"]],
    [["connector", "validate", "--accept"], []],
    [
      ["connector", "sync", "-f", "my"],
      ["my pools", "my.c1z"],
    ],
    [["connector", "sync", "--file", "=", "my."], ["my.c1z"]],
  ])("of %j is %j", ([words, offered]) => {
    expect(complete(...words).sort()).toEqual([...offered].sort());
  });

  test("is valid for bash, and bound to the command", () => {
    const { stdout } = spawnSync("bash", ["-c", `source "${script}"; complete -p connector`], {
      encoding: "utf8",
    });
    expect(stdout).toBe("complete -F _connector connector\n");
  });
});
