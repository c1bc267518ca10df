import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";
const VALUE = "planted-value-7Qx";
const NAME = "planted-name-9Zk";
const KEY_SECRET = "planted-key-secret-3Wv";

// The output never holds an attribute value or a key, at any log level; names of people and groups only at debug.
describe("mark 54: the program prints no secret", () => {
  let folder: string;
  let cognito: ScriptedCognito;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "connector-secrets-"));
    const attributes = {
      email: `${VALUE}@example.com`,
      name: VALUE,
      phone_number: "+15550001111",
      "custom:note": VALUE,
    };
    const users = people(70, (index) => ({
      username: `${NAME}-${index}`,
      attributes,
      groups: [`${NAME}-group`],
    }));
    const groups = [{ name: `${NAME}-group`, description: VALUE }];
    cognito = await startScriptedCognito({ pools: [createPool({ id: POOL, users, groups })] });
  });

  afterEach(async () => {
    await cognito.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const echo = {
    name: "InvalidParameterException",
    message: `1 validation error: value '${VALUE}' of ${NAME}`,
  };

  test.for([
    ["goes well", {}],
    ["is throttled", { throttle: true, nth: { every: 2 }, times: 3 }],
    ["is cut", { cut: "mid-answer", times: 2 }],
    ["meets an error that quotes values", { operation: "ListUsers", error: echo }],
    [
      "meets an error that quotes addresses and numbers in its own words",
      {
        operation: "ListUsersInGroup",
        error: {
          ...echo,
          message: `${VALUE}@example.com, (+1555) 000 1111 or <${VALUE}> is odd for "${NAME}"`,
        },
      },
    ],
    [
      "meets an error of no known name that quotes values",
      { operation: "ListUsers", error: { ...echo, name: "SomethingNewException" } },
    ],
    ["meets a person without sub", { operation: "ListUsersInGroup", rewrite: withoutSubs }],
    [
      "meets a group that vanishes",
      { operation: "ListUsersInGroup", error: { name: "ResourceNotFoundException", message: NAME } },
    ],
    [
      "meets an answer that is not JSON",
      { operation: "ListUsers", answer: { status: 200, body: `<html>${VALUE}</html>` }, times: 2 },
    ],
  ] as const)("when a sync %s", async ([, rule]) => {
    for (const level of ["debug", "info"]) {
      const armed = cognito.script(rule);
      const { stderr, stdout } = await runCli(
        [
          "sync",
          "--file",
          join(folder, `${level}.c1z`),
          "--user-pool-id",
          POOL,
          "--endpoint-url",
          cognito.url,
          "--rate",
          "1000",
          "--log-level",
          level,
        ],
        { AWS_SECRET_ACCESS_KEY: KEY_SECRET },
      );
      armed.remove();
      expect(stderr + stdout).not.toContain(VALUE);
      expect(stderr + stdout).not.toContain(KEY_SECRET);
      expect(level === "debug" ? "" : stderr + stdout).not.toContain(NAME);
    }
  });

  test.for([
    ["validate"],
    ["config", "show"],
    ["list", "users", "--output", "nonsense"],
    ["sync", "--file", "/nonexistent/x.c1z"],
    ["sync", "--aws-secret-access-key", KEY_SECRET],
    ["sync", "--rate", "fast"],
  ])("when somebody runs connector %s %s", async (args) => {
    const { stderr, stdout } = await runCli(args, {
      BATON_USER_POOL_ID: POOL,
      BATON_ENDPOINT_URL: cognito.url,
      BATON_AWS_ACCESS_KEY_ID: "AKIDTEST",
      BATON_AWS_SECRET_ACCESS_KEY: KEY_SECRET,
      BATON_AWS_SESSION_TOKEN: KEY_SECRET,
      BATON_LOG_LEVEL: "debug",
    });
    expect(stderr + stdout).not.toContain(KEY_SECRET);
  });
});

function withoutSubs(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer).replaceAll('"Name":"sub"', '"Name":"not-sub"'));
}
