import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { GroupPattern } from "../core/group-pattern.ts";
import { NO_CHOICE } from "../core/sync-scope.ts";
import type { Config } from "./config.ts";
import { loadConfig, loadOutput } from "./load-config.ts";
import type { CommandName } from "./table/setting.ts";
import { DEFAULT_RATES } from "./table/values/rate.ts";

const POOL = "eu-west-1_AbCd12345";
const KEY_ID = "AKIAIOSFODNN7EXAMPLE";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

const CLIENT_SECRET = "secret-token:conductorone.com:v1:eyJrdHkiOiJPS1AifQ";

const READ_ONLY: Config["provisioning"] = {
  enabled: false,
  groupsAllow: [],
  groupsDeny: [],
  allowRoleGroups: false,
  allowFederatedWrites: false,
  deleteRequiresDisabled: false,
  endSessions: false,
  maxDeletionsPerHour: 100,
  maxDisablesPerHour: 100,
  maxInvitationsPerDay: 50,
  maxGroupsPerUser: 100,
};

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "connector-config-"));
});
afterEach(() => {
  rmSync(cwd, { recursive: true, force: true });
});

interface Start {
  readonly command?: CommandName;
  readonly flags?: Record<string, string>;
  readonly env?: Record<string, string>;
  readonly yaml?: string;
  readonly terminal?: boolean;
}

function load({ command = "sync", flags = {}, env = {}, yaml, terminal = false }: Start) {
  if (yaml !== undefined) writeFileSync(join(cwd, ".baton.yaml"), yaml);
  return loadConfig(command, new Map(Object.entries(flags)), {
    env: { HOME: "/home/ann", ...env },
    cwd,
    stdoutIsTerminal: terminal,
    stderrIsTerminal: terminal,
  });
}

function config(start: Start = {}): Config {
  return load({ ...start, flags: { "user-pool-id": POOL, ...start.flags } }).config;
}

