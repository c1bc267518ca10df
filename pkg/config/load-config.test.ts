import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import type { Config } from "./config.ts";
import { loadConfig } from "./load-config.ts";
import type { CommandName } from "./setting.ts";

const POOL = "eu-west-1_AbCd12345";
const KEY_ID = "AKIAIOSFODNN7EXAMPLE";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

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
    env,
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

describe("precedence", () => {
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
    });
  });

  test("an empty environment text counts as not set", () => {
    expect(load({ ...all, flags: withPool, env: { BATON_RATE: "" } }).config.rates.UserList).toBe(3);
  });

  test("our environment name beats the SDK's, and the SDK's own for Cognito beats its general one", () => {
    const env = {
      AWS_ENDPOINT_URL: "http://general:1",
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: "http://cognito:2",
    };
    expect(config({ env }).network.endpointUrl).toBe("http://cognito:2");
    expect(config({ env: { ...env, BATON_ENDPOINT_URL: "http://ours:3" } }).network.endpointUrl).toBe(
      "http://ours:3",
    );
    expect(config({ env: { AWS_ENDPOINT_URL: "http://general:1" } }).network.endpointUrl).toBe(
      "http://general:1",
    );
  });

  test("the SDK's wish to ignore configured endpoints is heard", () => {
    const env = { AWS_ENDPOINT_URL: "http://general:1", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" };
    expect(config({ env }).network.endpointUrl).toBeUndefined();
  });
});

