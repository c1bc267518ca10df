import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type CliResult, type RunningCli, runCliIn, startCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";

let cognito: ScriptedCognito;
let pool: Pool;
let root: string;
let home: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "connector-state-"));
  home = join(root, "home", ".local", "state", "cognito-connector", POOL);
  for (const name of ["home", "a", "b"]) mkdirSync(join(root, name));
  pool = createPool({ id: POOL, users: people(6, () => ({ groups: ["all"] })), groups: ["all"] });
  cognito = await startScriptedCognito({ pools: [pool] });
});

afterEach(async () => {
  await cognito.close();
  rmSync(root, { recursive: true });
});

function connector(folder: string, command: string, env: Record<string, string> = {}): Promise<CliResult> {
  const aws = [`--endpoint-url=${cognito.url}`, "--rate=1000", "--log-format=console"];
  const settings = [`--user-pool-id=${POOL}`, ...(command.startsWith("audit") ? [] : aws)];
  return runCliIn(join(root, folder), [...command.split(" "), ...settings], {
    HOME: join(root, "home"),
    XDG_STATE_HOME: "",
    ...env,
  });
}

const user = (number: number): string => {
  const [found] = pool.allUsers().slice(number, number + 1);
  if (found === undefined) throw new Error(`the pool has no user ${number}`);
  return found.sub;
};

describe("the state of a pool has one home", () => {
  test("a ceiling cannot be passed by running from another folder", async () => {
    const remove = (folder: string, number: number) =>
      connector(folder, `delete-user --user ${user(number)} --provisioning --max-deletions-per-hour 1`);
    const [first, second] = [user(0), user(1)];
    expect((await remove("a", 0)).code).toBe(0);
    const refused = await connector(
      "b",
      `delete-user --user ${second} --provisioning --max-deletions-per-hour 1`,
    );
    expect(refused).toMatchObject({ code: 21, stderr: expect.stringContaining("limit of 1 deletions") });
    expect(pool.allUsers().map(({ sub }) => sub)).not.toContain(first);
    expect(pool.allUsers().map(({ sub }) => sub)).toContain(second);
    const shown = await connector("b", "audit show --output jsonl");
    expect(shown.stdout.trim().split("\n")).toHaveLength(2);
    expect([readdirSync(join(root, "a")), readdirSync(join(root, "b"))]).toEqual([[], []]);
    expect(statSync(home).mode & 0o777).toBe(0o700);
  });

  test("a run that was cut off in one folder goes on in another", async () => {
    const file = join(root, "pool.c1z");
    cognito.script({ operation: "ListUsersInGroup", error: { name: "AccessDeniedException" }, times: 1 });
    expect((await connector("a", `sync --file ${file}`)).code).toBe(7);
    expect(readdirSync(home)).toHaveLength(1);
    const { code, stdout } = await connector("b", `sync --file ${file}`);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { users: 6, resumed: true }]);
    expect(readdirSync(home)).toEqual([]);
  });

  test.for([
    ["grant --user 0 --group all --provisioning", "audit.jsonl"],
    ["recover --provisioning", "journal.db"],
    ["audit verify", "audit.jsonl"],
    ["serve --provisioning --listen 127.0.0.1:0", "audit.jsonl"],
  ] as const)(
    "%s refuses to begin a second home when %s of an earlier version is in the folder",
    async ([command, file]) => {
      await connector("a", `revoke --user ${user(0)} --group all --provisioning`);
      for (const name of readdirSync(home)) renameSync(join(home, name), join(root, "a", name));
      cognito.stats.reset();
      const { code, stderr } = await connector("a", command.replace("--user 0", `--user ${user(0)}`));
      expect(code).toBe(9);
      expect(stderr).toMatch(
        new RegExp(`${POOL}\\.(${file}|audit.jsonl) is from an earlier version.*mkdir .*\n$`),
      );
      expect(readdirSync(home)).toEqual([]);
      expect(cognito.stats.calls).toEqual([]);
    },
  );

  test.for([
    ["HOME is missing", { HOME: "" }, /HOME and XDG_STATE_HOME are not set\); give --state-dir/, 2],
    [
      "the home cannot be created",
      { HOME: "/proc/none" },
      /cannot keep state in "\/proc\/none\/.*another --state-dir/,
      9,
    ],
  ] as const)("when %s, a change is refused in one line with the cure", async ([, env, says, expected]) => {
    const { code, stderr } = await connector("a", `grant --user ${user(0)} --group all --provisioning`, env);
    expect([code, stderr.trimEnd().split("\n").at(-1)]).toEqual([expected, expect.stringMatching(says)]);
    expect(existsSync(home)).toBe(false);
  });
});

describe("a second service of the same pool and state directory", () => {
  const running: RunningCli[] = [];
  afterEach(async () => {
    for (const { process, result } of running.splice(0)) {
      process.kill("SIGKILL");
      await result;
    }
  });

  function serve(more: readonly string[] = [], id = POOL): RunningCli {
    const args = ["serve", "--listen=127.0.0.1:0", "--log-format=json", "--rate=1000"];
    const started = startCli([...args, `--user-pool-id=${id}`, `--endpoint-url=${cognito.url}`, ...more], {
      HOME: join(root, "home"),
      XDG_STATE_HOME: "",
    });
    running.push(started);
    return started;
  }

  function serving({ process, result }: RunningCli): Promise<void> {
    return new Promise((resolve, reject) => {
      let text = "";
      process.stderr?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('"msg":"serving gRPC"')) resolve();
      });
      void result.then(({ stderr }) => reject(new Error(`it ended:\n${stderr}`)));
    });
  }

  test.for([[[]], [["--provisioning"]]] as const)("is refused in one line, with %j", async ([more]) => {
    await serving(serve(more));
    const second = await serve(more).result;
    expect(second.code).toBe(9);
    expect(second.stderr).toContain(
      `another connector serve of pool ${POOL} is running with the state directory ${home}; stop it first`,
    );
    expect(second.stderr.match(/"level":"error"/g)).toHaveLength(1);
  });

  test("commands work beside a running one, and another pool or directory is no second one", async () => {
    await serving(serve(["--provisioning"]));
    expect((await connector("a", `revoke --user ${user(0)} --group all --provisioning`)).code).toBe(0);
    expect((await connector("a", `sync --file ${join(root, "pool.c1z")}`)).code).toBe(0);
    await serving(serve([], "us-east-1_Another01"));
    await serving(serve([`--state-dir=${join(root, "b")}`]));
  });

  test("takes over at once what a killed one left", async () => {
    const first = serve();
    await serving(first);
    first.process.kill("SIGKILL");
    await first.result;
    expect(readdirSync(home)).toEqual([`${POOL}.serve-lock`]);
    const second = serve();
    await serving(second);
    second.process.kill("SIGTERM");
    expect((await second.result).code).toBe(0);
    expect(readdirSync(home)).toEqual([]);
  });

  test("a service that only reads starts also where nothing can be written, with a warning", async () => {
    const nowhere = serve(["--state-dir=/proc/none"]);
    await serving(nowhere);
    nowhere.process.kill("SIGTERM");
    const { stderr } = await nowhere.result;
    expect(stderr).toContain("cannot tell whether another service of this pool runs: cannot keep state in");
    expect(await serve(["--state-dir=/proc/none", "--provisioning"]).result).toMatchObject({ code: 9 });
  });
});
