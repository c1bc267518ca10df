import { describe, expect, test } from "vitest";
import { NO_CHOICE } from "../../core/sync-scope.ts";
import { loadHealthCheck } from "../load-config.ts";
import { loaded, nowhere, refusalOf, served, type Texts } from "../testing.fixture.ts";

const COLLECTOR = "otel-collector-endpoint";
const CA = "otel-collector-endpoint-tls-cert-path";
const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const PLAIN = "otel-collector-endpoint-tls-insecure";

describe("the endpoint of health and metrics", () => {
  test("is closed when nothing is said, and Baton's when it is opened", () => {
    expect(served({}).health).toEqual({ enabled: false, port: 8081, bindAddress: "127.0.0.1" });
    expect(served({}, { BATON_HEALTH_CHECK: "true" }).health.enabled).toBe(true);
  });

  test.for([
    ["0.0.0.0", "0.0.0.0"],
    ["::", "::"],
    ["[::1]", "::1"],
    ["localhost", "localhost"],
    ["connector-0.pods", "connector-0.pods"],
  ] as const)("may be of any interface: %s", ([given, bindAddress]) => {
    const flags = { "health-check": "true", "health-check-bind-address": given, "health-check-port": "0" };
    const { config, warnings } = loaded("serve", flags);
    expect(config.health).toEqual({ enabled: true, port: 0, bindAddress });
    expect(warnings).toEqual([]);
  });
});

describe("the health-check command", () => {
  test("needs no pool, and calls where serve listens when nothing is said", () => {
    expect(loadHealthCheck(new Map(), nowhere())).toEqual({ host: "127.0.0.1", port: 8081, warnings: [] });
  });

  test.for([
    ["0.0.0.0", "0.0.0.0"],
    ["::", "::"],
    ["[::]", "::"],
    ["10.0.0.5", "10.0.0.5"],
    ["::1", "::1"],
    ["health.internal", "health.internal"],
  ] as const)("asks an endpoint on %s, which is %s", ([bind, host]) => {
    const env = { BATON_HEALTH_CHECK_BIND_ADDRESS: bind, BATON_HEALTH_CHECK_PORT: "9000", BATON_ZEBRA: "1" };
    expect(loadHealthCheck(new Map(), nowhere(env))).toEqual({
      host,
      port: 9000,
      warnings: ["BATON_ZEBRA is not a setting of this connector and is ignored"],
    });
  });

  test("reads nothing else, so the environment of serve does not stop it", () => {
    const env = { BATON_LISTEN: "nonsense", BATON_USER_POOL_ID: "x", BATON_CLIENT_SECRET_FILE: "/gone" };
    expect(loadHealthCheck(new Map(), nowhere(env)).port).toBe(8081);
  });

  test("cannot ask a port that the system chose", () => {
    const got = refusalOf(() => loadHealthCheck(new Map(), nowhere({ BATON_HEALTH_CHECK_PORT: "0" })));
    expect(got).toBe(
      "BATON_HEALTH_CHECK_PORT: with 0 the system chooses the port, which is not known here; give the port that serve listens on",
    );
  });
});

