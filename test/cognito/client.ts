import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";

import type { ScriptedCognito } from "./server.ts";

/** A real SDK client for the tests of this server, which never retries on its own. */
export const clientOf = (
  server: ScriptedCognito,
  credentials = { accessKeyId: "AKIATEST", secretAccessKey: "secret" },
  region = "us-east-1",
): CognitoIdentityProviderClient =>
  new CognitoIdentityProviderClient({ endpoint: server.url, region, credentials, maxAttempts: 1 });

/** A raw POST for what the SDK would never send. */
export function post(
  server: ScriptedCognito,
  operation: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(server.url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=AKIATEST/20261121/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`,
      ...headers,
    },
  });
}
