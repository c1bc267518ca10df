// The ways to run a service, each as a whole process with a real client: who is admitted, who may change the pool,
// what is counted, and whom the audit log names as the caller.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GrantManagerService } from "../pkg/gen/c1/connector/v2/grant_pb.ts";
import { ResourceTypesService } from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { person } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { createAuthority, type KeyAndCertificate } from "./support/certificates.ts";
import { type RunningCli, runCli, startCli } from "./support/connector-cli.ts";
import { type CallOptions, type GrpcTestClient, grpcClient } from "./support/grpc-client.ts";

const POOL = "us-east-1_Ab129faBb";
const SUB = "6f1c0000-0000-4000-8000-000000000001";
const authority = createAuthority("deployments");

let folder: string;
let pool: Pool;
let cognito: ScriptedCognito;
let service: RunningCli | undefined;
let log = "";
const clients: GrpcTestClient[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-deployments-"));
  pool = createPool({ id: POOL, users: [person(1, { username: "ann", sub: SUB })], groups: ["team"] });
  cognito = await startScriptedCognito({ pools: [pool] });
  log = "";
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  service?.process.kill("SIGKILL");
  await service?.result;
  service = undefined;
  await cognito.close();
  rmSync(folder, { recursive: true, force: true });
});

const said = (text: string) =>
  vi.waitFor(() => expect(log).toContain(text), { timeout: 100_000, interval: 20 });

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

interface Served {
  readonly address: string;
  /** Of the HTTP endpoint. */
  readonly http: string;
}

async function serve(...more: readonly string[]): Promise<Served> {
  service = startCli([
    "serve",
    "--listen=127.0.0.1:0",
    `--user-pool-id=${POOL}`,
    `--endpoint-url=${cognito.url}`,
    `--state-dir=${folder}`,
    "--provisioning",
    "--health-check",
    "--health-check-port=0",
    "--log-format=json",
    ...more,
  ]);
  service.process.stderr?.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  await said('"msg":"serving gRPC"');
  const address = (of: string) => new RegExp(`"address":"([^"]+)"[^\\n]*"msg":"${of}"`).exec(log)?.[1] ?? "";
  return { address: address("serving gRPC"), http: `http://${address("serving health and metrics")}` };
}

function connect(address: string, channel = credentials.createInsecure()): GrpcTestClient {
  const client = grpcClient(address, channel);
  clients.push(client);
  return client;
}

function secure(own?: KeyAndCertificate, ca = authority.cert) {
  const pem = Buffer.from(ca);
  return own === undefined
    ? credentials.createSsl(pem)
    : credentials.createSsl(pem, Buffer.from(own.key), Buffer.from(own.cert));
}

/** What a read and a write answer. */
async function codes(client: GrpcTestClient, options?: CallOptions): Promise<readonly string[]> {
  const read = await client.unary(ResourceTypesService.method.listResourceTypes, {}, options);
  const entitlement = {
    id: "group:team:member",
    resource: { id: { resourceType: "group", resource: "team" } },
  };
  const principal = { id: { resourceType: "user", resource: SUB } };
  const write = await client.unary(GrantManagerService.method.grant, { entitlement, principal }, options);
  return [read.code, write.code];
}

const bearer = (token: string): CallOptions => ({ headers: { authorization: `Bearer ${token}` } });

function tls(): string[] {
  const own = authority.issue({ names: ["IP:127.0.0.1", "DNS:localhost"] });
  return [`--tls-cert-file=${file("server.pem", own.cert)}`, `--tls-key-file=${file("server.key", own.key)}`];
}

interface AuditLine {
  readonly kind: string;
  readonly by: { readonly name: string };
  readonly refused?: unknown;
}

function auditLines(): readonly AuditLine[] {
  return readFileSync(join(folder, `${POOL}.audit.jsonl`), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const parsed: AuditLine = JSON.parse(line);
      return parsed;
    });
}

/** Who made the changes. */
function requesters(): readonly string[] {
  return auditLines()
    .filter(({ kind }) => kind === "grant")
    .map(({ by }) => by.name);
}

