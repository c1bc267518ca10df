import { expect, test } from "vitest";
import { readSettings } from "../sources/read-settings.ts";
import { effectiveSettings } from "./effective.ts";

test("shows each value with its source, and no secret", () => {
  const settings = readSettings("config", new Map([["rate", "UserList=30"]]), {
    env: {
      BATON_USER_POOL_ID: "eu-west-1_AbCd12345",
      BATON_AWS_SECRET_ACCESS_KEY: "very-secret",
      BATON_CLIENT_SECRET: "token:tenant:v1:bm90LWEta2V5",
      BATON_GROUPS_DENY: "admins, root-*",
      BATON_SYNC_EVERY: "90m",
      BATON_LOG_LEVEL_DEBUG_EXPIRES_AT: "2026-11-21T18:00:00+01:00",
      BATON_TLS_READERS: "a.example.com, b@example.com",
      HTTPS_PROXY: "http://me:hunter2@proxy:3128",
    },
    cwd: "/nowhere",
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
  });
  const shown = new Map(effectiveSettings(settings).map((row) => [row.name, [row.value, row.source]]));
  expect(shown.get("user-pool-id")).toEqual(["eu-west-1_AbCd12345", "BATON_USER_POOL_ID"]);
  expect(shown.get("rate")).toEqual([
    "UserList=30,UserRead=5,UserResourceRead=5,UserPoolRead=5,UserPoolResourceRead=5,UserCreation=5,UserUpdate=5,UserAccountRecovery=5,UserResourceUpdate=5,UserPoolResourceUpdate=5",
    "--rate",
  ]);
  expect(shown.get("aws-secret-access-key")).toEqual(["(secret)", "BATON_AWS_SECRET_ACCESS_KEY"]);
  expect(shown.get("aws-session-token")).toEqual(["", "default"]);
  expect(shown.get("https-proxy")).toEqual(["http://me:***@proxy:3128", "HTTPS_PROXY"]);
  expect(shown.get("client-secret")).toEqual(["(secret)", "BATON_CLIENT_SECRET"]);
  expect(shown.get("groups-allow")).toEqual(["(all)", "default"]);
  expect(shown.get("groups-deny")).toEqual(["admins,root-*", "BATON_GROUPS_DENY"]);
  expect(shown.get("region")).toEqual(["(the Region in the pool ID)", "default"]);
  expect(shown.get("sync-every")).toEqual(["1h30m", "BATON_SYNC_EVERY"]);
  expect(shown.get("log-level-debug-expires-at")?.[0]).toBe("2026-11-21T17:00:00.000Z");
  expect(shown.get("tls-readers")?.[0]).toBe("DNS:a.example.com,email:b@example.com");
  expect(shown.get("otel-collector-endpoint")).toEqual(["(no traces)", "default"]);
  expect(shown.get("listen")).toEqual(["127.0.0.1:50051", "default"]);
});

test.for([
  ["HTTPS://Otel:443/v1/traces", "https://otel:443"],
  ["http://otel", "http://otel:4317"],
  ["[::1]:4317", "[::1]:4317"],
] as const)("shows the collector %s as %s, with the port that counts", ([given, expected]) => {
  const settings = readSettings("config", new Map(), {
    env: { BATON_OTEL_COLLECTOR_ENDPOINT: given },
    cwd: "/nowhere",
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
  });
  const shown = effectiveSettings(settings).find(({ name }) => name === "otel-collector-endpoint");
  expect(shown?.value).toBe(expected);
});
