// What an operator takes away from a running service: a token, and a key of JWTs.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ResourceTypesService } from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type RunningCli, startCli } from "./support/connector-cli.ts";
import { grpcClient } from "./support/grpc-client.ts";

const POOL = "us-east-1_Ab129faBb";

let cognito: ScriptedCognito;
let folder: string;
let running: RunningCli | undefined;
let idp: Server | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-revokes-"));
  cognito = await startScriptedCognito({ pools: [createPool({ id: POOL })] });
});
afterEach(async () => {
  running?.process.kill("SIGKILL");
  await running?.result;
  running = undefined;
  idp?.closeAllConnections();
  idp?.close();
  idp = undefined;
  await cognito.close();
  rmSync(folder, { recursive: true });
});

/** `said` waits for a text on standard error. */
interface Serving {
  readonly code: (token: string) => Promise<string>;
  readonly said: (wanted: string) => Promise<void>;
  readonly hangUp: () => void;
}

async function serve(...args: readonly string[]): Promise<Serving> {
  const started = startCli([
    "serve",
    "--listen=127.0.0.1:0",
    `--user-pool-id=${POOL}`,
    `--endpoint-url=${cognito.url}`,
    `--state-dir=${folder}`,
    "--log-format=json",
    ...args,
  ]);
  running = started;
  let text = "";
  let before = "";
  let wake = (): void => {};
  started.process.stderr?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    wake();
  });
  const said = async (wanted: string): Promise<void> => {
    while (!text.includes(wanted)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
    const end = text.indexOf(wanted) + wanted.length;
    before = text.slice(0, end);
    text = text.slice(end);
  };
  await said('"msg":"serving gRPC"');
  const line = before.slice(before.lastIndexOf("\n") + 1) + text;
  const client = grpcClient(/"address":"([^"]+)"/.exec(line)?.[1] ?? "");
  started.process.once("exit", () => client.close());
  const code = async (token: string): Promise<string> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await client.unary(ResourceTypesService.method.listResourceTypes, {}, { headers })).code;
  };
  return { code, said, hangUp: () => void started.process.kill("SIGHUP") };
}

function lineOf(token: string): string {
  return `read ${createHash("sha256").update(token).digest("hex")} ${token}\n`;
}

describe("SIGHUP", () => {
  test("SECURITY-6: revokes a token beside a wrong line, and all tokens with an empty file", async () => {
    const tokens = join(folder, "tokens");
    writeFileSync(tokens, lineOf("one") + lineOf("two"), { mode: 0o600 });
    const { code, said, hangUp } = await serve(`--auth-tokens-file=${tokens}`);
    expect([await code("one"), await code("two")]).toEqual(["OK", "OK"]);
    writeFileSync(tokens, `reed ${lineOf("one")}${lineOf("two")}`);
    hangUp();
    await said("SIGHUP: reloaded the token file, but not all of it");
    expect([await code("one"), await code("two")]).toEqual(["UNAUTHENTICATED", "OK"]);
    writeFileSync(tokens, "");
    hangUp();
    await said("SIGHUP: reloaded the token file, but not all of it");
    expect([await code("one"), await code("two")]).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
  });

  test("SECURITY-6: revokes a key of JWTs, and keeps the keys while their host fails", async () => {
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    const key = { ...(await exportJWK(publicKey)), kid: "one", alg: "ES256" };
    let answer: string | undefined = JSON.stringify({ keys: [key] });
    idp = createServer((_request, response) => {
      response.writeHead(answer === undefined ? 503 : 200).end(answer);
    }).listen(0, "127.0.0.1");
    await once(idp, "listening");
    const address = idp.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, said, hangUp } = await serve(
      `--jwt-jwks-url=http://127.0.0.1:${port}/jwks`,
      "--jwt-issuer=https://idp.example.org",
      "--jwt-audience=connector",
    );
    const claims = { roles: "connector:read", sub: "robot", exp: Math.floor(Date.now() / 1000) + 600 };
    const jwt = await new SignJWT({ ...claims, iss: "https://idp.example.org", aud: "connector" })
      .setProtectedHeader({ alg: "ES256", kid: "one" })
      .sign(privateKey);
    expect(await code(jwt)).toBe("OK");
    answer = undefined;
    hangUp();
    await said("SIGHUP: cannot reload the keys of JWTs; the previous version stays in use");
    expect(await code(jwt)).toBe("OK");
    answer = '{"keys":[]}';
    hangUp();
    await said("SIGHUP: reloaded the keys of JWTs");
    expect(await code(jwt)).toBe("UNAUTHENTICATED");
  });
});
