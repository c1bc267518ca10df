import { writeFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { adapterOver, instantClock, never, openThrottle, refusal } from "../../../test/support/adapter.ts";
import { useAwsHome } from "../../../test/support/aws-home.ts";
import {
  type AwsStub,
  awsError,
  type StubBehaviour,
  type StubRequest,
  startAwsStub,
  wireUser,
} from "../../../test/support/aws-stub.ts";
import type { AssumeRole, CognitoOptions } from "../options.ts";

const ROLE = "arn:aws:iam::123456789012:role/connector";
const home = useAwsHome();
const { open } = home;

const onePage: StubBehaviour = { body: { Users: [wireUser(1)] } };
const keyOf = ({ headers }: StubRequest) => /Credential=([^/]+)\//.exec(headers.authorization ?? "")?.[1];
const scopeOf = ({ headers }: StubRequest) =>
  /Credential=[^/]+\/\d+\/([^,]+),/.exec(headers.authorization ?? "")?.[1];

async function stubbed(answer: (request: StubRequest) => StubBehaviour): Promise<AwsStub> {
  const stub = await startAwsStub(answer);
  open.push(stub);
  return stub;
}

function adapter(stub: AwsStub, over: Partial<CognitoOptions>) {
  const directory = adapterOver(stub.url, over);
  open.push(directory);
  return directory;
}

function session(key: string, expiresAt: Date): StubBehaviour {
  const body = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>${key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>token-of-${key}</SessionToken><Expiration>${expiresAt.toISOString()}</Expiration></Credentials><AssumedRoleUser><Arn>${ROLE}/x</Arn><AssumedRoleId>A:x</AssumedRoleId></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>`;
  return { body, headers: { "content-type": "text/xml" } };
}

function stsError(code: string, status: number, message = "scripted"): StubBehaviour {
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>sts-1</RequestId></ErrorResponse>`;
  return { status, body, headers: { "content-type": "text/xml" } };
}

/** Static keys that assume the role, at the same server. */
function assuming(stub: AwsStub, over: Partial<CognitoOptions> = {}, role: Partial<AssumeRole> = {}) {
  return adapter(stub, {
    ...over,
    credentials: {
      kind: "static",
      accessKeyId: "AKIDBASE",
      secretAccessKey: "base-secret",
      assumeRole: {
        roleArn: ROLE,
        sessionName: "nightly",
        externalId: "tenant-7",
        durationSeconds: 1800,
        stsEndpoint: stub.url,
        ...role,
      },
    },
  });
}

describe("keys", () => {
  test("static ones sign for the pool's Region, session token included", async () => {
    const stub = await stubbed(() => onePage);
    const credentials = {
      kind: "static",
      accessKeyId: "AKID1",
      secretAccessKey: "s",
      sessionToken: "tok",
    } as const;
    await adapter(stub, { credentials }).listUsers({}, never);
    const [request] = stub.requests;
    expect(request && keyOf(request)).toBe("AKID1");
    expect(request && scopeOf(request)).toBe("eu-west-1/cognito-idp/aws4_request");
    expect(request?.headers["x-amz-security-token"]).toBe("tok");
  });

  test("mark 24: keys rotated in the shared file are picked up when the old ones are refused", async () => {
    const write = (key: string) =>
      writeFileSync(
        home.path("credentials"),
        `[work]\naws_access_key_id = ${key}\naws_secret_access_key = secret\n`,
      );
    write("AKIDOLD");
    let revoked = "";
    const stub = await stubbed((request) =>
      keyOf(request) === revoked ? awsError("UnrecognizedClientException") : onePage,
    );
    const directory = adapter(stub, { credentials: { kind: "default", profile: "work" } });
    await directory.listUsers({}, never);
    write("AKIDNEW");
    revoked = "AKIDOLD";
    await directory.listUsers({}, never);
    expect(stub.requests.map(keyOf)).toEqual(["AKIDOLD", "AKIDOLD", "AKIDNEW"]);
  });

  test("mark 24: refused twice is unauthenticated, with cause and cure", async () => {
    const stub = await stubbed(() => awsError("ExpiredTokenException", "The security token is expired"));
    const error = await refusal(adapter(stub, {}).listUsers({}, never));
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toContain("ExpiredTokenException");
    expect(error.message).toContain("aws sts get-caller-identity");
    expect(stub.requests).toHaveLength(2);
  });

  test("no credentials at all: fails at once, before any turn is taken", async () => {
    const stub = await stubbed(() => onePage);
    const throttle = openThrottle();
    const error = await refusal(
      adapter(stub, { credentials: { kind: "default" }, throttle }).listUsers({}, never),
    );
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toContain("no AWS credentials were found");
    expect(error.message).toContain("CredentialsProviderError");
    expect(throttle.turns).toEqual([]);
    expect(stub.requests).toHaveLength(0);
  });

  test("a profile that is not there is named as the trouble", async () => {
    const stub = await stubbed(() => onePage);
    const credentials = { kind: "default", profile: "nobody" } as const;
    const error = await refusal(adapter(stub, { credentials }).listUsers({}, never));
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toContain("profile");
  });

  test("an SSO session that is over says how to log in", async () => {
    writeFileSync(
      home.path("config"),
      "[profile work]\nsso_start_url = https://x.example/start\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = r\n",
    );
    const stub = await stubbed(() => onePage);
    const credentials = { kind: "default", profile: "work" } as const;
    const error = await refusal(adapter(stub, { credentials }).listUsers({}, never));
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toContain("aws sso login");
  });
});

describe("a role", () => {
  test("is assumed with session name, external id and duration, once for many calls", async () => {
    const clock = instantClock();
    const stub = await stubbed(({ operation }) =>
      operation === "AssumeRole" ? session("ASIA1", new Date(clock.now() + 1_800_000)) : onePage,
    );
    const directory = assuming(stub, { clock });
    await Promise.all([1, 2, 3].map(() => directory.listUsers({}, never)));
    const [first, ...calls] = stub.requests;
    expect(first?.input).toMatchObject({
      Action: "AssumeRole",
      RoleArn: ROLE,
      RoleSessionName: "nightly",
      ExternalId: "tenant-7",
      DurationSeconds: "1800",
    });
    expect(first && keyOf(first)).toBe("AKIDBASE");
    expect(first && scopeOf(first)).toBe("eu-west-1/sts/aws4_request");
    expect(calls.map(keyOf)).toEqual(["ASIA1", "ASIA1", "ASIA1"]);
    expect(calls[0]?.headers["x-amz-security-token"]).toBe("token-of-ASIA1");
  });

  test("is assumed again before its session ends", async () => {
    const clock = instantClock();
    let sessions = 0;
    const stub = await stubbed(({ operation }) => {
      if (operation !== "AssumeRole") return onePage;
      sessions += 1;
      return session(`ASIA${sessions}`, new Date(clock.now() + 1_800_000));
    });
    const directory = assuming(stub, { clock });
    await directory.listUsers({}, never);
    clock.advance(1_800_000);
    await directory.listUsers({}, never);
    expect(stub.requests.map(keyOf)).toEqual(["AKIDBASE", "ASIA1", "AKIDBASE", "ASIA2"]);
  });

  test("COGNITO-6, mark 24: ExpiredTokenException assumes it again and repeats the call, once for calls that were rejected together", async () => {
    const clock = instantClock();
    let sessions = 0;
    const dead = new Set<string>();
    const stub = await stubbed((request) => {
      if (request.operation === "AssumeRole") {
        sessions += 1;
        return session(`ASIA${sessions}`, new Date(clock.now() + 1_800_000));
      }
      return dead.has(keyOf(request) ?? "") ? awsError("ExpiredTokenException") : onePage;
    });
    const directory = assuming(stub, { clock });
    await directory.listUsers({}, never);
    dead.add("ASIA1");
    const pages = await Promise.all(Array.from({ length: 8 }, () => directory.listUsers({}, never)));
    expect(pages.every(({ items }) => items.length === 1)).toBe(true);
    expect(sessions).toBe(2);
    expect(clock.sleeps).toEqual([]);
  });

  test("that may not be assumed: the error names the role and the cures, and no turn is spent", async () => {
    const stub = await stubbed(() => stsError("AccessDenied", 403));
    const throttle = openThrottle();
    const error = await refusal(assuming(stub, { throttle }).listUsers({}, never));
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toContain(`role ${ROLE} could not be assumed`);
    expect(error.message).toContain("AccessDenied");
    expect(error.message).toContain("external id");
    expect(stub.requests).toHaveLength(1);
    expect(throttle.turns).toEqual([]);
    expect(inspect(error, { depth: 10 })).not.toContain("base-secret");
  });

  test("STS that is out of reach for a moment is retried", async () => {
    const clock = instantClock();
    const stub = await stubbed(({ operation, number }) => {
      if (operation !== "AssumeRole") return onePage;
      if (number === 1) return stsError("Throttling", 400, "Rate exceeded");
      return number === 2 ? { cut: true } : session("ASIA1", new Date(clock.now() + 1_800_000));
    });
    const page = await assuming(stub, { clock }).listUsers({}, never);
    expect(page.items).toHaveLength(1);
    expect(clock.sleeps).toEqual([100, 200]);
  });

  test("STS that stays out of reach is unavailable", async () => {
    const stub = await stubbed(() => stsError("ServiceUnavailable", 503));
    const error = await refusal(assuming(stub, { retry: { maxAttempts: 3 } }).listUsers({}, never));
    expect(error).toMatchObject({ code: "unavailable", retryAt: expect.any(Date) });
    expect(error.message).toContain(`STS could not be reached for role ${ROLE}`);
  });

  test("giving up while STS is silent does not wait for it", async () => {
    const stub = await stubbed(() => ({ hang: true }));
    const controller = new AbortController();
    const work = refusal(assuming(stub).listUsers({}, controller.signal));
    await stub.arrived(1);
    controller.abort();
    expect((await work).code).toBe("canceled");
  });
});

describe("a local clock that is wrong", () => {
  const HOUR_MS = 3_600_000;
  const signedAt = ({ headers }: StubRequest): number => {
    const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(
      String(headers["x-amz-date"]),
    ) ?? ["", "0", "1", "1", "0", "0", "0"];
    return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  };
  const late = (serverMs: number) =>
    awsError(
      "InvalidSignatureException",
      `Signature expired: x is now earlier than y (${new Date(serverMs).toISOString()} - 5 min.)`,
    );

  test("is corrected by AWS's own, and the call repeated once", async () => {
    const stub = await stubbed((request) => {
      const serverMs = Date.now() + HOUR_MS;
      const answer = Math.abs(signedAt(request) - serverMs) > 300_000 ? late(serverMs) : onePage;
      return { ...answer, headers: { date: new Date(serverMs).toUTCString() } };
    });
    const directory = adapter(stub, {});
    expect((await directory.listUsers({}, never)).items).toHaveLength(1);
    expect((await directory.listUsers({}, never)).items).toHaveLength(1);
    expect(stub.requests).toHaveLength(3);
  });

  test("that cannot be corrected is named", async () => {
    const stub = await stubbed(() => late(Date.now()));
    const error = await refusal(adapter(stub, {}).listUsers({}, never));
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toContain("clock of this machine");
    expect(stub.requests).toHaveLength(2);
  });
});
