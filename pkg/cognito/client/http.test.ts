import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  adapterOver,
  instantClock,
  never,
  openThrottle,
  refusal,
  STUB_POOL,
} from "../../../test/support/adapter.ts";
import { type AwsStub, startAwsStub, wireUser } from "../../../test/support/aws-stub.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { type HttpProxy, startHttpProxy } from "../../../test/support/http-proxy.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "../../../test/support/test-certificate.ts";
import { createCognitoDirectory } from "../directory.ts";
import type { CognitoOptions } from "../options.ts";

const open: { close(): unknown }[] = [];
const trusted = getCACertificates("default");

afterEach(async () => {
  setDefaultCACertificates(trusted);
  for (const one of open.splice(0)) await one.close();
});

async function stub(tls = false): Promise<AwsStub> {
  const server = await startAwsStub(
    () => ({ body: { Users: [wireUser(1)] } }),
    tls ? { key: TEST_KEY, cert: TEST_CERTIFICATE } : undefined,
  );
  open.push(server);
  return server;
}

async function proxy(tunnel: number | string): Promise<HttpProxy> {
  const server = await startHttpProxy(tunnel);
  open.push(server);
  return server;
}

/** Without an endpoint of its own: the SDK goes to AWS's host name, which only the proxy resolves. */
function realHost(over: Partial<CognitoOptions>) {
  const directory = createCognitoDirectory({
    poolId: STUB_POOL,
    region: "eu-west-1",
    credentials: { kind: "static", accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    httpTimeoutMs: 30_000,
    throttle: openThrottle(),
    clock: instantClock(),
    retry: { maxAttempts: 1 },
    ...over,
  });
  open.push(directory);
  return directory;
}

const portOf = (url: string) => Number(new URL(url).port);

describe("through a proxy", () => {
  test("https goes through a tunnel, which is kept for the next call", async () => {
    setDefaultCACertificates([...trusted, TEST_CERTIFICATE]);
    const far = await stub(true);
    const near = await proxy(portOf(far.url));
    const directory = realHost({ proxy: { httpsProxy: near.url } });
    for (let call = 0; call < 3; call += 1) {
      expect((await directory.listUsers({}, never)).items).toHaveLength(1);
    }
    expect(near.log).toEqual(["CONNECT cognito-idp.eu-west-1.amazonaws.com:443"]);
    expect(far.requests).toHaveLength(3);
    expect(far.requests[0]?.headers.host).toBe("cognito-idp.eu-west-1.amazonaws.com");
  });

  test("the CAs of a bundle are trusted, for AWS behind a proxy that inspects TLS", async () => {
    const far = await stub(true);
    const near = await proxy(portOf(far.url));
    const directory = realHost({ proxy: { httpsProxy: near.url }, caBundle: TEST_CERTIFICATE });
    expect((await directory.listUsers({}, never)).items).toHaveLength(1);
  });

  test("a certificate that is not trusted is an error of its own, without a retry", async () => {
    const far = await stub(true);
    const near = await proxy(portOf(far.url));
    const directory = realHost({ proxy: { httpsProxy: near.url }, retry: { maxAttempts: 5 } });
    const error = await refusal(directory.listUsers({}, never));
    expect(error.code).toBe("failed-precondition");
    expect(error.message).toContain("NODE_EXTRA_CA_CERTS");
    expect(near.log).toHaveLength(1);
  });

  test("http goes to the proxy under its whole address, with the proxy's own credentials", async () => {
    const far = await stub();
    const near = await proxy("403 Forbidden");
    const directory = adapterOver(far.url, {
      proxy: { httpProxy: near.url.replace("http://", "http://ann:pass@") },
    });
    open.push(directory);
    expect((await directory.listUsers({}, never)).items).toHaveLength(1);
    expect(near.log).toEqual([`POST ${far.url}/`]);
    expect(near.authorizations).toEqual([`Basic ${Buffer.from("ann:pass").toString("base64")}`]);
  });

  test.for(["127.0.0.1", "localhost,127.0.0.1", "*", "127.0.0.0-127.0.0.9"])(
    "NO_PROXY %s is honoured",
    async (noProxy) => {
      const far = await stub();
      const near = await proxy("403 Forbidden");
      const directory = adapterOver(far.url, { proxy: { httpProxy: near.url, noProxy } });
      open.push(directory);
      expect((await directory.listUsers({}, never)).items).toHaveLength(1);
      expect(near.log).toEqual([]);
    },
  );

  test.for([
    ["407 Proxy Authentication Required", /proxy refuses .*HTTP 407 Proxy Auth.*user name and password/],
    ["403 Forbidden", /proxy refuses .*HTTP 403 Forbidden\); have the host allowed/],
  ] as const)("a proxy that refuses a tunnel with %s is named at once", async ([answer, says]) => {
    const near = await proxy(answer);
    const work = realHost({ proxy: { httpsProxy: near.url }, retry: { maxAttempts: 5 } }).listUsers(
      {},
      never,
    );
    const error = await refusal(work);
    expect(error.code).toBe("failed-precondition");
    expect(error.message).toMatch(says);
    expect(near.log).toHaveLength(1);
  });

  test("a proxy that refuses a request without a tunnel with 407 is named at once", async () => {
    const far = await startAwsStub(() => ({ status: 407, body: "<html>" }));
    open.push(far);
    const directory = adapterOver(far.url, { retry: { maxAttempts: 5 } });
    open.push(directory);
    const error = await refusal(directory.listUsers({}, never));
    expect(error.code).toBe("failed-precondition");
    expect(error.message).toMatch(/proxy refuses .*HTTP 407/);
    expect(far.requests).toHaveLength(1);
  });

  test("a proxy that fails is asked again", async () => {
    const near = await proxy("503 Service Unavailable");
    const work = realHost({ proxy: { httpsProxy: near.url }, retry: { maxAttempts: 3 } }).listUsers(
      {},
      never,
    );
    const error = await refusal(work);
    expect(error.code).toBe("unavailable");
    expect(error.message).toContain("ERR_PROXY_TUNNEL");
    expect(near.log).toHaveLength(3);
  });

  test("given up while the tunnel is being dug", async () => {
    const near = await proxy("hang");
    const controller = new AbortController();
    const work = refusal(realHost({ proxy: { httpsProxy: near.url } }).listUsers({}, controller.signal));
    await eventually(() => expect(near.log).toHaveLength(1));
    controller.abort();
    expect((await work).code).toBe("canceled");
  });

  test("the environment alone changes nothing: its values are handed in", async () => {
    const far = await stub();
    const near = await proxy("403 Forbidden");
    vi.stubEnv("HTTP_PROXY", near.url);
    vi.stubEnv("http_proxy", near.url);
    const directory = adapterOver(far.url);
    open.push(directory);
    expect((await directory.listUsers({}, never)).items).toHaveLength(1);
    expect(near.log).toEqual([]);
  });
});

