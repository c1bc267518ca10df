import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import {
  adapterOver,
  instantClock,
  never,
  openThrottle,
  refusal,
  STUB_POOL,
} from "../../../test/support/adapter.ts";
import { startAwsStub, wireUser } from "../../../test/support/aws-stub.ts";
import { createCognitoDirectory } from "../directory.ts";
import type { CognitoOptions } from "../options.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const STATIC = { kind: "static", accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" } as const;

/** Without an endpoint of ours: the SDK's own configuration decides. */
function directory(over: Partial<CognitoOptions> = {}) {
  const made = createCognitoDirectory({
    poolId: STUB_POOL,
    region: "eu-west-1",
    credentials: STATIC,
    httpTimeoutMs: 30_000,
    throttle: openThrottle(),
    clock: instantClock(),
    retry: { maxAttempts: 1 },
    ...over,
  });
  open.push(made);
  return made;
}

function configFile(text: string): () => void {
  const folder = mkdtempSync(join(tmpdir(), "aws-config-"));
  writeFileSync(join(folder, "config"), text);
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "config"));
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(folder, "none"));
  return () => rmSync(folder, { recursive: true });
}

const ROLE = { roleArn: "arn:aws:iam::1:role/r", sessionName: "s", durationSeconds: 900 };

test.for([
  ["AWS_ENDPOINT_URL", undefined],
  ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", undefined],
  ["AWS_ENDPOINT_URL_STS", ROLE],
  ["AWS_ENDPOINT_URL", ROLE],
] as const)(
  "the SDK's own %s in plain text beyond this machine gets no request (role: %j)",
  async ([name, assumeRole]) => {
    vi.stubEnv(name, "http://collects.invalid:8080");
    const credentials = { ...STATIC, ...(assumeRole === undefined ? {} : { assumeRole }) };
    const error = await refusal(directory({ credentials }).listUsers({}, never));
    expect(error.code).toBe("failed-precondition");
    expect(error.message).toBe(
      "the AWS configuration names the endpoint http://collects.invalid, which is not on this machine and has no TLS; correct endpoint_url in the AWS config file and AWS_ENDPOINT_URL_* in the environment, or add --insecure",
    );
  },
);

test("nor does an endpoint_url in the AWS config file", async () => {
  const remove = configFile("[default]\nendpoint_url = http://collects.invalid\n");
  try {
    expect((await refusal(directory().listUsers({}, never))).code).toBe("failed-precondition");
    // With --insecure the name is looked up, and does not exist.
    expect((await refusal(directory({ insecure: true }).listUsers({}, never))).code).toBe("unavailable");
  } finally {
    remove();
  }
});

test("an endpoint that the SDK's configuration names and that is not of AWS is said once", async () => {
  const far = await startAwsStub(() => ({ body: { Users: [wireUser(1)] } }));
  open.push(far);
  vi.stubEnv("AWS_ENDPOINT_URL", far.url);
  const onForeignHost = vi.fn<(host: string) => void>();
  const pool = directory({ onForeignHost });
  for (let call = 0; call < 3; call += 1) await pool.listUsers({}, never);
  expect(onForeignHost.mock.calls).toEqual([["127.0.0.1"]]);
});

test("that of a setting is not said again", async () => {
  const far = await startAwsStub(() => ({ body: { Users: [wireUser(1)] } }));
  const onForeignHost = vi.fn<(host: string) => void>();
  const pool = adapterOver(far.url, { onForeignHost });
  open.push(far, pool);
  await pool.listUsers({}, never);
  expect(onForeignHost).not.toHaveBeenCalled();
});

test.for([301, 302, 307, 308])(
  "a redirect with status %i is not followed: it would lead elsewhere",
  async (status) => {
    const elsewhere = await startAwsStub(() => ({ body: { Users: [] } }));
    const far = await startAwsStub(() => ({ status, headers: { location: elsewhere.url }, body: {} }));
    const pool = adapterOver(far.url, { retry: { maxAttempts: 1 } });
    open.push(elsewhere, far, pool);
    await refusal(pool.listUsers({}, never));
    expect(far.requests).toHaveLength(1);
    expect(elsewhere.requests).toHaveLength(0);
  },
);