describe("traces", () => {
  test.for<[string, Texts, object | undefined]>([
    ["are not sent when nothing is said", {}, undefined],
    [
      "go to a URL",
      { [COLLECTOR]: "http://otel:4318" },
      { collector: { kind: "tcp", host: "otel", port: 4318 }, plaintext: true, caFile: undefined },
    ],
    [
      "go to host:port over TLS",
      { [COLLECTOR]: "otel:4318" },
      { collector: { kind: "tcp", host: "otel", port: 4318 }, plaintext: false, caFile: undefined },
    ],
    [
      "go to host:port without TLS where that is asked for",
      { [COLLECTOR]: "[::1]:4318", [PLAIN]: "true" },
      { collector: { kind: "tcp", host: "::1", port: 4318 }, plaintext: true, caFile: undefined },
    ],
    [
      "trust a CA of the site",
      { [COLLECTOR]: "https://otel", [CA]: "otel.crt" },
      { collector: { kind: "tcp", host: "otel", port: 4317 }, plaintext: false, caFile: "/nowhere/otel.crt" },
    ],
    [
      "go to the port in the URL, also where it is the default of its scheme",
      { [COLLECTOR]: "HTTPS://otel_1:443/v1/traces" },
      { collector: { kind: "tcp", host: "otel_1", port: 443 }, plaintext: false, caFile: undefined },
    ],
    ["can be switched off", { [COLLECTOR]: "otel:4318", "otel-tracing-disabled": "true" }, undefined],
  ])("%s", ([, flags, expected]) => {
    expect(served(flags).otel).toEqual(expected);
  });

  test.for([
    ["as it is", PEM],
    ["in one line", PEM.replaceAll("\n", "\\n")],
  ] as const)("take the certificate of the collector as text, %s", ([, text]) => {
    const env = { BATON_OTEL_COLLECTOR_ENDPOINT: "otel:1", BATON_OTEL_COLLECTOR_ENDPOINT_TLS_CERT: text };
    expect(served({}, env).otel?.caText).toBe(PEM);
  });

  test("are asked for by their names in Baton, and a wish for no export is no refusal", () => {
    const env = { BATON_OTEL_COLLECTOR_ENDPOINT: "otel:1", BATON_OTEL_LOGGING_DISABLED: "true" };
    expect(served({}, env).otel).toEqual({
      collector: { kind: "tcp", host: "otel", port: 1 },
      plaintext: false,
      caFile: undefined,
    });
  });
});

describe("scheduled syncs", () => {
  test("are empty when no source sets them", () => {
    expect(served({}).schedule).toBeUndefined();
  });

  test("come at their interval into the file", () => {
    const { schedule, sync, stateDir } = served({ "sync-every": "1h30m", file: "/data/pool.c1z" });
    expect(schedule).toEqual({ everyMs: 5_400_000, jitter: 0.1 });
    expect(sync).toEqual({
      file: "/data/pool.c1z",
      acceptShrink: false,
      choice: NO_CHOICE,
      skipped: false,
      listShards: 1,
      readMembers: "auto",
    });
    expect(stateDir).toBe("/home/ann/.local/state/cognito-connector/eu-west-1_AbCd12345");
  });

  test("have their own jitter, and may shrink the file where that is accepted", () => {
    const flags = { "sync-every": "24h", "sync-jitter-percent": "0", "accept-shrink": "true" };
    expect(served(flags)).toMatchObject({
      schedule: { everyMs: 86_400_000, jitter: 0 },
      sync: { acceptShrink: true },
    });
    expect(served({ ...flags, "sync-jitter-percent": "50" }).schedule?.jitter).toBe(0.5);
  });
});

describe("the end of the debug level", () => {
  test.for(["sync", "serve", "validate", "list", "write", "recover"] as const)("counts for %s", (command) => {
    const flags = { "log-level-debug-expires-at": "2026-11-21T18:00:00Z" };
    expect(loaded(command, flags).config.log.debugExpiresAt).toBe(Date.UTC(2026, 10, 21, 18));
    expect(loaded(command, {}).config.log.debugExpiresAt).toBeUndefined();
  });
});

