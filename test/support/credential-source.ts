// A source of temporary AWS keys whose lives are short: the service of a container, of an instance, or STS for a web identity.
// The scripted Cognito knows the keys, and refuses them once they have expired.

import { writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { CredentialBook } from "../cognito/credentials.ts";

export const SOURCE_KINDS = ["container", "instance", "web-identity"] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

export const SOURCE_FAILURES = ["silent", "error", "refused"] as const;
export type SourceFailure = (typeof SOURCE_FAILURES)[number];

export interface IssuedKeys {
  readonly accessKeyId: string;
  readonly expiresAtMs: number;
}

export interface CredentialSource {
  /** What a process needs to find the source, and no other. */
  readonly env: Readonly<Record<string, string>>;
  readonly issued: readonly IssuedKeys[];
  /** Requests so far. */
  readonly asked: number;
  /** From now on. `refused`: it takes no connections. */
  fail(how: SourceFailure): Promise<void>;
  /** Answers again; what it did not answer stays without an answer. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

export interface SourceSettings {
  readonly kind: SourceKind;
  readonly book: CredentialBook;
  /** For the token of a web identity. */
  readonly tokenFile: string;
  /** A second more at the most. */
  readonly lifeMs: number;
  /** After so many sets of keys it takes requests and does not answer them, or answers with an error. */
  readonly failsAfter?: { readonly sets: number; readonly how: "silent" | "error" };
}

const ROLE = "arn:aws:iam::123456789012:role/connector";
const ROLE_PATH = "/latest/meta-data/iam/security-credentials/";

export async function startCredentialSource(settings: SourceSettings): Promise<CredentialSource> {
  const { kind, book, tokenFile, lifeMs, failsAfter } = settings;
  const issued: IssuedKeys[] = [];
  let failing: SourceFailure | undefined;
  let asked = 0;

  function issue(): Readonly<Record<"id" | "secret" | "token" | "until", string>> {
    const number = issued.length + 1;
    const [accessKeyId, sessionToken] = [`ASIASOURCE${String(number).padStart(6, "0")}`, `token-${number}`];
    // Signatures have whole seconds: so each that is too late can be seen.
    const expiresAtMs = Math.ceil((Date.now() + lifeMs) / 1_000) * 1_000;
    book.add({ accessKeyId, sessionToken, secretAccessKey: "secret", expiresAtMs });
    issued.push({ accessKeyId, expiresAtMs });
    if (failsAfter?.sets === number) failing = failsAfter.how;
    const until = new Date(expiresAtMs).toISOString();
    return { id: accessKeyId, secret: "secret", token: sessionToken, until };
  }

  function answer(method: string, path: string, response: ServerResponse): void {
    if (method === "PUT") return void response.end("metadata-token");
    if (path === ROLE_PATH) return void response.end("connector");
    const { id, secret, token, until } = issue();
    if (kind === "web-identity") {
      response.setHeader("content-type", "text/xml");
      response.end(
        `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${token}</SessionToken><Expiration>${until}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
      );
      return;
    }
    const keys = { AccessKeyId: id, SecretAccessKey: secret, Token: token, Expiration: until };
    response.end(JSON.stringify({ Code: "Success", ...keys }));
  }

  const server = createServer((request, response) => {
    asked += 1;
    request.resume();
    request.on("end", () => {
      if (failing === undefined) answer(request.method ?? "", request.url ?? "", response);
      else if (failing === "error") response.writeHead(503).end();
    });
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no TCP address");
  const { port } = address;
  const url = `http://127.0.0.1:${port}`;
  if (kind === "web-identity") writeFileSync(tokenFile, "eyJ");

  return {
    env: { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", ...variablesOf(kind, url, tokenFile) },
    issued,
    get asked() {
      return asked;
    },
    async fail(how) {
      failing = how;
      if (how === "refused") await close();
    },
    async recover() {
      failing = undefined;
      if (!server.listening) await listen(port);
    },
    close,
  };
}

function variablesOf(kind: SourceKind, url: string, tokenFile: string): Readonly<Record<string, string>> {
  switch (kind) {
    case "container":
      return { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials` };
    case "instance":
      return { AWS_EC2_METADATA_SERVICE_ENDPOINT: url };
    case "web-identity":
      return {
        AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
        AWS_ROLE_ARN: ROLE,
        AWS_ENDPOINT_URL_STS: url,
        AWS_REGION: "eu-west-1",
      };
  }
}
