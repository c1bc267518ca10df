import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { refusalOf, served } from "../testing.fixture.ts";

const ID = "cool-name@tenant.conductor.one/pcc";
const SECRET = { BATON_CLIENT_SECRET: "secret-token:conductorone.com:v1:eyJrdHkiOiJPS1AifQ" };

describe("the platform", () => {
  test("is not asked for tasks without a client id", () => {
    expect(served({}, SECRET).platform).toBeUndefined();
  });

  test("gives tasks by a client id and a client secret", () => {
    expect(served({ "client-id": ID }, SECRET).platform).toEqual({
      clientId: expect.objectContaining({ id: ID, name: "cool-name" }),
      concurrency: 3,
      hostId: undefined,
      apiHost: undefined,
      severalTasks: false,
      extraCas: [],
    });
  });

  test("is set up by Baton's environment variables too", () => {
    const env = {
      ...SECRET,
      BATON_CLIENT_ID: ID,
      BATON_TASK_CONCURRENCY: "7",
      BATON_HOST_ID: "pod-1",
      BATON_C1_API_HOST: "127.0.0.1:8443",
      BATON_GET_TASKS: "true",
    };
    expect(served({}, env).platform).toEqual({
      clientId: expect.objectContaining({ id: ID, name: "cool-name" }),
      concurrency: 7,
      hostId: "pod-1",
      apiHost: "127.0.0.1:8443",
      severalTasks: true,
      extraCas: [],
    });
  });

  test("is trusted by the CAs of AWS and by those of SSL_CERT_FILE, which Go's runner reads", () => {
    const folder = mkdtempSync(join(tmpdir(), "connector-cas-"));
    try {
      const [aws, system] = ["aws", "system"].map((name) => {
        const path = join(folder, name);
        writeFileSync(path, `-----BEGIN CERTIFICATE----- ${name}`);
        return path;
      });
      const casOf = (env: Readonly<Record<string, string | undefined>>) =>
        served({ "client-id": ID }, { ...SECRET, ...env }).platform?.extraCas.map((pem) => pem.split(" ")[2]);
      expect(casOf({ AWS_CA_BUNDLE: aws })).toEqual(["aws"]);
      expect(casOf({ SSL_CERT_FILE: system })).toEqual(["system"]);
      expect(casOf({ AWS_CA_BUNDLE: aws, SSL_CERT_FILE: system })).toEqual(["aws", "system"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("needs the client secret", () => {
    expect(refusalOf(() => served({ "client-id": ID }))).toBe(
      "--client-id: needs client-secret as well; give BATON_CLIENT_SECRET or --client-secret-file",
    );
  });

  test.for(["abc", "name@host", "name@/x", "@host/x", "name@host:port/x", "a b@host/x"])(
    "refuses the client id %o",
    (id) => {
      expect(refusalOf(() => served({ "client-id": id }, SECRET))).toContain("must be a client id such as");
    },
  );

  test.for(["https://host", "host/path", "user@host", "host:99999"])("refuses the API host %o", (host) => {
    expect(refusalOf(() => served({ "client-id": ID, "c1-api-host": host }, SECRET))).toContain(
      "must be a host with an optional port",
    );
  });
});