describe("the endpoint", () => {
  test.for([
    ["us-east-1", {}, "cognito-idp.us-east-1.amazonaws.com:443"],
    ["us-east-1", { fips: true }, "cognito-idp-fips.us-east-1.amazonaws.com:443"],
    ["us-gov-west-1", { fips: true }, "cognito-idp-fips.us-gov-west-1.amazonaws.com:443"],
    ["us-east-1", { dualStack: true }, "cognito-idp.us-east-1.amazonaws.com:443"],
    ["cn-north-1", {}, "cognito-idp.cn-north-1.amazonaws.com.cn:443"],
    ["mx-central-1", {}, "cognito-idp.mx-central-1.amazonaws.com:443"],
  ] as const)("%s with %j is %s", async ([region, over, host]) => {
    const near = await proxy("502 Bad Gateway");
    const directory = realHost({
      region,
      poolId: `${region}_Stub00001`,
      proxy: { httpsProxy: near.url },
      ...over,
    });
    await refusal(directory.listUsers({}, never));
    expect(near.log).toEqual([`CONNECT ${host}`]);
  });
});

test.for([
  ["eu-west-1", {}, "sts.eu-west-1.amazonaws.com:443"],
  ["us-east-1", { fips: true }, "sts-fips.us-east-1.amazonaws.com:443"],
] as const)("the role of a pool in %s with %j is asked for at %s", async ([region, over, host]) => {
  const near = await proxy("502 Bad Gateway");
  const assumeRole = { roleArn: "arn:aws:iam::1:role/r", sessionName: "s", durationSeconds: 900 };
  const directory = realHost({
    region,
    proxy: { httpsProxy: near.url },
    credentials: { kind: "static", accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", assumeRole },
    ...over,
  });
  expect((await refusal(directory.listUsers({}, never))).code).toBe("unavailable");
  expect(near.log).toEqual([`CONNECT ${host}`]);
});

test.for(["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"])(
  "without an endpoint of ours the SDK's own %s counts",
  async (name) => {
    const far = await stub();
    vi.stubEnv(name, far.url);
    expect((await realHost({}).listUsers({}, never)).items).toHaveLength(1);
  },
);

test("calls in a row share a connection; a hundred at once do not wait for each other", async () => {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>();
  const server = await startAwsStub(async ({ number }) => {
    if (number > 2) await gate;
    return { body: { Users: [] } };
  });
  const directory = adapterOver(server.url);
  open.push(server, directory);
  await directory.listUsers({}, never);
  await directory.listUsers({}, never);
  expect(server.connections).toBe(1);
  const together = Promise.all(Array.from({ length: 100 }, () => directory.listUsers({}, never)));
  await server.arrived(102);
  release();
  await together;
});