function refusal(start: Start): string {
  let refused: unknown;
  try {
    load(start);
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(GovernanceError);
  expect(refused).toMatchObject({ code: "invalid-argument", message: expect.not.stringContaining("\n") });
  return String(refused).replace("GovernanceError: ", "").replaceAll(cwd, "CWD");
}

function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

const withPool = { "user-pool-id": POOL };

describe("an earlier name of a setting", () => {
  const former = "max-invitations-per-hour";
  const ofPool = { "user-pool-id": POOL };

  test.for([
    ["a flag", { flags: { [former]: "7" } }, `--${former}`],
    ["the environment", { env: { BATON_MAX_INVITATIONS_PER_HOUR: "7" } }, "BATON_MAX_INVITATIONS_PER_HOUR"],
    ["the file", { yaml: `${former}: 7` }, `${former} in CWD/.baton.yaml:1`],
  ] as const)("is still read from %s, with a warning", ([, start, label]) => {
    const { flags = {}, ...rest }: Start = start;
    const { config: read, warnings } = load({ command: "write", flags: { ...ofPool, ...flags }, ...rest });
    expect(read.provisioning.maxInvitationsPerDay).toBe(7);
    expect(warnings.map((line) => line.replaceAll(cwd, "CWD"))).toEqual([
      `${label} is an earlier name: the value is used as max-invitations-per-day; write that name instead`,
    ]);
  });

  test("is refused beside the name of today, and is checked like it", () => {
    const flags = { ...ofPool, [former]: "7", "max-invitations-per-day": "8" };
    expect(refusal({ command: "write", flags })).toBe(
      `--max-invitations-per-day and --${former} are the same setting under two names; keep the first`,
    );
    expect(refusal({ command: "write", flags: { ...ofPool, [former]: "-1" } })).toContain(
      `--${former}: must be a whole number from 0`,
    );
  });

  test("gives way to a source that comes first, whatever its name is", () => {
    const env = { BATON_MAX_INVITATIONS_PER_DAY: "8" };
    const flags = { ...ofPool, [former]: "7" };
    expect(load({ command: "write", flags, env }).config.provisioning.maxInvitationsPerDay).toBe(7);
  });
});

describe("CONFIG-1: precedence", () => {
  const all = {
    flags: { ...withPool, rate: "1" },
    env: { BATON_RATE: "2" },
    yaml: "rate: 3\n",
  };

  test("a flag beats all", () => {
    expect(load(all).config.rates.UserList).toBe(1);
  });

  test("the environment beats the file", () => {
    expect(load({ ...all, flags: withPool }).config.rates.UserList).toBe(2);
  });

  test("the file beats the default", () => {
    expect(load({ ...all, flags: withPool, env: {} }).config.rates.UserList).toBe(3);
  });

  test("the default is 5 requests per second for each category", () => {
    expect(load({ flags: withPool }).config.rates).toEqual({
      UserList: 5,
      UserRead: 5,
      UserResourceRead: 5,
      UserPoolRead: 5,
      UserPoolResourceRead: 5,
      UserCreation: 5,
      UserUpdate: 5,
      UserAccountRecovery: 5,
      UserResourceUpdate: 5,
      UserPoolResourceUpdate: 5,
    });
  });

  test("an empty environment text counts as not set", () => {
    expect(load({ ...all, flags: withPool, env: { BATON_RATE: "" } }).config.rates.UserList).toBe(3);
  });

  test("our environment name beats the SDK's, and the SDK's own for Cognito beats its general one", () => {
    const env = {
      AWS_ENDPOINT_URL: "https://general:1",
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: "https://cognito:2",
    };
    expect(config({ env }).network.endpointUrl).toBe("https://cognito:2");
    expect(config({ env: { ...env, BATON_ENDPOINT_URL: "https://ours:3" } }).network.endpointUrl).toBe(
      "https://ours:3",
    );
    expect(config({ env: { AWS_ENDPOINT_URL: "https://general:1" } }).network.endpointUrl).toBe(
      "https://general:1",
    );
  });

  test("the SDK's setting to ignore configured endpoints is obeyed", () => {
    const env = { AWS_ENDPOINT_URL: "https://general:1", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" };
    expect(config({ env }).network.endpointUrl).toBeUndefined();
  });
});

describe("the config that comes out", () => {
  test("is complete with nothing but a pool id", () => {
    expect(config()).toEqual({
      labels: {
        listen: "listen",
        "scim-listen": "scim-listen",
        "health-check-port": "health-check-port",
        "health-check-bind-address": "health-check-bind-address",
      },
      poolId: POOL,
      region: "eu-west-1",
      userIdKind: "sub",
      rates: DEFAULT_RATES,
      keys: { kind: "default", profile: undefined },
      assumeRole: undefined,
      network: {
        endpointUrl: undefined,
        fips: false,
        dualStack: false,
        httpsProxy: undefined,
        httpProxy: undefined,
        noProxy: undefined,
        caBundle: undefined,
        httpTimeoutMs: 300_000,
        patienceMs: undefined,
      },
      sync: {
        file: "sync.c1z",
        acceptShrink: false,
        choice: NO_CHOICE,
        skipped: false,
        listShards: 1,
        readMembers: "auto",
      },
      stateDir: `/home/ann/.local/state/cognito-connector/${POOL}`,
      stateDirNamed: false,
      provisioning: READ_ONLY,
      dryRun: false,
      clientSecret: undefined,
      service: {
        listen: { kind: "tcp", host: "127.0.0.1", port: 50_051 },
        insecure: false,
        tls: undefined,
        tokensFile: undefined,
        jwt: undefined,
        graceMs: 25_000,
        maxQueueSeconds: 60,
        maxConnections: 2000,
        maxCalls: 2000,
        reflection: true,
      },
      health: { enabled: false, port: 8081, bindAddress: "127.0.0.1" },
      otel: undefined,
      schedule: undefined,
      output: "jsonl",
      log: { level: "info", format: "json", debugExpiresAt: undefined, files: [] },
    });
  });

  test("is for people on a terminal", () => {
    const { output, log } = config({ terminal: true });
    expect([output, log.format]).toEqual(["table", "console"]);
  });

  test("is frozen to the bottom", () => {
    const frozen = config();
    expect([frozen, frozen.network, frozen.rates, frozen.log].every(Object.isFrozen)).toBe(true);
  });

  test.for(["sync", "serve", "write", "recover", "audit"] as const)(
    "%s keeps the state of the pool in one home, whatever the folder and the sync file are",
    (command) => {
      const stateOf = (env: Record<string, string>) => {
        const { stateDir, stateDirNamed } = config({
          command,
          env: { BATON_FILE: "/data/pool.c1z", ...env },
        });
        return [stateDir, stateDirNamed];
      };
      const below = `cognito-connector/${POOL}`;
      expect(stateOf({})).toEqual([`/home/ann/.local/state/${below}`, false]);
      expect(stateOf({ XDG_STATE_HOME: "/var/state" })).toEqual([`/var/state/${below}`, false]);
      // The specification of XDG ignores a relative path; here it would bring the current folder back.
      expect(stateOf({ XDG_STATE_HOME: "state" })).toEqual([`/home/ann/.local/state/${below}`, false]);
      expect(stateOf({ XDG_STATE_HOME: "" })).toEqual([`/home/ann/.local/state/${below}`, false]);
      expect(stateOf({ STATE_DIRECTORY: "/var/lib/a:/var/lib/b" })).toEqual(["/var/lib/a", true]);
      expect(stateOf({ BATON_STATE_DIR: "state", STATE_DIRECTORY: "/var/lib/a" })).toEqual([
        join(cwd, "state"),
        true,
      ]);
    },
  );

  test.for([{ HOME: "" }, { HOME: "home" }, { HOME: "", XDG_STATE_HOME: "state" }])(
    "without a home directory (%j) a command that keeps state is refused with the cure, and a read works",
    (env) => {
      for (const command of ["sync", "serve", "write", "recover", "audit"] as const) {
        expect(refusal({ command, flags: { "user-pool-id": POOL }, env })).toBe(
          "state-dir: there is no home directory to keep state in (HOME and XDG_STATE_HOME are not set); give --state-dir or BATON_STATE_DIR",
        );
        expect(config({ command, env: { ...env, BATON_STATE_DIR: "/data" } }).stateDir).toBe("/data");
      }
      expect(config({ command: "list", env }).poolId).toBe(POOL);
    },
  );

  test("CONFIG-4: has the bounds of provisioning, the patterns parsed", () => {
    const yaml = [
      "provisioning: true",
      "groups-allow: [team-*, 'Größe-?', \"*-readers\"]",
      "allow-role-groups: true",
      "allow-federated-writes: on",
      "delete-requires-disabled: yes",
      "end-sessions: yes",
      "max-deletions-per-hour: 0",
      "max-disables-per-hour: 1000000",
      "max-invitations-per-day: 7",
    ].join("\n");
    const changed: Config["provisioning"] = {
      enabled: true,
      groupsAllow: ["team-*", "Größe-?", "*-readers"].map((text) => new GroupPattern(text)),
      groupsDeny: ["root", "admins"].map((text) => new GroupPattern(text)),
      allowRoleGroups: true,
      allowFederatedWrites: true,
      deleteRequiresDisabled: true,
      endSessions: true,
      maxDeletionsPerHour: 0,
      maxDisablesPerHour: 1_000_000,
      maxInvitationsPerDay: 7,
      maxGroupsPerUser: 100,
    };
    const start = { yaml, env: { BATON_GROUPS_DENY: " root , admins,root" } };
    expect(config({ ...start, command: "serve" }).provisioning).toEqual(changed);
    const planned = config({ ...start, command: "write", flags: { "dry-run": "true" } });
    expect(planned.provisioning).toEqual(changed);
    expect([planned.dryRun, config({ ...start, command: "write" }).dryRun]).toEqual([true, false]);
    // It starts no change, and says how many the limits still allow.
    const { maxDeletionsPerHour, maxDisablesPerHour, maxInvitationsPerDay } = changed;
    expect(config({ ...start, command: "recover" }).provisioning).toEqual({
      ...READ_ONLY,
      enabled: true,
      maxDeletionsPerHour,
      maxDisablesPerHour,
      maxInvitationsPerDay,
    });
    expect(config({ ...start, command: "sync" }).provisioning).toEqual(READ_ONLY);
  });

  test("takes a group pattern as long as a name, counted in characters", () => {
    const longest = "\u{1f600}".repeat(128);
    expect(config({ command: "write", flags: { "groups-allow": longest } }).provisioning.groupsAllow).toEqual(
      [new GroupPattern(longest)],
    );
  });

  test("takes no certificate that may change the pool beside those that may read", () => {
    const yaml = "tls-provisioners: []\ntls-readers: [spiffe://example.org/reader]";
    const flags = { "tls-cert-file": "c", "tls-key-file": "k", "tls-client-ca-file": "a" };
    expect(config({ command: "serve", flags, yaml }).service.tls?.provisioners).toEqual([]);
  });

  test("takes the value of a YAML anchor", () => {
    const yaml = "groups-deny: &closed admins\ngroups-allow: *closed";
    expect(config({ command: "write", yaml }).provisioning.groupsAllow).toEqual([new GroupPattern("admins")]);
  });

  test("takes the client metadata of a map whole, with a comma and an equals sign in a value", () => {
    const yaml = 'client-metadata:\n  note: "a,b=c"\n  ticket: 0042\n  "{x": "{"';
    expect(config({ command: "write", yaml }).clientMetadata).toEqual(
      new Map([
        ["note", "a,b=c"],
        ["ticket", "0042"],
        ["{x", "{"],
      ]),
    );
  });

  test("has the client secret for serve alone, also from a file of its own", () => {
    const env = { BATON_CLIENT_SECRET: CLIENT_SECRET };
    expect(config({ command: "serve", env }).clientSecret).toBe(CLIENT_SECRET);
    expect(config({ command: "write", env }).clientSecret).toBeUndefined();
    writeFileSync(join(cwd, "client"), `${CLIENT_SECRET}\n`);
    const byFile = config({ command: "serve", env: { BATON_CLIENT_SECRET_FILE: "client" } });
    expect(byFile.clientSecret).toBe(CLIENT_SECRET);
  });

  test("identifies accounts by username if a write is configured so", () => {
    expect(config({ command: "write", flags: { "user-id": "username" } }).userIdKind).toBe("username");
  });

  test("is not needed for a list of actions: a form of output is", () => {
    const around = { env: {}, cwd, stdoutIsTerminal: true, stderrIsTerminal: true };
    expect(loadOutput("actions", new Map(), around)).toEqual({ output: "table", warnings: [] });
    const piped = { ...around, env: { BATON_TMPDIR: "/x" }, stdoutIsTerminal: false };
    expect(loadOutput("actions", new Map(), piped)).toEqual({
      output: "jsonl",
      warnings: ["BATON_TMPDIR is not a setting of this connector and is ignored"],
    });
    expect(loadOutput("actions", new Map([["output", "csv"]]), around).output).toBe("csv");
  });

  test("has static keys when both are given", () => {
    const env = { BATON_AWS_ACCESS_KEY_ID: KEY_ID, BATON_AWS_SECRET_ACCESS_KEY: SECRET };
    expect(config({ env }).keys).toEqual({
      kind: "static",
      accessKeyId: KEY_ID,
      secretAccessKey: SECRET,
      sessionToken: undefined,
    });
  });

  test("has the role to assume", () => {
    const env = {
      BATON_AWS_ASSUME_ROLE_ARN: "arn:aws-us-gov:iam::123456789012:role/path/connector",
      BATON_AWS_ASSUME_ROLE_EXTERNAL_ID: "tenant:1/a",
      BATON_AWS_ASSUME_ROLE_DURATION_SECONDS: "900",
    };
    expect(config({ env }).assumeRole).toEqual({
      roleArn: "arn:aws-us-gov:iam::123456789012:role/path/connector",
      externalId: "tenant:1/a",
      sessionName: "cognito-connector",
      durationSeconds: 900,
    });
  });

  test("has the proxies of the environment, upper or lower case", () => {
    const { network } = config({
      env: { https_proxy: "proxy.example.com:3128", HTTP_PROXY: "http://p:1", no_proxy: "localhost,.corp" },
    });
    expect(network).toMatchObject({
      httpsProxy: "http://proxy.example.com:3128",
      httpProxy: "http://p:1",
      noProxy: "localhost,.corp",
    });
  });

  test("reads only what the command uses", () => {
    expect(config({ command: "list", env: { BATON_LISTEN: "nonsense" } }).poolId).toBe(POOL);
  });

  test.for([
    ["5", 5, 5],
    ["2.5", 2.5, 2.5],
    ["UserList=30", 30, 5],
    ["2, UserList=30", 30, 2],
    ["UserList=30,UserPoolResourceRead=2.5", 30, 2.5],
  ] as const)("rate %s gives UserList %d and UserPoolResourceRead %d", ([rate, list, groups]) => {
    const { rates } = config({ flags: { rate } });
    expect([rates.UserList, rates.UserPoolResourceRead]).toEqual([list, groups]);
  });

  test("lets an emulator's rate pass AWS's quota", () => {
    const flags = { rate: "100000", "endpoint-url": "http://127.0.0.1:9229" };
    expect(config({ flags }).rates.UserPoolRead).toBe(100_000);
  });
});

describe("CONFIG-3: secrets", () => {
  const both = { BATON_AWS_ACCESS_KEY_ID: KEY_ID };

  test("can be in a file of their own", () => {
    writeFileSync(join(cwd, "secret"), `${SECRET}\n`);
    const { keys } = config({ env: { ...both, BATON_AWS_SECRET_ACCESS_KEY_FILE: "secret" } });
    expect(keys).toMatchObject({ secretAccessKey: SECRET });
  });

  test("can be in a file that a flag names", () => {
    writeFileSync(join(cwd, "secret"), SECRET);
    const { keys } = config({ env: both, flags: { "aws-secret-access-key-file": "secret" } });
    expect(keys).toMatchObject({ secretAccessKey: SECRET });
  });

  test("are taken as flags when that is asked for", () => {
    const flags = {
      "aws-access-key-id": KEY_ID,
      "aws-secret-access-key": SECRET,
      "allow-secret-flags": "true",
    };
    expect(config({ flags }).keys).toMatchObject({ kind: "static" });
  });

  test.for([
    [{ "aws-secret-access-key": `${SECRET} ` }],
    [{ "aws-session-token": `to${SECRET}\nken` }],
    [{ "aws-access-key-id": `A!${SECRET}` }],
  ])("are never in a message: %o", ([yaml]) => {
    const message = refusal({ flags: withPool, yaml: JSON.stringify(yaml) });
    expect(message).not.toContain(SECRET);
    expect(message).toMatch(/^aws-[a-z-]+ in CWD\/\.baton\.yaml:1: must be /);
  });

  test("in a proxy's URL are hidden in a message", () => {
    const message = refusal({ flags: withPool, env: { HTTPS_PROXY: "ftp://me:hunter2@proxy:1" } });
    expect(message).toBe("HTTPS_PROXY: must be the URL of a proxy such as http://proxy.example.com:3128");
  });
});

describe("CONFIG-6: refused with one line", () => {
  test.for<[string, Start, string | RegExp]>([
    [
      "no pool id",
      {},
      "user-pool-id: missing; give --user-pool-id, BATON_USER_POOL_ID or the key user-pool-id in a configuration file",
    ],
    [
      "an invalid pool id",
      { env: { BATON_USER_POOL_ID: "my-pool" } },
      'BATON_USER_POOL_ID: must be a user pool id such as eu-west-1_AbCd12345; copy it from the pool\'s overview page in the console, got "my-pool"',
    ],
    [
      "a Region that is not the pool's",
      { flags: { ...withPool, region: "eu-west-2" } },
      `--region: eu-west-2 is not the Region of the pool ${POOL}; leave it out, it is read from the pool id`,
    ],
    [
      "an invalid Region",
      { flags: withPool, yaml: "region: Ireland" },
      'region in CWD/.baton.yaml:1: must be an AWS Region such as eu-west-1; leave it out and it is read from the pool id, got "Ireland"',
    ],
    [
      "a rate that is not a number",
      { flags: { ...withPool, rate: "fast" } },
      '--rate: must be a number such as 5, or rates by category such as UserList=30,UserPoolResourceRead=2.5: "fast" has no number above 0, got "fast"',
    ],
    ["a rate of 0", { flags: { ...withPool, rate: "0" } }, /^--rate: .*"0" has no number above 0/],
    ["a negative rate", { flags: { ...withPool, rate: "UserList=-1" } }, /^--rate: .*has no number above 0/],
    ["an infinite rate", { flags: { ...withPool, rate: "1e99" } }, /^--rate: .*has no number above 0/],
    [
      "an unknown category",
      { flags: { ...withPool, rate: "UsersList=3" } },
      /"UsersList" is not a quota category; did you mean UserList\?, got "UsersList=3"$/,
    ],
    [
      "a category named twice",
      { flags: { ...withPool, rate: "UserList=3,UserList=4" } },
      /UserList is given twice/,
    ],
    [
      "a rate above AWS's quota",
      { flags: { ...withPool, rate: "UserList=31" } },
      "--rate: is above AWS's quota of 30 requests per second for UserList; give that category at most 30, such as --rate UserList=30",
    ],
    [
      "a rate above the smallest quota",
      { env: { BATON_RATE: "20" }, flags: withPool },
      /^BATON_RATE: is above AWS's quota of 15 .* UserPoolRead/,
    ],
    [
      "a file in the place of a format",
      { flags: { ...withPool, output: "pool.c1z" } },
      '--output: must be one of table, json, jsonl, csv; the file that a sync writes is set with --file, got "pool.c1z"',
    ],
    [
      "an unknown kind of user id",
      { flags: { ...withPool, "user-id": "email" } },
      '--user-id: must be one of sub, username, got "email"',
    ],
    [
      "a number out of range",
      { env: { BATON_HTTP_TIMEOUT_SECONDS: "1801" }, flags: withPool },
      'BATON_HTTP_TIMEOUT_SECONDS: must be a whole number from 1 to 1800, got "1801"',
    ],
    [
      "a text that is not a number",
      { yaml: "http-timeout-seconds: 1.5", flags: withPool },
      'http-timeout-seconds in CWD/.baton.yaml:1: must be a whole number from 1 to 1800, got "1.5"',
    ],
    [
      "a flag that is neither true nor false",
      { env: { BATON_ACCEPT_SHRINK: "maybe" }, flags: withPool },
      'BATON_ACCEPT_SHRINK: must be true or false, got "maybe"',
    ],
    [
      "an endpoint that is not a URL",
      { env: { AWS_ENDPOINT_URL: "localhost:9229" }, flags: withPool },
      'AWS_ENDPOINT_URL: must be an http:// or https:// URL such as http://127.0.0.1:9229, got "localhost:9229"',
    ],
    [
      "an endpoint with a password",
      { flags: { ...withPool, "endpoint-url": "http://u:p@host" } },
      '--endpoint-url: must not contain a user name or a password, got "http://u:***@host"',
    ],
    [
      "an endpoint and FIPS",
      { flags: { ...withPool, "endpoint-url": "http://host" }, env: { AWS_USE_FIPS_ENDPOINT: "true" } },
      "--endpoint-url and AWS_USE_FIPS_ENDPOINT exclude each other; keep one",
    ],
    ["an empty flag", { flags: { ...withPool, file: "" } }, "--file: must not be empty"],
    [
      "a role that is not an ARN",
      { flags: { ...withPool, "aws-assume-role-arn": "connector" } },
      '--aws-assume-role-arn: must be the ARN of an IAM role such as arn:aws:iam::123456789012:role/connector, got "connector"',
    ],
    [
      "an external id without a role",
      { flags: { ...withPool, "aws-assume-role-external-id": "xy" } },
      "--aws-assume-role-external-id: has no effect without aws-assume-role-arn; give --aws-assume-role-arn or leave it out",
    ],
    [
      "half a key",
      { flags: withPool, env: { BATON_AWS_ACCESS_KEY_ID: KEY_ID } },
      "BATON_AWS_ACCESS_KEY_ID: needs aws-secret-access-key as well; give BATON_AWS_SECRET_ACCESS_KEY or BATON_AWS_SECRET_ACCESS_KEY_FILE",
    ],
    [
      "keys and a profile",
      {
        flags: { ...withPool, "aws-profile": "p" },
        env: { BATON_AWS_ACCESS_KEY_ID: KEY_ID, BATON_AWS_SECRET_ACCESS_KEY: SECRET },
      },
      "--aws-profile and BATON_AWS_ACCESS_KEY_ID exclude each other; keep one",
    ],
    [
      "a secret as a flag",
      { flags: { ...withPool, "aws-secret-access-key": SECRET } },
      "--aws-secret-access-key: every user of this machine can read a secret on the command line; use BATON_AWS_SECRET_ACCESS_KEY or --aws-secret-access-key-file, or add --allow-secret-flags",
    ],
    [
      "a secret and its file",
      {
        flags: withPool,
        env: { BATON_AWS_SECRET_ACCESS_KEY: SECRET, BATON_AWS_SECRET_ACCESS_KEY_FILE: "s" },
      },
      "BATON_AWS_SECRET_ACCESS_KEY and BATON_AWS_SECRET_ACCESS_KEY_FILE are both given; keep one",
    ],
    [
      "a secret file that is not there",
      { flags: withPool, env: { BATON_AWS_SECRET_ACCESS_KEY_FILE: "gone" } },
      "BATON_AWS_SECRET_ACCESS_KEY_FILE: CWD/gone cannot be read (ENOENT); name a file that holds the secret",
    ],
    [
      "a secret file that has no end",
      { flags: withPool, env: { BATON_AWS_SECRET_ACCESS_KEY_FILE: "/dev/zero" } },
      "BATON_AWS_SECRET_ACCESS_KEY_FILE: /dev/zero is longer than 1 MiB, so it is not a secret",
    ],
    [
      "an address without a port",
      { command: "serve", flags: { ...withPool, listen: "127.0.0.1" } },
      '--listen: must be host:port, [ipv6]:port or unix:/path, such as 127.0.0.1:50051, got "127.0.0.1"',
    ],
    [
      "a port out of range",
      { command: "serve", flags: { ...withPool, listen: "localhost:65536" } },
      /^--listen: must be host:port/,
    ],
    [
      "an IPv6 address without brackets",
      { command: "serve", flags: { ...withPool, listen: "::1:50051" } },
      /^--listen: must be/,
    ],
    [
      "a socket path that is too long",
      { command: "serve", flags: { ...withPool, listen: `unix:/${"a".repeat(103)}` } },
      /103 bytes/,
    ],
    [
      "an unknown key",
      { flags: withPool, yaml: "# mine\nuser-pool-id: x\nuser-pool: eu-west-1_x" },
      'CWD/.baton.yaml:3: unknown setting "user-pool"; did you mean "user-pool-id"?',
    ],
    [
      "a key of nothing we know",
      { flags: withPool, yaml: "colour: red" },
      'CWD/.baton.yaml:1: unknown setting "colour"; "connector config show" lists the settings',
    ],
    [
      "a key that only a flag may be",
      { flags: withPool, yaml: "allow-secret-flags: true" },
      /unknown setting "allow-secret-flags"/,
    ],
    [
      "an operation of Baton's that is not offered, in the file",
      { flags: withPool, yaml: "compact-syncs: true" },
      "compact-syncs in CWD/.baton.yaml:1: cannot be done: the baton tool does this with sync files; remove it",
    ],
    [
      "a key given twice",
      { flags: withPool, yaml: "rate: 1\nrate: 2" },
      /^CWD\/\.baton\.yaml:2: no valid YAML: Map keys must be unique/,
    ],
    ["no YAML", { flags: withPool, yaml: "rate: [1" }, /^CWD\/\.baton\.yaml:1: no valid YAML: /],
    [
      "a YAML list",
      { flags: withPool, yaml: "- rate" },
      'CWD/.baton.yaml:1: must be a map of settings, such as "user-pool-id: …"',
    ],
    ["two YAML documents", { flags: withPool, yaml: "rate: 1\n---\nrate: 2" }, /one YAML document only$/],
    ...(["groups-allow: []", 'groups-allow: [""]', "groups-allow:\n  -"] as const).map(
      (yaml): [string, Start, string] => [
        `no group that may be changed, which would be every group: ${yaml}`,
        { command: "write", flags: withPool, yaml },
        "groups-allow in CWD/.baton.yaml:1: is a list without a group; name one, or remove the setting, which allows every group",
      ],
    ),
    ...(["groups-allow", "groups-deny"] as const).map((name): [string, Start, string] => [
      `a map, which has no group: ${name}`,
      { command: "write", flags: withPool, yaml: `${name}: {}` },
      `${name} in CWD/.baton.yaml:1: must be a list or a text`,
    ]),
    ...(
      [
        [
          "[]",
          "is a list without a certificate; name one, or remove the setting, which lets every certificate change the pool",
        ],
        [
          "[]\ntls-readers: ['']",
          "is a list without a certificate; name one, or remove the setting, which lets every certificate change the pool",
        ],
        ["{}", "must be a list or a text"],
      ] as const
    ).map(([yaml, why]): [string, Start, string] => [
      `no certificate that may change the pool, which would be every one: ${yaml}`,
      { command: "serve", flags: withPool, yaml: `tls-provisioners: ${yaml}` },
      `tls-provisioners in CWD/.baton.yaml:1: ${why}`,
    ]),
    ...(["groups-allow", "groups-deny"] as const).map((name): [string, Start, string] => [
      `a group whose name has a comma, which would be two: ${name}`,
      { command: "write", flags: withPool, yaml: `${name}: [admins, "payroll,eu"]` },
      `${name} in CWD/.baton.yaml:1: an item has a comma, which separates two patterns; write ? for a comma in a name, or make two items of it`,
    ]),
    [
      "a YAML value that is nested",
      { flags: withPool, yaml: "rate:\n  UserList: [1]" },
      /^rate in CWD\/\.baton\.yaml:1: must be a map of plain/,
    ],
    [
      "a configuration file that is not there",
      { flags: { ...withPool, config: "gone.yaml" } },
      "--config: CWD/gone.yaml: there is no such file",
    ],
    [
      "a configuration file that is not YAML",
      { flags: withPool, env: { BATON_CONFIG_PATH: "config.json" } },
      'BATON_CONFIG_PATH: must name a .yaml or .yml file, got "config.json"',
    ],
    [
      "a slip in an environment name",
      { flags: withPool, env: { BATON_USER_POOLID: POOL } },
      "BATON_USER_POOLID: unknown setting; did you mean BATON_USER_POOL_ID? Otherwise unset it",
    ],
    [
      "an operation of Baton's that is not offered, in the environment",
      { flags: withPool, env: { BATON_LIST_TICKET_SCHEMAS: "true" } },
      "BATON_LIST_TICKET_SCHEMAS: cannot be done: this connector has no tickets; unset it",
    ],
    [
      "provisioning that is neither on nor off",
      { command: "write", flags: withPool, env: { BATON_PROVISIONING: "maybe" } },
      'BATON_PROVISIONING: must be true or false, got "maybe"',
    ],
    [
      "CONFIG-7: a permanent dry run, in the environment",
      { command: "serve", flags: withPool, env: { BATON_DRY_RUN: "true" } },
      "BATON_DRY_RUN: cannot be set in the environment; unset it, and give --dry-run to the command that needs it",
    ],
    [
      "the same in words that are not a value",
      { command: "sync", flags: withPool, env: { BATON_DRY_RUN: "please" } },
      /^BATON_DRY_RUN: cannot be set in the environment/,
    ],
    [
      "a permanent dry run, in the file",
      { command: "write", flags: withPool, yaml: "dry-run: true" },
      /^CWD\/\.baton\.yaml:1: unknown setting "dry-run"/,
    ],
    [
      "a group pattern with white space",
      { command: "write", flags: { ...withPool, "groups-allow": "team-*,Sales Team" } },
      '--groups-allow: must be names of groups with commas between them, such as admins,team-*: "Sales Team" has white space or a control character, which no group name has, got "team-*,Sales Team"',
    ],
    [
      "a group pattern with a control character",
      { command: "write", flags: { ...withPool, "groups-deny": "a\u0000b" } },
      /^--groups-deny: .*control character/,
    ],
    [
      "a group pattern that is empty",
      { command: "write", flags: withPool, env: { BATON_GROUPS_DENY: "admins,,root" } },
      'BATON_GROUPS_DENY: must be names of groups with commas between them, such as admins,team-*: a pattern is empty, got "admins,,root"',
    ],
    [
      "a group pattern longer than any name",
      { command: "serve", flags: withPool, yaml: `groups-allow: ${"a".repeat(129)}` },
      /^groups-allow in CWD\/\.baton\.yaml:1: .*: a pattern is longer than the 128 characters of a group name, got "a+"$/,
    ],
    [
      "a group pattern that YAML takes for an alias",
      { command: "serve", flags: withPool, yaml: "groups-deny: *-admins" },
      "groups-deny in CWD/.baton.yaml:1: an alias without an anchor; put a value that begins with * into quotes",
    ],
    [
      "role groups neither allowed nor not",
      { command: "serve", flags: withPool, yaml: "allow-role-groups: some" },
      'allow-role-groups in CWD/.baton.yaml:1: must be true or false, got "some"',
    ],
    [
      "federated writes neither allowed nor not",
      { command: "serve", flags: withPool, env: { BATON_ALLOW_FEDERATED_WRITES: "2" } },
      'BATON_ALLOW_FEDERATED_WRITES: must be true or false, got "2"',
    ],
    [
      "a flag that is neither on nor off",
      { command: "serve", flags: withPool, env: { BATON_DELETE_REQUIRES_DISABLED: "ja" } },
      'BATON_DELETE_REQUIRES_DISABLED: must be true or false, got "ja"',
    ],
    [
      "a ceiling of deletions below 0",
      { command: "write", flags: { ...withPool, "max-deletions-per-hour": "-1" } },
      '--max-deletions-per-hour: must be a whole number from 0 to 1000000, got "-1"',
    ],
    [
      "a ceiling of disables above the most",
      { command: "write", flags: { ...withPool, "max-disables-per-hour": "1000001" } },
      '--max-disables-per-hour: must be a whole number from 0 to 1000000, got "1000001"',
    ],
    [
      "a ceiling of invitations that is not a number",
      { command: "write", flags: { ...withPool, "max-invitations-per-day": "unlimited" } },
      '--max-invitations-per-day: must be a whole number from 0 to 1000000, got "unlimited"',
    ],
    [
      "a client secret as a flag",
      { command: "serve", flags: { ...withPool, "client-secret": CLIENT_SECRET } },
      "--client-secret: every user of this machine can read a secret on the command line; use BATON_CLIENT_SECRET or --client-secret-file, or add --allow-secret-flags",
    ],
    [
      "a client secret of another version, which is not repeated",
      { command: "serve", flags: withPool, env: { BATON_CLIENT_SECRET: CLIENT_SECRET.replace("v1", "v2") } },
      "BATON_CLIENT_SECRET: must be a Baton client secret: four parts joined by colons, the third of them v1 and the last the key; copy all of it",
    ],
    [
      "a client secret that was cut",
      {
        command: "serve",
        flags: withPool,
        env: { BATON_CLIENT_SECRET: "secret-token:conductorone.com:v1:" },
      },
      /^BATON_CLIENT_SECRET: must be a Baton client secret/,
    ],
    [
      "a state directory with a line break",
      { command: "audit", flags: { ...withPool, "state-dir": "a\nb" } },
      '--state-dir: must not contain line breaks or other control characters, got "a\\nb"',
    ],
  ])("%s", ([, start, message]) => {
    const got = refusal(start);
    expect(got).toEqual(typeof message === "string" ? message : like(message));
  });
});

describe("let through", () => {
  test.for<[string, Start]>([
    ["an empty file", { yaml: "" }],
    ["a file of comments", { yaml: "# nothing yet\n" }],
    ["a key without a value", { yaml: "rate:\n" }],
    ["a Baton setting that asks for nothing", { yaml: "ticketing: false\nstorage-engine: sqlite" }],
    ["no dry run in the environment", { env: { BATON_DRY_RUN: "false" } }],
    ["a one-shot of Baton's that asks for nothing", { env: { BATON_LIST_ACTION_SCHEMAS: "false" } }],
    ["the same in the environment", { env: { BATON_TICKETING: "false", BATON_WORKERS: "0" } }],
    [
      "what Kubernetes sets for a Service",
      { env: { BATON_COGNITO_SERVICE_HOST: "10.0.0.1", BATON_COGNITO_PORT_50051_TCP: "tcp://…" } },
    ],
  ])("%s", ([, start]) => {
    const { warnings } = load({ ...start, flags: withPool });
    expect(warnings).toEqual([]);
  });

  test("a Baton setting that has no meaning here, with a warning that does not repeat its value", () => {
    const { warnings } = load({
      flags: { ...withPool, workers: "4" },
      env: { BATON_AUTH_METHOD: "hunter2" },
      yaml: "external-resource-traits: [user]\nticketing: true\nstorage-engine: pebble",
    });
    expect(warnings.map((line) => line.replace(/\/\S*\//, "CWD/"))).toEqual([
      "--workers is a Baton setting without an effect here: rate decides how much is read at once",
      "BATON_AUTH_METHOD is a Baton setting without an effect here: the settings of AWS access decide how AWS is called",
      "external-resource-traits in CWD/.baton.yaml:1 is a Baton setting without an effect here: this connector matches no resources of other connectors",
      "ticketing in CWD/.baton.yaml:2 is a Baton setting without an effect here: this connector has no tickets",
      "storage-engine in CWD/.baton.yaml:3 is a Baton setting without an effect here: the sync file is an SQLite database, which every reader knows",
    ]);
  });

  test("CONFIG-2: an environment name that is not a setting, with a warning", () => {
    const { warnings } = load({ flags: withPool, env: { BATON_TMPDIR: "/x", BATON_ZEBRA: "1" } });
    expect(warnings).toEqual([
      "BATON_TMPDIR is not a setting of this connector and is ignored",
      "BATON_ZEBRA is not a setting of this connector and is ignored",
    ]);
  });

  test("a YAML list and map, and a number's own spelling", () => {
    const { config: read } = load({
      flags: withPool,
      yaml: [
        "rate: { UserList: 10, UserRead: 1.5 }",
        "no-proxy: [localhost, .corp]",
        "aws-assume-role-arn: arn:aws:iam::123456789012:role/c",
        "aws-assume-role-external-id: 0123",
      ].join("\n"),
    });
    expect(read.rates).toMatchObject({ UserList: 10, UserRead: 1.5, UserPoolRead: 5 });
    expect(read.network.noProxy).toBe("localhost,.corp");
    expect(read.assumeRole?.externalId).toBe("0123");
  });
});