describe("the config that comes out", () => {
  test("is complete with nothing but a pool id", () => {
    expect(config()).toEqual({
      poolId: POOL,
      region: "eu-west-1",
      userIdKind: "sub",
      rates: { UserList: 5, UserRead: 5, UserResourceRead: 5, UserPoolRead: 5, UserPoolResourceRead: 5 },
      keys: { kind: "default", profile: undefined },
      assumeRole: undefined,
      network: {
        endpointUrl: undefined,
        fips: false,
        dualStack: false,
        httpsProxy: undefined,
        httpProxy: undefined,
        noProxy: undefined,
        httpTimeoutMs: 300_000,
      },
      sync: { file: "sync.c1z", stateDir: ".", acceptShrink: false },
      serve: { listen: "127.0.0.1:50051", provisioning: false },
      output: "jsonl",
      log: { level: "info", format: "json" },
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

  test("keeps the state beside the file", () => {
    expect(config({ flags: { file: "/data/out/pool.c1z" } }).sync.stateDir).toBe("/data/out");
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

  test.for([
    ["localhost:0", "localhost:0"],
    ["127.9.9.9:1", "127.9.9.9:1"],
    ["[::1]:50051", "[::1]:50051"],
    ["unix:/run/c.sock", "unix:/run/c.sock"],
    ["unix:///run/c.sock", "unix:/run/c.sock"],
  ] as const)("listen %s becomes %s", ([listen, expected]) => {
    expect(config({ command: "serve", flags: { listen } }).serve.listen).toBe(expected);
  });

  test("makes a relative socket path absolute", () => {
    expect(config({ command: "serve", flags: { listen: "unix:c.sock" } }).serve.listen).toBe(
      `unix:${cwd}/c.sock`,
    );
  });
});

describe("secrets", () => {
  const both = { BATON_AWS_ACCESS_KEY_ID: KEY_ID };

  test("can stand in a file of their own", () => {
    writeFileSync(join(cwd, "secret"), `${SECRET}\n`);
    const { keys } = config({ env: { ...both, BATON_AWS_SECRET_ACCESS_KEY_FILE: "secret" } });
    expect(keys).toMatchObject({ secretAccessKey: SECRET });
  });

  test("can stand in a file that a flag names", () => {
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
  ])("never stand in a message: %o", ([yaml]) => {
    const message = refusal({ flags: withPool, yaml: JSON.stringify(yaml) });
    expect(message).not.toContain(SECRET);
    expect(message).toMatch(/^aws-[a-z-]+ in CWD\/\.baton\.yaml:1: must be /);
  });

  test("in a proxy's URL are hidden in a message", () => {
    const message = refusal({ flags: withPool, env: { HTTPS_PROXY: "ftp://me:hunter2@proxy:1" } });
    expect(message).toBe(
      'HTTPS_PROXY: must be the URL of a proxy such as http://proxy.example.com:3128, got "ftp://me:***@proxy:1"',
    );
  });
});

describe("refused with one line", () => {
  test.for<[string, Start, string | RegExp]>([
    [
      "no pool id",
      {},
      "user-pool-id: missing; give --user-pool-id, BATON_USER_POOL_ID or the key user-pool-id in a configuration file",
    ],
    [
      "a pool id that is none",
      { env: { BATON_USER_POOL_ID: "my-pool" } },
      'BATON_USER_POOL_ID: must be a user pool id such as eu-west-1_AbCd12345; copy it from the pool\'s overview page in the console, got "my-pool"',
    ],
    [
      "a Region that is not the pool's",
      { flags: { ...withPool, region: "eu-west-2" } },
      `--region: eu-west-2 is not the Region of the pool ${POOL}; leave it out, it is read from the pool id`,
    ],
    [
      "a Region that is none",
      { flags: withPool, yaml: "region: Ireland" },
      'region in CWD/.baton.yaml:1: must be an AWS Region such as eu-west-1; leave it out and it is read from the pool id, got "Ireland"',
    ],
    [
      "a rate that is no number",
      { flags: { ...withPool, rate: "fast" } },
      '--rate: must be a number such as 5, or rates by category such as UserList=30,UserPoolResourceRead=2.5: "fast" has no number above 0, got "fast"',
    ],
    ["a rate of 0", { flags: { ...withPool, rate: "0" } }, /^--rate: .*"0" has no number above 0/],
    ["a negative rate", { flags: { ...withPool, rate: "UserList=-1" } }, /^--rate: .*has no number above 0/],
    ["an infinite rate", { flags: { ...withPool, rate: "1e99" } }, /^--rate: .*has no number above 0/],
    [
      "a category that is none",
      { flags: { ...withPool, rate: "UsersList=3" } },
      /"UsersList" is no quota category; did you mean UserList\?, got "UsersList=3"$/,
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
      "a kind of user id that is none",
      { flags: { ...withPool, "user-id": "email" } },
      '--user-id: must be one of sub, username, got "email"',
    ],
    [
      "a number out of range",
      { env: { BATON_HTTP_TIMEOUT_SECONDS: "1801" }, flags: withPool },
      'BATON_HTTP_TIMEOUT_SECONDS: must be a whole number from 1 to 1800, got "1801"',
    ],
    [
      "a number that is none",
      { yaml: "http-timeout-seconds: 1.5", flags: withPool },
      'http-timeout-seconds in CWD/.baton.yaml:1: must be a whole number from 1 to 1800, got "1.5"',
    ],
    [
      "a flag that is neither true nor false",
      { env: { BATON_ACCEPT_SHRINK: "maybe" }, flags: withPool },
      'BATON_ACCEPT_SHRINK: must be true or false, got "maybe"',
    ],
    [
      "an endpoint that is no URL",
      { env: { AWS_ENDPOINT_URL: "localhost:9229" }, flags: withPool },
      'AWS_ENDPOINT_URL: must be an http:// or https:// URL such as http://127.0.0.1:9229, got "localhost:9229"',
    ],
    [
      "an endpoint with a password",
      { flags: { ...withPool, "endpoint-url": "http://u:p@host" } },
      '--endpoint-url: must not carry a user name or a password, got "http://u:***@host"',
    ],
    [
      "an endpoint and FIPS",
      { flags: { ...withPool, "endpoint-url": "http://host" }, env: { AWS_USE_FIPS_ENDPOINT: "true" } },
      "--endpoint-url and AWS_USE_FIPS_ENDPOINT exclude each other; keep one",
    ],
    ["an empty flag", { flags: { ...withPool, file: "" } }, "--file: must not be empty"],
    [
      "a role that is no ARN",
      { flags: { ...withPool, "aws-assume-role-arn": "connector" } },
      '--aws-assume-role-arn: must be the ARN of an IAM role such as arn:aws:iam::123456789012:role/connector, got "connector"',
    ],
    [
      "an external id without a role",
      { flags: { ...withPool, "aws-assume-role-external-id": "xy" } },
      "--aws-assume-role-external-id: means nothing without aws-assume-role-arn; give BATON_AWS_ASSUME_ROLE_ARN or leave it out",
    ],
    [
      "half a key",
      { flags: withPool, env: { BATON_AWS_ACCESS_KEY_ID: KEY_ID } },
      "BATON_AWS_ACCESS_KEY_ID: needs aws-secret-access-key as well; give BATON_AWS_SECRET_ACCESS_KEY",
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
      "an address of the world",
      { command: "serve", flags: { ...withPool, listen: "0.0.0.0:50051" } },
      "--listen: 0.0.0.0:50051 can be reached from other machines, and the service has no TLS; listen on 127.0.0.1, [::1], localhost or unix:/path",
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
      'CWD/.baton.yaml:1: unknown setting "colour"; see the settings table of the README',
    ],
    [
      "a key that only a flag may be",
      { flags: withPool, yaml: "allow-secret-flags: true" },
      /unknown setting "allow-secret-flags"/,
    ],
    [
      "a key of Baton that we do not serve",
      { flags: withPool, yaml: "client-id: abc" },
      'CWD/.baton.yaml:1: "client-id" is a Baton setting that this connector does not serve; remove it',
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
      "a configuration file that is no YAML file",
      { flags: withPool, env: { BATON_CONFIG_PATH: "config.json" } },
      'BATON_CONFIG_PATH: must name a .yaml or .yml file, got "config.json"',
    ],
    [
      "a slip in an environment name",
      { flags: withPool, env: { BATON_USER_POOLID: POOL } },
      "BATON_USER_POOLID: unknown setting; did you mean BATON_USER_POOL_ID? Otherwise unset it",
    ],
    [
      "an environment name of Baton that we do not serve",
      { flags: withPool, env: { BATON_CLIENT_ID: "abc" } },
      "BATON_CLIENT_ID: a Baton setting that this connector does not serve; unset it",
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
    ["the same in the environment", { env: { BATON_TICKETING: "false", BATON_WORKERS: "0" } }],
    [
      "what Kubernetes sets for a Service",
      { env: { BATON_COGNITO_SERVICE_HOST: "10.0.0.1", BATON_COGNITO_PORT_50051_TCP: "tcp://…" } },
    ],
  ])("%s", ([, start]) => {
    const { warnings } = load({ ...start, flags: withPool });
    expect(warnings).toEqual([]);
  });

  test("an environment name that means nothing, with a warning", () => {
    const { warnings } = load({ flags: withPool, env: { BATON_TMPDIR: "/x", BATON_ZEBRA: "1" } });
    expect(warnings).toEqual([
      "BATON_TMPDIR means nothing to this connector and is ignored",
      "BATON_ZEBRA means nothing to this connector and is ignored",
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