describe("refused with one line", () => {
  test.for<[string, Texts, string | RegExp]>([
    ["health neither on nor off", { "health-check": "x" }, '--health-check: must be true or false, got "x"'],
    [
      "a port out of range",
      { "health-check-port": "65536" },
      /^--health-check-port: .* from 0 to 65535, got/,
    ],
    [
      "an interface with a port",
      { "health-check-bind-address": "0.0.0.0:8081" },
      '--health-check-bind-address: must be an IP address or a host name without a port, such as 127.0.0.1 or 0.0.0.0, got "0.0.0.0:8081"',
    ],
    ["a socket", { "health-check-bind-address": "unix:/x" }, /^--health-check-bind-address: must be/],
    ["a broken IPv6 address", { "health-check-bind-address": "[::x]" }, /^--health-check-bind-address: must/],
    [
      "an invalid collector",
      { [COLLECTOR]: "otel" },
      '--otel-collector-endpoint: must be an http:// or https:// URL or host:port, such as http://127.0.0.1:4317, got "otel"',
    ],
    [
      "a collector of another protocol",
      { [COLLECTOR]: "grpc://otel:4317" },
      /^--otel-collector-endpoint: must/,
    ],
    [
      "a socket for a collector",
      { [COLLECTOR]: "unix:/otel" },
      /^--otel-collector-endpoint: must be an http/,
    ],
    [
      "a password for the collector",
      { [COLLECTOR]: "https://u:hunter2@otel" },
      '--otel-collector-endpoint: must not contain a user name or a password, got "https://u:***@otel"',
    ],
    [
      "a CA without a collector",
      { [CA]: "c" },
      "--otel-collector-endpoint-tls-cert-path: has no effect without otel-collector-endpoint; give --otel-collector-endpoint or leave it out",
    ],
    ["a CA with a line break", { [COLLECTOR]: "o:1", [CA]: "a\nb" }, /tls-cert-path: must not contain line/],
    ["plain text without a collector", { [PLAIN]: "true" }, /tls-insecure: has no effect without otel-coll/],
    ["plain text neither on nor off", { [PLAIN]: "2" }, /tls-insecure: must be true or false, got "2"$/],
    [
      "plain text over https",
      { [COLLECTOR]: "https://otel", [PLAIN]: "true" },
      "--otel-collector-endpoint-tls-insecure: switches TLS off, and the collector's URL is https; write http, or give otel-collector-endpoint-tls-cert-path for a CA of your own",
    ],
    [
      "a CA over http",
      { [COLLECTOR]: "http://otel", [CA]: "c" },
      "--otel-collector-endpoint-tls-cert-path: has no effect without TLS, and the collector's URL is http; write https or leave it out",
    ],
    [
      "tracing neither on nor off",
      { "otel-tracing-disabled": "x" },
      /^--otel-tracing-disabled: must be true/,
    ],
    [
      "an interval below a minute",
      { "sync-every": "59s" },
      '--sync-every: must be a duration from 1m to 7d, such as 30m, 1h or 24h, got "59s"',
    ],
    ["jitter above half", { "sync-every": "1h", "sync-jitter-percent": "51" }, /from 0 to 50, got "51"$/],
    [
      "jitter without an interval",
      { "sync-jitter-percent": "5" },
      "--sync-jitter-percent: has no effect without sync-every; give --sync-every or leave it out",
    ],
    [
      "an invalid time",
      { "log-level-debug-expires-at": "tomorrow" },
      '--log-level-debug-expires-at: must be a time as in RFC 3339, such as 2026-11-21T18:00:00Z, got "tomorrow"',
    ],
  ])("%s", ([, flags, message]) => {
    expect(refusalOf(() => served(flags))).toEqual(typeof message === "string" ? message : like(message));
  });

  test("half a certificate as text, which is not repeated", () => {
    const env = {
      BATON_OTEL_COLLECTOR_ENDPOINT: "otel:1",
      BATON_OTEL_COLLECTOR_ENDPOINT_TLS_CERT: "-----BEGIN",
    };
    expect(refusalOf(() => served({}, env))).toBe(
      "BATON_OTEL_COLLECTOR_ENDPOINT_TLS_CERT: must be a certificate in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----",
    );
  });

  test("a certificate both as text and as a file", () => {
    const flags = { [COLLECTOR]: "otel:1", [CA]: "otel.crt", "otel-collector-endpoint-tls-cert": PEM };
    expect(refusalOf(() => served(flags))).toBe(
      "--otel-collector-endpoint-tls-cert-path and --otel-collector-endpoint-tls-cert exclude each other; keep one",
    );
  });

  test("a certificate as text without TLS", () => {
    const flags = { [COLLECTOR]: "http://otel:1", "otel-collector-endpoint-tls-cert": PEM };
    expect(refusalOf(() => served(flags))).toMatch(
      /^--otel-collector-endpoint-tls-cert: has no effect without TLS/,
    );
  });
});

function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
