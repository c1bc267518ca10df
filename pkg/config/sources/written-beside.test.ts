import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadBaton } from "../load-baton.ts";
import { loadConfig } from "../load-config.ts";
import type { CommandName } from "../table/setting.ts";
import { loaded, nowhere, refusalOf, type Texts } from "../testing.fixture.ts";

describe("a cure names the missing setting as the given one is written", () => {
  const KEY = { BATON_TLS_CERT_FILE: "c" };

  test.for<[string, Texts, Texts, string]>([
    [
      "a flag",
      { "tls-cert-file": "c" },
      {},
      "--tls-cert-file: needs tls-key-file as well; give --tls-key-file",
    ],
    [
      "a flag beside a variable",
      { "tls-client-ca-file": "ca" },
      { BATON_LISTEN: "127.0.0.1:1" },
      "--tls-client-ca-file: has no effect without tls-cert-file; give --tls-cert-file or leave it out",
    ],
    ["a variable", {}, KEY, "BATON_TLS_CERT_FILE: needs tls-key-file as well; give BATON_TLS_KEY_FILE"],
    [
      "a flag of a front beside a variable",
      {},
      { BATON_SCIM_LISTEN: "127.0.0.1:1" },
      "BATON_SCIM_LISTEN: has no effect without scim; give BATON_SCIM=true or leave it out",
    ],
    [
      "TLS beside a variable",
      {},
      { BATON_LISTEN: "0.0.0.0:1" },
      "BATON_LISTEN: 0.0.0.0:1 can be reached from other machines, and there is no TLS; give BATON_TLS_CERT_FILE and BATON_TLS_KEY_FILE, or listen on 127.0.0.1, [::1], localhost or unix:/path (--insecure serves without)",
    ],
    [
      "what is switched off elsewhere",
      { "scim-listen": "127.0.0.1:1" },
      { BATON_SCIM: "false" },
      "--scim-listen: has no effect without scim, and BATON_SCIM is false; make that true or leave this out",
    ],
    [
      "a secret beside a variable",
      {},
      { BATON_CLIENT_ID: "a@b.example/pcc" },
      "BATON_CLIENT_ID: needs client-secret as well; give BATON_CLIENT_SECRET or BATON_CLIENT_SECRET_FILE",
    ],
    [
      "a secret beside a flag",
      { "aws-access-key-id-file": "f", "aws-session-token-file": "f" },
      {},
      "--aws-access-key-id-file: needs aws-secret-access-key as well; give BATON_AWS_SECRET_ACCESS_KEY or --aws-secret-access-key-file",
    ],
  ])("%s", ([, flags, env, message]) => {
    inFolder((folder) => {
      writeFileSync(join(folder, "f"), "AKIAIOSFODNN7EXAMPLE\n", { mode: 0o600 });
      const all = new Map(Object.entries({ "user-pool-id": "eu-west-1_AbCd12345", ...flags }));
      expect(refusalOf(() => loadConfig("serve", all, { ...nowhere(env), cwd: folder }))).toBe(message);
    });
  });

  test.for<[string, CommandName, string, string]>([
    [
      "a key",
      "serve",
      "tls-cert-file: c",
      "tls-cert-file in AT:1: needs tls-key-file as well; give tls-key-file in the same file",
    ],
    [
      "what it depends on",
      "serve",
      "tls-client-ca-file: ca",
      "tls-client-ca-file in AT:1: has no effect without tls-cert-file; give tls-cert-file in the same file or leave it out",
    ],
    [
      "a flag of a front",
      "serve",
      "scim-listen: 127.0.0.1:1",
      "scim-listen in AT:1: has no effect without scim; give scim: true in the same file or leave it out",
    ],
    [
      "what it switches off itself",
      "serve",
      "scim-listen: 127.0.0.1:1\nscim: false",
      "scim-listen in AT:1: has no effect without scim, and scim in AT:2 is false; make that true or leave this out",
    ],
    [
      "the keys of tokens",
      "serve",
      "jwt-issuer: https://i.example\njwt-audience: a",
      "jwt-issuer in AT:1: has no effect without the keys of the tokens; give jwt-jwks-url or jwt-jwks-file in the same file, or leave it out",
    ],
    [
      "a secret",
      "serve",
      "client-id: a@b.example/pcc",
      "client-id in AT:1: needs client-secret as well; give client-secret or client-secret-file in the same file",
    ],
    [
      "the client id",
      "baton",
      "client-secret: secret-token:conductorone.com:v1:eyJrdHkiOiJPS1AifQ",
      "client-secret in AT:1: needs client-id as well; give client-id in the same file",
    ],
  ])("%s of the configuration file", ([, command, text, message]) => {
    inFolder((folder) => {
      const path = join(folder, "c.yaml");
      writeFileSync(path, `${text}\n`, { mode: 0o600 });
      const flags = new Map([
        ["user-pool-id", "eu-west-1_AbCd12345"],
        ["config", path],
      ]);
      const load = () =>
        command === "baton" ? loadBaton(flags, nowhere()) : loadConfig(command, flags, nowhere());
      expect(refusalOf(load)).toBe(message.replaceAll("AT:", `${path}:`));
    });
  });
});

describe("a warning about an address names it as it is given", () => {
  test.for<[string, Texts, Texts]>([
    ["--listen", { listen: "0.0.0.0:1", insecure: "true" }, {}],
    ["BATON_LISTEN", {}, { BATON_LISTEN: "0.0.0.0:1", BATON_INSECURE: "true" }],
  ])("%s", ([name, flags, env]) => {
    const { warnings, config } = loaded("serve", flags, env);
    expect(warnings).toEqual([expect.stringContaining(`${name}: every caller`)]);
    expect(config.labels.listen).toBe(name);
  });

  test("and so does an error of SCIM about an attribute", () => {
    const env = { BATON_SCIM: "true", BATON_SCIM_EXTERNAL_ID_ATTRIBUTE: "custom:ext" };
    expect(loaded("serve", {}, env).config.scim?.attributeLabels).toEqual({
      externalId: "BATON_SCIM_EXTERNAL_ID_ATTRIBUTE",
      displayName: "scim-display-name-attribute",
    });
  });

  test("and as the setting where it has its default", () => {
    expect(loaded("serve", {}).config.labels).toMatchObject({
      listen: "listen",
      "scim-listen": "scim-listen",
      "health-check-port": "health-check-port",
    });
  });
});

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "written-beside-"));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
