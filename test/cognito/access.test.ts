import { AdminGetUserCommand, ListUsersCommand } from "@aws-sdk/client-cognito-identity-provider";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { clientOf, post } from "./client.ts";
import { createPool } from "./pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./server.ts";

const UserPoolId = "us-east-1_Ab129faBb";
const keys = { accessKeyId: "AKIAKNOWN", secretAccessKey: "wJalrXUtnFEMI/K7MDENG" };
const roleArn = "arn:aws:iam::123456789012:role/governance";
const startMs = Date.UTC(2026, 10, 21);
let clockMs = startMs;
let server: ScriptedCognito;

beforeEach(async () => {
  clockMs = startMs;
  server = await startScriptedCognito({
    pools: [
      createPool({ id: UserPoolId, users: [{ username: "zoë" }] }),
      createPool({ id: "eu-west-1_Zz00zz00Z", users: [{ username: "ali" }] }),
    ],
    clock: () => clockMs,
    credentials: [{ ...keys, arn: "arn:aws:iam::123456789012:user/nightly" }],
    roles: [{ arn: roleArn, externalId: "c1-7781" }],
  });
});

afterEach(async () => {
  await server.close();
});

const list = (credentials = keys, region = "us-east-1", pool = UserPoolId): Promise<unknown> =>
  clientOf(server, credentials, region).send(new ListUsersCommand({ UserPoolId: pool }));

describe("credentials", () => {
  test("a known key with its secret is accepted", async () => {
    await expect(list()).resolves.toMatchObject({ Users: [{ Username: "zoë" }] });
    expect(server.stats.calls[0]?.accessKeyId).toBe(keys.accessKeyId);
  });

  test.for([
    ["a wrong secret", { ...keys, secretAccessKey: "guess" }, "InvalidSignatureException"],
    ["an unknown key", { ...keys, accessKeyId: "AKIAOTHER" }, "UnrecognizedClientException"],
  ] as const)("%s", async ([, credentials, name]) => {
    await expect(list(credentials)).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  });

  test("an expired key and a revoked key have an error of their own", async () => {
    server.credentials.expire(keys.accessKeyId);
    await expect(list()).rejects.toMatchObject({
      name: "ExpiredTokenException",
      message: "The security token included in the request is expired",
    });
    server.credentials.revoke(keys.accessKeyId);
    await expect(list()).rejects.toMatchObject({
      name: "UnrecognizedClientException",
      message: "The security token included in the request is invalid.",
    });
  });

  test("a denied action names user, action and pool, and can be allowed again", async () => {
    server.credentials.deny("AdminGetUser");
    const read = (): Promise<unknown> =>
      clientOf(server, keys).send(new AdminGetUserCommand({ UserPoolId, Username: "zoë" }));
    await expect(read()).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: `User: arn:aws:iam::123456789012:user/nightly is not authorized to perform: cognito-idp:AdminGetUser on resource: arn:aws:cognito-idp:us-east-1:123456789012:userpool/${UserPoolId} because no identity-based policy allows the cognito-idp:AdminGetUser action`,
    });
    await list();
    server.credentials.allow("AdminGetUser");
    await read();
  });

  test("a policy allows its actions and no other, whatever the call names", async () => {
    server.credentials.allowOnly(["ListUsers"]);
    await list();
    const read = clientOf(server, keys).send(new AdminGetUserCommand({ UserPoolId, Username: "nobody" }));
    await expect(read).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  test("no Authorization header, or a broken one", async () => {
    const bare = await fetch(server.url, {
      method: "POST",
      body: JSON.stringify({ UserPoolId }),
      headers: { "x-amz-target": "AWSCognitoIdentityProviderService.ListUsers" },
    });
    expect([bare.status, await bare.json()]).toEqual([
      400,
      { __type: "MissingAuthenticationTokenException", message: "Missing Authentication Token" },
    ]);
    const broken = await post(server, "ListUsers", "{}", { authorization: "Bearer x" });
    expect(broken.headers.get("x-amzn-errortype")).toBe("IncompleteSignatureException:");
  });
});

describe("the credential scope", () => {
  test("a Region without a pool, and another service, are not a valid scope", async () => {
    await expect(list(keys, "ap-south-1")).rejects.toMatchObject({
      name: "InvalidSignatureException",
      message: "Credential should be scoped to a valid region.",
    });
    const authorization = `AWS4-HMAC-SHA256 Credential=AKIAKNOWN/20261121/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`;
    const other = await post(server, "ListUsers", "{}", { authorization });
    expect(await other.text()).toContain("scoped to correct service: 'cognito-idp'");
  });

  test("a pool of another Region does not exist in this one", async () => {
    await expect(list(keys, "eu-west-1", "eu-west-1_Zz00zz00Z")).resolves.toBeDefined();
    await expect(list(keys, "us-east-1", "eu-west-1_Zz00zz00Z")).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});

describe("AssumeRole", () => {
  const assuming = (externalId: string): ReturnType<typeof fromTemporaryCredentials> =>
    fromTemporaryCredentials({
      masterCredentials: keys,
      params: {
        RoleArn: roleArn,
        RoleSessionName: "connector-7",
        ExternalId: externalId,
        DurationSeconds: 900,
      },
      clientConfig: { endpoint: server.url, region: "us-east-1", maxAttempts: 1 },
    });

  test("returns a session that is accepted, recorded, and expires", async () => {
    const session = await assuming("c1-7781")();
    await expect(list(session)).resolves.toBeDefined();
    expect(server.assumedRoles).toMatchObject([
      { roleArn, sessionName: "connector-7", externalId: "c1-7781", askedBy: keys.accessKeyId },
    ]);
    expect(session.expiration?.getTime()).toBe(startMs + 900_000);
    server.credentials.deny("ListUsers", session.accessKeyId);
    await expect(list(session)).rejects.toThrow(
      "User: arn:aws:sts::123456789012:assumed-role/governance/connector-7 is not authorized",
    );
    await list();
    server.credentials.allow("ListUsers");
    clockMs += 900_000;
    await expect(list(session)).rejects.toMatchObject({ name: "ExpiredTokenException" });
  });

  test("a session key without its token is rejected", async () => {
    const { accessKeyId, secretAccessKey } = await assuming("c1-7781")();
    await expect(list({ accessKeyId, secretAccessKey })).rejects.toMatchObject({
      name: "UnrecognizedClientException",
    });
  });

  test("a wrong external id is denied", async () => {
    await expect(assuming("c1-0000")()).rejects.toMatchObject({
      name: "AccessDenied",
      message: `User: arn:aws:iam::123456789012:user/nightly is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
      $metadata: { httpStatusCode: 403 },
    });
    expect(server.assumedRoles).toEqual([]);
  });
});
