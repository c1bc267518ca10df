import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadBaton } from "./load-baton.ts";
import { loaded, nowhere, refusalOf, type Texts } from "./testing.fixture.ts";

const SECRET = "secret-token:conductorone.com:v1:eyJrdHkiOiJPS1AifQ";
const CLIENT = { BATON_CLIENT_ID: "a@b.example/pcc", BATON_CLIENT_SECRET: SECRET };

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "load-baton-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function load(flags: Texts, env: Texts = {}) {
  const all = new Map(Object.entries({ "user-pool-id": "eu-west-1_AbCd12345", ...flags }));
  return loadBaton(all, { ...nowhere(env), cwd });
}

function operationOf(flags: Texts, env: Texts = {}) {
  const { mode } = load(flags, env);
  return mode.kind === "operation" ? mode.operation : undefined;
}

describe("connector without a command", () => {
  test("is a daemon with a client id, without a port unless one is named, and asks for no provisioning", () => {
    const { mode, command, config, warnings } = load({}, CLIENT);
    expect([mode.kind, command, warnings]).toEqual(["daemon", "serve", []]);
    expect(config.service.listen).toBeUndefined();
    expect(config.platform?.clientId.id).toBe("a@b.example/pcc");
    expect(config.provisioning.enabled).toBe(false);
    expect(Object.isFrozen(config) && Object.isFrozen(config.service)).toBe(true);
    const serving = load({ listen: "127.0.0.1:1", provisioning: "true", "sync-every": "1h" }, CLIENT);
    expect(serving.warnings).toEqual([]);
    expect(serving.config).toMatchObject({
      service: { listen: { kind: "tcp", host: "127.0.0.1", port: 1 } },
      provisioning: { enabled: true },
      schedule: { everyMs: 3_600_000 },
    });
  });

  describe("with a client id takes what asks for an operation that the connector does not have", () => {
    const line = (label: string) =>
      `${label} has no effect: with a client id the connector does the platform's tasks`;

    test.for([
      ["create-ticket", "true"],
      ["bulk-create-ticket", "true"],
      ["get-ticket", "true"],
      ["list-ticket-schemas", "true"],
      ["diff-syncs", "true"],
      ["compact-syncs", "true"],
      ["list-resource-actions", "group"],
      ["invoke-resource-action", "x"],
      ["invoke-resource-action-resource-type", "group"],
      ["invoke-resource-action-args", "{}"],
    ] as const)("%s: with one warning, from each source", ([name, value]) => {
      const variable = `BATON_${name.toUpperCase().replaceAll("-", "_")}`;
      expect(load({ [name]: value }, CLIENT).warnings).toEqual([line(`--${name}`)]);
      expect(load({}, { ...CLIENT, [variable]: value }).warnings).toEqual([line(variable)]);
      const path = join(cwd, ".baton.yaml");
      writeFileSync(path, `${name}: "${value}"\nclient-id: a@b.example/pcc\n`);
      const { mode, warnings } = load({}, { BATON_CLIENT_SECRET: SECRET });
      expect([mode.kind, warnings]).toEqual(["daemon", [line(`${name} in ${path}:1`)]]);
      rmSync(path);
      expect(refusalOf(() => load({}, { [variable]: value }))).toContain(`${variable}: cannot be done: `);
      expect(refusalOf(() => load({ [name]: value }))).toContain(`--${name}: cannot be done: `);
    });

    test("in the environment that validate and sync share with the daemon, and not as their flag", () => {
      const env = { ...CLIENT, BATON_CREATE_TICKET: "true" };
      for (const command of ["serve", "validate", "sync"] as const) {
        expect(loaded(command, {}, env).warnings).toEqual([line("BATON_CREATE_TICKET")]);
      }
      expect(loaded("serve", { "create-ticket": "true" }, CLIENT).warnings).toEqual([
        line("--create-ticket"),
      ]);
      expect(refusalOf(() => loaded("sync", { "create-ticket": "true" }, CLIENT))).toBe(
        "--create-ticket: cannot be done: this connector has no tickets; leave it out",
      );
    });
  });

  test("says of each flag that has no effect, wherever the reason for it is", () => {
    const flags = { "revoke-grant": "x", "tls-readers": "a.example", "dry-run": "true" };
    const env = {
      ...CLIENT,
      BATON_CREATE_ACCOUNT_LOGIN: "ada",
      BATON_TLS_CERT_FILE: "/c",
      BATON_TLS_KEY_FILE: "/k",
    };
    const tls = { BATON_TLS_CLIENT_CA_FILE: "/ca" };
    const why = "has no effect: with a client id the connector does the platform's tasks";
    const lines = load(flags, { ...env, ...tls }).warnings.filter((line) => line.includes("has no effect"));
    expect(lines.toSorted()).toEqual([
      `--dry-run ${why}`,
      `--revoke-grant ${why}`,
      `--tls-readers ${why}`,
      `BATON_CREATE_ACCOUNT_LOGIN ${why}`,
    ]);
  });

  test("is one sync with neither, as connector sync is", () => {
    const { mode, command, config } = load({}, { BATON_FILE: "x.c1z" });
    expect([mode.kind, command, config.sync.file]).toEqual(["sync", "sync", "x.c1z"]);
  });

  test.for<[string, Texts, object]>([
    [
      "a grant",
      { "grant-entitlement": "e", "grant-principal": "p", "grant-principal-type": "user" },
      { kind: "grant", entitlement: "e", principal: { resource: "p", resourceType: "user" } },
    ],
    [
      "an e-mail address alone",
      { "create-account-email": "a@b.example" },
      { kind: "create-account", login: "" },
    ],
    [
      "an action without arguments",
      { "invoke-action": "a" },
      { kind: "invoke-action", name: "a", args: {}, argsAreOpen: false },
    ],
    [
      "an action with arguments that others read",
      { "invoke-action": "a", "invoke-action-args": '{"x": 1}' },
      { args: { x: 1 }, argsAreOpen: true },
    ],
    ["the list of actions", { "list-action-schemas": "true" }, { kind: "list-action-schemas" }],
    [
      "events",
      { "event-feed": "true", "event-feed-start-at": "2026-11-21T18:00:00Z" },
      { kind: "list-events", feed: "", startAt: Date.UTC(2026, 10, 21, 18) },
    ],
  ])("does one operation with %s", ([, flags, operation]) => {
    expect(operationOf(flags)).toMatchObject(operation);
  });

  test("reads the inventory for the events, and says that another operation does not", () => {
    const events = load({ "event-feed": "true", inventory: "pool.db" });
    expect([events.warnings, events.config.sync.inventory?.place]).toEqual([[], "pool.db"]);
    const actions = load({ "list-action-schemas": "true", inventory: "pool.db" });
    expect(actions.warnings).toEqual([
      "--inventory has no effect: the connector does one operation and ends",
    ]);
  });

  test.for<[string, boolean]>([
    ["delete-resource", true],
    ["list-action-schemas", false],
  ])("may change the pool for the operation of %s: %s", ([name, changes]) => {
    const flags =
      name === "delete-resource" ? { [name]: "x", "delete-resource-type": "user" } : { [name]: "true" };
    expect(load(flags).config.provisioning.enabled).toBe(changes);
  });

  test("asks for no operation with a flag that is false", () => {
    const { mode } = load({}, { BATON_EVENT_FEED: "false", BATON_LIST_ACTION_SCHEMAS: "false" });
    expect(mode.kind).toBe("sync");
  });

  test("takes an operation from the file, objects as maps too", () => {
    writeFileSync(
      join(cwd, ".baton.yaml"),
      ["create-account-login: ada", "create-account-profile:", "  given_name: Ada", "  tags: [a, b]"].join(
        "\n",
      ),
    );
    const account = {
      kind: "create-account",
      login: "ada",
      profile: { given_name: "Ada", tags: ["a", "b"] },
    };
    expect(operationOf({})).toMatchObject(account);
    writeFileSync(join(cwd, ".baton.yaml"), `create-account-profile: '{"given_name": "Ada"}'`);
    expect(operationOf({})).toMatchObject({ profile: { given_name: "Ada" } });
  });

  test("takes secrets from flags, with a warning that does not repeat them", () => {
    const flags = { "client-id": "a@b.example/pcc", "client-secret": SECRET };
    const { config, warnings } = load(flags);
    expect(config.clientSecret).toBe(SECRET);
    expect(warnings).toEqual([
      expect.stringMatching(/^--client-secret: every user of this machine can read/),
    ]);
    expect(warnings.join("")).not.toContain(SECRET);
    expect(load({ ...flags, "allow-secret-flags": "true" }).warnings).toEqual([]);
  });

  test("says without a pool how the help is shown", () => {
    expect(refusalOf(() => loadBaton(new Map(), { ...nowhere(), cwd }))).toMatch(
      /^user-pool-id: missing; .*; "connector --help" shows the help$/,
    );
  });
});
