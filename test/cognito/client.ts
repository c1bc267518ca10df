import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";

import { createPool, type Pool, type PoolDefinition } from "./pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./server.ts";

/** One pool on one server with one client, under a clock that the test moves. */
export interface Stage {
  readonly pool: Pool;
  readonly server: ScriptedCognito;
  readonly client: CognitoIdentityProviderClient;
  readonly clock: { ms: number };
}

export async function createStage(definition: PoolDefinition): Promise<Stage> {
  const clock = { ms: Date.UTC(2026, 10, 21) };
  const pool = createPool(definition);
  const server = await startScriptedCognito({ pools: [pool], clock: () => clock.ms });
  return { pool, server, client: clientOf(server), clock };
}

/** A real SDK client for the tests of this server, without retries. */
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
