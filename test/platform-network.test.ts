// How the daemon reaches the platform in networks with a proxy and with CAs of their own.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { createAuthority } from "./support/certificates.ts";
import { taskId } from "./support/fake-platform-client.ts";
import { startHttpProxy } from "./support/http-proxy.ts";
import { type PlatformStage, platformStage, stopped } from "./support/platform-stage.ts";

const POOL = "us-east-1_Ab129faBb";
const SYNC = { id: taskId("a"), taskType: { case: "syncFull", value: {} } } as const;

let stage: PlatformStage;

beforeEach(async () => {
  stage = await platformStage(POOL, createPool({ id: POOL, users: people(3), groups: [] }));
});

afterEach(async () => {
  await stage.close();
});

describe("the daemon", () => {
  test.for(["HTTPS_PROXY", "https_proxy", "BATON_HTTPS_PROXY"])(
    "asks for tokens and for tasks through the proxy of %s",
    async (name) => {
      const proxy = await startHttpProxy(Number(stage.platform.address.split(":")[1]));
      try {
        const daemon = stage.start({ [name]: proxy.url });
        await stage.perform(SYNC);
        expect((await stopped(daemon)).code).toBe(0);
        const tunnels = new Set(proxy.log);
        expect(tunnels).toEqual(new Set([`CONNECT ${stage.platform.address}`]));
        expect(proxy.log.length).toBeGreaterThan(1);
      } finally {
        await proxy.close();
      }
    },
  );

  test("does not go through the proxy to a host of NO_PROXY", async () => {
    const proxy = await startHttpProxy("403 Forbidden");
    try {
      const daemon = stage.start({ HTTPS_PROXY: proxy.url, NO_PROXY: "example.com,127.0.0.1" });
      await stage.perform(SYNC);
      expect((await stopped(daemon)).code).toBe(0);
      expect(proxy.log).toEqual([]);
    } finally {
      await proxy.close();
    }
  });

  test("says in one line that the tasks do not go through a proxy with https://", async () => {
    // Node.js would use it for the tokens, and nothing listens there.
    const daemon = stage.start({ HTTPS_PROXY: "https://127.0.0.1:1", NO_PROXY: "127.0.0.1" });
    await stage.perform(SYNC);
    const { code, stderr } = await stopped(daemon);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr.split("\n").filter((line) => line.includes("proxy"))).toEqual([
      expect.stringContaining("HTTPS_PROXY: gRPC cannot use a proxy with https://"),
    ]);
  });

  test("does not take the proxy for plain HTTP", async () => {
    const proxy = await startHttpProxy("403 Forbidden");
    try {
      const daemon = stage.start({ http_proxy: proxy.url, NO_PROXY: "", no_proxy: "" });
      await stage.platform.until(() => stage.platform.calls.some(({ call }) => call === "Hello"));
      await stopped(daemon);
      expect(proxy.log.filter((line) => line.startsWith("CONNECT"))).toEqual([]);
    } finally {
      await proxy.close();
    }
  });

  test("trusts the CA of SSL_CERT_FILE also where AWS has another one", async () => {
    const bundle = join(stage.folder, "aws-ca.pem");
    writeFileSync(bundle, createAuthority("aws").cert);
    const daemon = stage.start({ AWS_CA_BUNDLE: bundle });
    await stage.perform(SYNC);
    expect((await stopped(daemon)).code).toBe(0);
  });

  test("says of a certificate that it does not trust which setting names the CA", async () => {
    const other = join(stage.folder, "other-ca.pem");
    writeFileSync(other, createAuthority("other").cert);
    const daemon = stage.start({ SSL_CERT_FILE: other });
    const { stderr: log } = daemon.process;
    let said = "";
    await new Promise<void>((done) => {
      log?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("does not answer the Hello")) done();
      });
    });
    const { code, stderr } = await stopped(daemon);
    expect(code).toBe(0);
    expect(stderr).toContain("name the PEM file of the CA with --ca-bundle or SSL_CERT_FILE");
  });
});
