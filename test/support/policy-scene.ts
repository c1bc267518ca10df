// A pool behind an IAM policy, and what a command or a call comes to there.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../../cmd/connector/process/context.ts";
import { run } from "../../cmd/connector/run.ts";
import { memoryContext, memoryInput, memoryOutput } from "../../cmd/connector/testing.fixture.ts";
import { person } from "../cognito/definitions.ts";
import { createPool, type Pool } from "../cognito/pool.ts";
import { startScriptedCognito } from "../cognito/server.ts";
import type { StoredUser } from "../cognito/stored-user.ts";

export const POLICY_POOL = "us-east-1_Ab129faBb";

export interface PolicyScene {
  readonly pool: Pool;
  readonly folder: string;
  readonly stored: (username: string) => StoredUser;
  /** The whole pool as it is, to compare. */
  readonly snapshot: () => string;
  /** Runs a command line in this process, with `--provisioning` where it takes that. */
  readonly command: (
    argv: readonly string[],
    stdin?: string,
    over?: Pick<Partial<Context>, "stdout" | "signal">,
  ) => Promise<CommandResult>;
  /** Runs `connector serve` until the scene is closed. */
  serve(): Promise<Served>;
  close(): Promise<void>;
}

/** Commands that take no settings of this pool. */
const WITHOUT_POOL: ReadonlySet<string> = new Set([
  "inspect",
  "query",
  "changes",
  "report",
  "health-check",
  "actions list",
]);
/** Commands that change nothing and keep no state. */
const ONLY_READING = ["list", "get", "diff"];

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Served {
  /** `host:port` of the gRPC server. */
  readonly address: string;
  /** The address of the health endpoint. */
  readonly http: string;
  readonly log: () => string;
}

/** The pool of a small company, whose connector may call these actions and no other. */
export async function policyScene(allowed: readonly string[]): Promise<PolicyScene> {
  const folder = mkdtempSync(join(tmpdir(), "connector-policy-"));
  const pool = createPool({
    id: POLICY_POOL,
    users: [
      person(0, { username: "grace", groups: ["readers", "writers"] }),
      person(1, { username: "joan", attributes: { email: "joan@example.com", email_verified: "true" } }),
      person(2, { username: "invited", status: "FORCE_CHANGE_PASSWORD" }),
      person(3, { username: "new", status: "UNCONFIRMED" }),
      person(4, { username: "guarded", mfa: ["SOFTWARE_TOKEN_MFA"] }),
      person(5, { username: "barred", enabled: false }),
    ],
    groups: ["readers", "writers", { name: "admins", roleArn: "arn:aws:iam::123456789012:role/admins" }],
  });
  const cognito = await startScriptedCognito({ pools: [pool] });
  cognito.credentials.allowOnly(allowed);
  const stop = new AbortController();
  const services: Promise<number>[] = [];
  const settings = [
    `--user-pool-id=${POLICY_POOL}`,
    `--endpoint-url=${cognito.url}`,
    "--rate=1000",
    `--state-dir=${folder}`,
    "--provisioning",
    "--log-format=console",
  ];
  const context = () => ({
    env: { BATON_AWS_ACCESS_KEY_ID: "AKIDTEST", BATON_AWS_SECRET_ACCESS_KEY: "test-secret-key" },
    cwd: folder,
    now: Date.now,
    monotonic: () => performance.now(),
  });

  return {
    pool,
    folder,
    stored(username) {
      const user = pool.stored(username);
      if (user === undefined) throw new Error(`the pool has no ${username}`);
      return user;
    },
    snapshot() {
      const users = pool
        .allUsers()
        .map((user) => [
          user,
          [...user.attributes],
          pool.groupsOf(user.username, 0, 60).items.map(({ name }) => name),
        ]);
      return JSON.stringify([users, pool.groups(0, 60).items]);
    },
    async command(argv, stdin = "", over = {}) {
      const [command = "", second = ""] = argv;
      const name = `${command} ${second}`;
      const own = memoryContext({ ...context(), stdin: memoryInput(stdin) });
      const isTaken = (flag: string): boolean => {
        if (WITHOUT_POOL.has(name) || WITHOUT_POOL.has(command)) return false;
        if (command === "audit") return /^--(user-pool-id|state-dir|log-format)/.test(flag);
        if (flag === "--provisioning") return !["sync", ...ONLY_READING].includes(command);
        return !flag.startsWith("--state-dir") || !["validate", ...ONLY_READING].includes(command);
      };
      const taken = settings.filter(isTaken);
      const code = await run([...argv, ...taken], { ...own, ...over });
      return { code, stdout: own.stdout.text(), stderr: own.stderr.text() };
    },
    async serve() {
      const ready = Promise.withResolvers<void>();
      const stderr = memoryOutput();
      const addressOf = (message: string): string | undefined =>
        new RegExp(`"address":"([^"]+)"[^\\n]*"msg":"${message}"`).exec(stderr.text())?.[1];
      const watched = {
        ...stderr,
        writeNow(text: string) {
          stderr.writeNow(text);
          if (addressOf("serving gRPC") !== undefined) ready.resolve();
        },
      };
      const own = memoryContext({ ...context(), stderr: watched, signal: stop.signal });
      const flags = ["--listen=127.0.0.1:0", "--insecure", "--health-check", "--health-check-port=0"];
      const plain = settings.filter((flag) => !flag.startsWith("--log-format"));
      const ended = run(["serve", ...flags, ...plain, "--log-format=json"], own);
      services.push(ended);
      await Promise.race([ready.promise, ended.then(() => Promise.reject(new Error(stderr.text())))]);
      return {
        address: addressOf("serving gRPC") ?? "",
        http: `http://${addressOf("serving health and metrics") ?? ""}`,
        log: () => stderr.text(),
      };
    },
    async close() {
      stop.abort(new Error("the test is over"));
      await Promise.all(services);
      await cognito.close();
      rmSync(folder, { recursive: true });
    },
  };
}
