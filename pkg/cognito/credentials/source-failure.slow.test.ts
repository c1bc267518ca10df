import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { adapterOver, instantClock, never, refusal } from "../../../test/support/adapter.ts";
import { useAwsHome } from "../../../test/support/aws-home.ts";
import {
  type AwsStub,
  type StubBehaviour,
  type StubRequest,
  startAwsStub,
  wireUser,
} from "../../../test/support/aws-stub.ts";
import { startHttpProxy } from "../../../test/support/http-proxy.ts";
import type { GovernanceError } from "../../core/errors.ts";
import type { CognitoOptions } from "../options.ts";

const home = useAwsHome();
const { open } = home;

async function stubbed(answer: (request: StubRequest) => StubBehaviour): Promise<AwsStub> {
  const stub = await startAwsStub(answer);
  open.push(stub);
  return stub;
}

const config = (text: string): void => writeFileSync(home.path("config"), text);

const SSO = `[profile work]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = r
[sso-session corp]
sso_start_url = https://x.example/start
sso_region = eu-west-1
`;

/** The token that `aws sso login` leaves. */
function loggedIn(session: string, over: Readonly<Record<string, unknown>> = {}): void {
  const folder = home.path(".aws", "sso", "cache");
  mkdirSync(folder, { recursive: true });
  const name = createHash("sha1").update(session).digest("hex");
  const token = { accessToken: "t", expiresAt: new Date(Date.now() + 3_600_000).toISOString(), ...over };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(token));
}

/** A listing with keys from the chain; the pool itself would answer. */
function listing(profile: string | undefined, over: Partial<CognitoOptions> = {}) {
  const directory = adapterOver("http://127.0.0.1:1", {
    credentials: { kind: "default", profile },
    ...over,
  });
  open.push(directory);
  return directory.listUsers({}, never);
}

async function failed(profile?: string, over: Partial<CognitoOptions> = {}): Promise<GovernanceError> {
  return await refusal(listing(profile, over));
}