/** Whose writes were refused for their role, and which, as the audit log has them. */
function refusedCalls(): readonly unknown[] {
  return auditLines()
    .filter(({ kind }) => kind === "refused-call")
    .map(({ by, refused }) => ({ name: by.name, refused }));
}

const refusedGrant = (name: string, count = 1) => ({
  name,
  refused: { operation: "c1.connector.v2.GrantManagerService/Grant", count },
});

async function scraped(http: string, sample: RegExp): Promise<string | undefined> {
  const text = await (await fetch(`${http}/metrics`)).text();
  return text.split("\n").find((line) => sample.test(line));
}

describe("the service", () => {
  test("in plaintext on a loopback address serves every caller of this machine", async () => {
    const { address, http } = await serve();
    expect(await codes(connect(address))).toEqual(["OK", "OK"]);
    expect(pool.membershipCount()).toBe(1);
    expect(requesters()[0]).toMatch(/^127\.0\.0\.1:\d+$/);
    expect((await fetch(`${http}/livez`)).status).toBe(200);
    expect((await fetch(`${http}/readyz`)).status).toBe(200);
    const port = new URL(http).port;
    expect((await runCli(["health-check", `--health-check-port=${port}`])).code).toBe(0);
  });

  test("in plaintext on an address that other machines reach does not start", async () => {
    const { code, stderr } = await runCli(["serve", "--listen=0.0.0.0:0", `--user-pool-id=${POOL}`]);
    expect(code).toBe(2);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain("--insecure");
  });

  test("with TLS serves clients that trust its certificate, and no plaintext client", async () => {
    const { address } = await serve(...tls());
    expect(await codes(connect(address, secure()))).toEqual(["OK", "OK"]);
    expect(await codes(connect(address))).toEqual(["UNAVAILABLE", "UNAVAILABLE"]);
    const stranger = createAuthority("stranger");
    expect(await codes(connect(address, secure(undefined, stranger.cert)))).toEqual([
      "UNAVAILABLE",
      "UNAVAILABLE",
    ]);
    expect(await codes(connect(address, secure()))).toEqual(["OK", "OK"]);
  });

  test("with mTLS gives each certificate its role, and refuses the wrong ones", async () => {
    const { address, http } = await serve(
      ...tls(),
      `--tls-client-ca-file=${file("ca.pem", authority.cert)}`,
      "--tls-readers=reader.example.org",
      "--tls-provisioners=spiffe://example.org/deploy",
    );
    const deploy = authority.issue({ names: ["URI:spiffe://example.org/deploy"] });
    const reader = authority.issue({ names: ["DNS:reader.example.org"] });
    const other = authority.issue({ names: ["DNS:other.example.org"] });
    const foreign = createAuthority("foreign").issue({ names: ["URI:spiffe://example.org/deploy"] });
    expect(await codes(connect(address, secure(deploy)))).toEqual(["OK", "OK"]);
    expect(await codes(connect(address, secure(reader)))).toEqual(["OK", "PERMISSION_DENIED"]);
    expect(await codes(connect(address, secure(other)))).toEqual(["PERMISSION_DENIED", "PERMISSION_DENIED"]);
    expect(await codes(connect(address, secure(foreign)))).toEqual(["UNAVAILABLE", "UNAVAILABLE"]);
    expect(await codes(connect(address, secure()))).toEqual(["UNAVAILABLE", "UNAVAILABLE"]);
    expect(await codes(connect(address, secure(deploy)))).toEqual(["OK", "OK"]);
    expect(requesters().every((name) => name.includes("spiffe://example.org/deploy"))).toBe(true);
    expect(refusedCalls()).toEqual([refusedGrant("certificate:DNS:reader.example.org")]);
    expect(
      await scraped(http, /^connector_grpc_refusals_total\{code="PERMISSION_DENIED"\} 3$/),
    ).toBeDefined();
  });

  test("with tokens accepts two at once, and another one after SIGHUP without a restart", async () => {
    const line = (role: string, token: string, name: string) =>
      `${role} ${createHash("sha256").update(token).digest("hex")} ${name}\n`;
    const tokens = file(
      "tokens",
      line("provision", "old-token", "ci") + line("read", "view-token", "viewer"),
    );
    const { address } = await serve(`--auth-tokens-file=${tokens}`);
    const client = connect(address);
    expect(await codes(client)).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
    expect(await codes(client, bearer("wrong"))).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
    expect(await codes(client, bearer("view-token"))).toEqual(["OK", "PERMISSION_DENIED"]);
    expect(await codes(client, bearer("old-token"))).toEqual(["OK", "OK"]);
    writeFileSync(tokens, line("provision", "new-token", "ci2"));
    service?.process.kill("SIGHUP");
    await said("reloaded the token file");
    expect(await codes(client, bearer("old-token"))).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
    expect(await codes(client, bearer("new-token"))).toEqual(["OK", "OK"]);
    expect(requesters().map((name) => name.replace(/^.*\b(ci2?)\b.*$/, "$1"))).toEqual(["ci", "ci2"]);
    expect(refusedCalls()).toEqual([refusedGrant("token:viewer")]);
    expect(log).not.toMatch(/old-token|new-token|view-token/);
  });

  test("with JWTs accepts those of the issuer, for this audience, within their time, by their role", async () => {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "k1", alg: "ES256" }] };
    const { address } = await serve(
      `--jwt-jwks-file=${file("jwks.json", JSON.stringify(jwks))}`,
      "--jwt-issuer=https://issuer.example.org",
      "--jwt-audience=connector",
    );
    const token = (roles: readonly string[], over: { audience?: string; expires?: string } = {}) =>
      new SignJWT({ roles })
        .setProtectedHeader({ alg: "ES256", kid: "k1" })
        .setIssuer("https://issuer.example.org")
        .setAudience(over.audience ?? "connector")
        .setSubject("platform")
        .setIssuedAt()
        .setExpirationTime(over.expires ?? "5m")
        .sign(privateKey);
    const client = connect(address);
    expect(await codes(client, bearer(await token(["connector:provision"])))).toEqual(["OK", "OK"]);
    expect(await codes(client, bearer(await token(["connector:read"])))).toEqual(["OK", "PERMISSION_DENIED"]);
    const refused = ["UNAUTHENTICATED", "UNAUTHENTICATED"];
    expect(await codes(client, bearer(await token(["connector:provision"], { audience: "x" })))).toEqual(
      refused,
    );
    const late = await token(["connector:provision"], { expires: "-10m" });
    expect(await codes(client, bearer(late))).toEqual(refused);
    expect(await codes(client)).toEqual(refused);
    expect(requesters()).toHaveLength(1);
    expect(requesters()[0]).toContain("platform");
    expect(refusedCalls()).toHaveLength(1);
  });

  test("a reader that writes again and again leaves its name and two lines in the audit log", async () => {
    const digest = createHash("sha256").update("view-token").digest("hex");
    const { address } = await serve(`--auth-tokens-file=${file("tokens", `read ${digest} viewer\n`)}`);
    const client = connect(address);
    for (let i = 0; i < 20; i += 1) {
      expect(await codes(client, bearer("view-token"))).toEqual(["OK", "PERMISSION_DENIED"]);
    }
    expect(refusedCalls()).toEqual([refusedGrant("token:viewer")]);
    service?.process.kill("SIGTERM");
    await service?.result;
    expect(refusedCalls()).toEqual([refusedGrant("token:viewer"), refusedGrant("token:viewer", 19)]);
  });

  test("drains at SIGTERM: it is not ready at once, finishes the running change, and ends", async () => {
    const { address, http } = await serve();
    const client = connect(address);
    const hold = cognito.hold({ operation: "AdminAddUserToGroup" }, "answer");
    const answer = codes(client);
    await hold.arrived();
    service?.process.kill("SIGTERM");
    await said("stopped by SIGTERM");
    expect((await fetch(`${http}/readyz`)).status).toBe(503);
    expect((await fetch(`${http}/livez`)).status).toBe(200);
    hold.release();
    expect(await answer).toEqual(["OK", "OK"]);
    expect((await service?.result)?.code).toBe(0);
    expect(pool.membershipCount()).toBe(1);
    expect(readFileSync(join(folder, `${POOL}.audit.jsonl`), "utf8")).toContain('"outcome":"done"');
  });
});
