import { describe, expect, test } from "vitest";
import { loadBaton } from "../load-baton.ts";
import { loaded, nowhere, refusalOf, type Texts } from "../testing.fixture.ts";

const SCIM = { BATON_SCIM: "true" };
const OPEN = { BATON_INSECURE: "true" };

describe("two fronts on one address are refused", () => {
  test.for<[string, Texts, Texts, string]>([
    [
      "gRPC and SCIM",
      { listen: "127.0.0.1:7000" },
      { ...SCIM, BATON_SCIM_LISTEN: "127.0.0.1:7000" },
      "--listen and BATON_SCIM_LISTEN both need the port 7000; give one of them another",
    ],
    [
      "SCIM and health, which has all addresses",
      { "scim-listen": "[::1]:7000", "health-check-port": "7000", "health-check-bind-address": "::" },
      { ...SCIM, BATON_HEALTH_CHECK: "true" },
      "--scim-listen and --health-check-port both need the port 7000; give one of them another",
    ],
    [
      "gRPC on all addresses and SCIM on one",
      { listen: "0.0.0.0:7000", "scim-listen": "127.0.0.1:7000" },
      { ...SCIM, ...OPEN },
      "--listen and --scim-listen both need the port 7000; give one of them another",
    ],
    [
      "a default and a given one",
      { "scim-listen": "127.0.0.1:50051" },
      SCIM,
      "listen and --scim-listen both need the port 50051; give one of them another",
    ],
    [
      "two sockets",
      { listen: "unix:s", "scim-listen": "unix:/nowhere/s" },
      SCIM,
      "--listen and --scim-listen both need the path /nowhere/s; give one of them another",
    ],
  ])("%s", ([, flags, env, message]) => {
    expect(refusalOf(() => loaded("serve", flags, env))).toBe(message);
  });

  test.for<[string, Texts, Texts]>([
    ["on a free port each", { listen: "127.0.0.1:0", "scim-listen": "127.0.0.1:0" }, SCIM],
    ["of two families", { listen: "0.0.0.0:7000", "scim-listen": "[::1]:7000" }, { ...SCIM, ...OPEN }],
    ["on two addresses", { listen: "127.0.0.1:7000", "scim-listen": "127.0.0.2:7000" }, SCIM],
    ["of which one is off", { listen: "127.0.0.1:7000", "health-check-port": "7000" }, {}],
  ])("but not %s", ([, flags, env]) => {
    expect(loaded("serve", flags, env).config.service.listen).toBeDefined();
  });

  test("nor where the daemon has no gRPC port", () => {
    const env = {
      BATON_USER_POOL_ID: "eu-west-1_AbCd12345",
      BATON_CLIENT_ID: "a@b.example/pcc",
      BATON_CLIENT_SECRET: "secret-token:conductorone.com:v1:eyJrdHkiOiJPS1AifQ",
      BATON_SCIM: "true",
      BATON_SCIM_LISTEN: "127.0.0.1:50051",
    };
    expect(loadBaton(new Map(), nowhere(env)).config.service.listen).toBeUndefined();
  });
});