describe("a source of credentials that fails is named with its own failure", () => {
  test("a misspelt profile", async () => {
    config("[profile staff]\nregion = eu-west-1\n");
    const error = await failed("stafff");
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toMatch(/there is no profile "stafff" in the shared AWS files; check aws-profile/);
  });

  test("a profile without credentials", async () => {
    config("[profile staff]\nregion = eu-west-1\n");
    expect((await failed("staff")).message).toContain(
      'the profile "staff" in the shared AWS files has no credentials',
    );
  });

  test("a profile whose role is assumed with a profile that has no credentials", async () => {
    config(
      "[profile staff]\nregion = eu-west-1\n[profile chained]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = staff\n",
    );
    expect((await failed("chained")).message).toContain('the profile "staff" in the shared AWS files has no');
  });

  test("a credential_process that fails: what it wrote, and not its command", async () => {
    config("[profile p]\ncredential_process = sh -c 'echo vault is sealed >&2; exit 3; : hunter2'\n");
    const error = await failed("p");
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toContain('the credential_process of the profile fails: "vault is sealed"');
    expect(error.message).not.toMatch(/hunter2|aws sso login|\n/);
  });

  test.for([
    ["writes no JSON", "echo nonsense", /its output is not the JSON that AWS asks for/],
    ["fails without a word", "sh -c 'exit 4'", /the command ends with an error and says nothing/],
    ["is not there", "/nonexistent/helper", /credential_process of the profile fails: ".*not found"/],
  ] as const)("a credential_process that %s", async ([, command, says]) => {
    config(`[profile p]\ncredential_process = ${command}\n`);
    expect((await failed("p")).message).toMatch(says);
  });

  test("an SSO session that was never begun, or is over", async () => {
    config(SSO);
    expect((await failed("work")).message).toContain("run `aws sso login`");
    loggedIn("corp", { expiresAt: "2020-01-01T00:00:00Z" });
    expect((await failed("work")).message).toContain("run `aws sso login`");
  });

  test("an SSO role that is not assigned to the user", async () => {
    config(SSO);
    loggedIn("corp");
    const portal = await stubbed(() => ({
      status: 403,
      body: { message: "No access" },
      headers: { "x-amzn-errortype": "ForbiddenException" },
    }));
    vi.stubEnv("AWS_ENDPOINT_URL_SSO", portal.url);
    const error = await failed("work");
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toContain("does not give the role of the profile to this user");
    expect(error.message).not.toContain("aws sso login");
  });

  test("SSO behind a proxy that refuses: at once, and not as an expired session", async () => {
    config(SSO);
    loggedIn("corp");
    const proxy = await startHttpProxy("407 Proxy Authentication Required");
    open.push(proxy);
    const error = await failed("work", { proxy: { httpsProxy: proxy.url } });
    expect(error.code).toBe("failed-precondition");
    expect(error.message).toMatch(/the proxy refuses the connection \(HTTP 407 .*BATON_HTTPS_PROXY/);
    expect(error.message).not.toContain("aws sso login");
    expect(proxy.log).toHaveLength(1);
  });

  test("an SSO session that cannot be renewed through a proxy is not an expired session, also at the next call", async () => {
    config(SSO.replaceAll("corp", "renewed"));
    loggedIn("renewed", {
      expiresAt: "2020-01-01T00:00:00Z",
      refreshToken: "r",
      clientId: "c",
      clientSecret: "s",
      registrationExpiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    const proxy = await startHttpProxy("407 Proxy Authentication Required");
    open.push(proxy);
    const directory = adapterOver("http://127.0.0.1:1", {
      credentials: { kind: "default", profile: "work" },
      proxy: { httpsProxy: proxy.url },
    });
    open.push(directory);
    for (let call = 0; call < 2; call += 1) {
      const error = await refusal(directory.listUsers({}, never));
      expect(error.message).toContain("the proxy refuses the connection (HTTP 407");
      expect(error.message).not.toContain("aws sso login");
    }
  });

  test.for([
    ["ExpiredTokenException", "Token expired: current date/time 1 must be before 0", /it has expired/],
    ["InvalidIdentityToken", "No OpenIDConnect provider found", /check the role AWS_ROLE_ARN/],
    ["AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", /its trust policy/],
  ] as const)("a web identity token that STS rejects with %s", async ([code, text, says]) => {
    const sts = await stubbed(() => stsError(code, 400, text));
    webIdentity(sts.url);
    const error = await failed();
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toMatch(/STS rejects the web identity token/);
    expect(error.message).toMatch(says);
    expect(error.message).toContain(code);
    expect(sts.requests).toHaveLength(1);
  });

  test("a web identity token that cannot be read", async () => {
    webIdentity("http://127.0.0.1:1");
    vi.stubEnv("AWS_WEB_IDENTITY_TOKEN_FILE", home.path("nowhere"));
    const error = await failed();
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toContain("the web identity token cannot be read (ENOENT)");
  });

  test("an instance metadata service that is not there: what was looked for, asked twice", async () => {
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", undefined);
    vi.stubEnv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1");
    const error = await failed();
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toMatch(
      /no AWS credentials were found: there are no keys, no profile and no web identity, and the instance metadata service does not answer \(ECONNREFUSED\)/,
    );
  });
});

describe("a source that may come back is asked again", () => {
  const onePage: StubBehaviour = { body: { Users: [wireUser(1)] } };

  test("STS for the web identity, at 503 and when the connection is cut", async () => {
    const stub = await stubbed(({ operation, number }) => {
      if (operation !== "AssumeRoleWithWebIdentity") return onePage;
      if (number === 1) return stsError("ServiceUnavailable", 503, "x");
      return number === 2 ? { cut: true } : webSession();
    });
    webIdentity(stub.url);
    expect((await listing(undefined, { endpoint: stub.url })).items).toHaveLength(1);
  });

  test("the pod identity agent: away, and then named as unavailable", async () => {
    vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/v1/credentials");
    const clock = instantClock();
    const error = await failed(undefined, { clock, retry: { maxAttempts: 2 } });
    expect(error.code).toBe("unavailable");
    expect(error.message).toMatch(
      /EKS Pod Identity agent or ECS\) does not answer: ECONNREFUSED.*\(2 attempts\)/,
    );
    expect(clock.sleeps).toHaveLength(1);
  });

  test("the pod identity agent that takes the connection and says nothing: asked again, and then named", async () => {
    const agent = await stubbed(() => ({ hang: true }));
    vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", `${agent.url}/v1/credentials`);
    const error = await failed(undefined, { httpTimeoutMs: 200, retry: { maxAttempts: 2 } });
    expect(error.code).toBe("unavailable");
    expect(error.message).toMatch(
      /EKS Pod Identity agent or ECS\) does not answer: no answer within 200 ms; check that its agent runs.*\(2 attempts\)/,
    );
    expect(agent.requests).toHaveLength(2);
  });

  test("the pod identity agent that says nothing once, when the keys have expired", async () => {
    const clock = instantClock();
    const agent = await stubbed(({ number, operation }) => {
      if (operation !== "") return onePage;
      if (number === 3) return { hang: true };
      const Expiration = new Date(clock.now() + 3_600_000).toISOString();
      return { body: { AccessKeyId: `ASIA${number}`, SecretAccessKey: "s", Token: "t", Expiration } };
    });
    vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", `${agent.url}/v1/credentials`);
    const directory = adapterOver(agent.url, { credentials: { kind: "default" }, httpTimeoutMs: 200, clock });
    open.push(directory);
    await directory.listUsers({}, never);
    clock.advance(3_600_000);
    expect((await directory.listUsers({}, never)).items).toHaveLength(1);
    expect(agent.requests.map(({ operation }) => operation)).toEqual(["", "ListUsers", "", "", "ListUsers"]);
  });

  test("the pod identity agent without a role for the pod: not asked again", async () => {
    const agent = await stubbed(() => ({ status: 404, body: { Code: "x", Message: "no association" } }));
    vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", `${agent.url}/v1/credentials`);
    const clock = instantClock();
    const error = await failed(undefined, { clock });
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toContain("answers HTTP 404");
    expect(clock.sleeps).toEqual([]);
  });

  test("the instance metadata service at 503", async () => {
    const service = await stubbed(() => ({ status: 503, body: "" }));
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", undefined);
    vi.stubEnv("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.url);
    const clock = instantClock();
    const error = await failed(undefined, { clock, retry: { maxAttempts: 3 } });
    expect(error.code).toBe("unavailable");
    expect(error.message).toMatch(/instance metadata service answers HTTP 503 .*\(3 attempts\)/);
    expect(clock.sleeps).toHaveLength(2);
  });

  test("SSO that answers 503", async () => {
    config(SSO);
    loggedIn("corp");
    const portal = await stubbed(() => ({ status: 503, body: "" }));
    vi.stubEnv("AWS_ENDPOINT_URL_SSO", portal.url);
    const error = await failed("work", { retry: { maxAttempts: 2 } });
    expect(error.code).toBe("unavailable");
    expect(error.message).toMatch(/AWS SSO \(IAM Identity Center\) cannot be reached: HTTP 503/);
    expect(portal.requests).toHaveLength(2);
  });
});

function webIdentity(sts: string): void {
  writeFileSync(home.path("token"), "eyJ");
  vi.stubEnv("AWS_WEB_IDENTITY_TOKEN_FILE", home.path("token"));
  vi.stubEnv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod");
  vi.stubEnv("AWS_ENDPOINT_URL_STS", sts);
  vi.stubEnv("AWS_REGION", "eu-west-1");
}

function stsError(code: string, status: number, message: string): StubBehaviour {
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>sts-1</RequestId></ErrorResponse>`;
  return { status, body, headers: { "content-type": "text/xml" } };
}

function webSession(): StubBehaviour {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const body = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${expiresAt}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
  return { body, headers: { "content-type": "text/xml" } };
}
