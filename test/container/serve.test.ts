import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { GrantManagerService, GrantsService } from "../../pkg/gen/c1/connector/v2/grant_pb.ts";
import { ResourcesService, ResourceTypesService } from "../../pkg/gen/c1/connector/v2/resource_pb.ts";
import { createAuthority, type KeyAndCertificate } from "../support/certificates.ts";
import { type GrpcTestClient, grpcClient } from "../support/grpc-client.ts";
import { type ConnectorContainer, docker, runContainer, startContainer } from "./connector-container.ts";
import { type PoolNetwork, startPoolNetwork } from "./pool-container.ts";

const POOL = "eu-west-1_Container2";
const USERS = 60;
const PROVISIONER = "spiffe://example.com/governance";
const READER = "reader.example.com";

describe("connector serve in a container over mTLS, beside cognito-local in another", () => {
  const authority = createAuthority("containers");
  const provisioner = authority.issue({ names: [`URI:${PROVISIONER}`] });
  const volume = `connector-${randomUUID()}`;
  let pool: PoolNetwork;
  let folder: string;
  let container: ConnectorContainer | undefined;
  const clients: GrpcTestClient[] = [];

  beforeAll(async () => {
    pool = await startPoolNetwork(POOL, USERS);
    await (await docker()).createVolume({ Name: volume });
    folder = mkdtempSync(join(tmpdir(), "connector-tls-"));
    const own = authority.issue({ names: ["IP:127.0.0.1"] });
    writeFileSync(join(folder, "tls.crt"), own.cert);
    writeFileSync(join(folder, "tls.key"), own.key);
    writeFileSync(join(folder, "ca.crt"), authority.cert);
  });

  afterAll(async () => {
    await pool.close();
    await (await docker()).getVolume(volume).remove({ force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await container?.remove();
    container = undefined;
  });

  const serve = (...args: string[]): Promise<ConnectorContainer> => serveWith({}, ...args);

  async function serveWith(
    env: Readonly<Record<string, string>>,
    ...args: string[]
  ): Promise<ConnectorContainer> {
    const started = performance.now();
    container = await startContainer({
      args: [
        "serve",
        "--provisioning",
        "--listen=0.0.0.0:50051",
        "--tls-cert-file=/secrets/tls.crt",
        "--tls-key-file=/secrets/tls.key",
        "--tls-client-ca-file=/secrets/ca.crt",
        `--tls-provisioners=${PROVISIONER}`,
        `--tls-readers=${READER}`,
        `--user-pool-id=${POOL}`,
        `--endpoint-url=${pool.url}`,
        "--insecure",
        "--rate=1000",
        ...args,
      ],
      env,
      network: pool.network,
      volume,
      files: ["tls.crt", "tls.key", "ca.crt"].map((name) => [join(folder, name), `/secrets/${name}`]),
    });
    await container.logged(/"msg":"serving gRPC"/);
    process.stdout.write(`container to serving: ${Math.round(performance.now() - started)} ms\n`);
    return container;
  }

  async function clientOf(running: ConnectorContainer, holder?: KeyAndCertificate): Promise<GrpcTestClient> {
    const root = Buffer.from(authority.cert);
    const channel =
      holder === undefined
        ? credentials.createSsl(root)
        : credentials.createSsl(root, Buffer.from(holder.key), Buffer.from(holder.cert));
    const client = grpcClient(await running.address(), channel);
    clients.push(client);
    return client;
  }

  const users = { resourceTypeId: "user", pageSize: 50 };
  const group = { id: { resourceType: "group", resource: "alumni" } };
  const entitlement = { id: "group:alumni:member", slug: "member", resource: group };

  /** A user of the pool who is not in the group, and one who is. */
  async function peopleOf(client: GrpcTestClient) {
    const listed = await client.unary(ResourcesService.method.listResources, users);
    expect(listed.code).toBe("OK");
    const grants = await client.unary(GrantsService.method.listGrants, { resource: group });
    expect(grants.code).toBe("OK");
    const members = grants.answer?.list.map((grant) => grant.principal?.id?.resource) ?? [];
    const outsider = listed.answer?.list.find(({ id }) => id !== undefined && !members.includes(id.resource));
    return { members, outsider: { id: outsider?.id } };
  }

  test("grants once, keeps what it wrote in /data, and SIGTERM ends it with 0", async () => {
    const running = await serve();
    const client = await clientOf(running, provisioner);
    const { members, outsider } = await peopleOf(client);
    const request = { entitlement, principal: outsider };
    const granted = await client.unary(GrantManagerService.method.grant, request);
    expect(granted).toMatchObject({ code: "OK", answer: { annotations: [] } });
    const again = await client.unary(GrantManagerService.method.grant, request);
    expect(again.answer?.annotations.map(({ typeUrl }) => typeUrl)).toEqual([
      "type.googleapis.com/c1.connector.v2.GrantAlreadyExists",
    ]);
    expect(new Set((await peopleOf(client)).members)).toEqual(new Set([...members, outsider.id?.resource]));

    const list = `console.log(require("node:fs").readdirSync("/data").join(" "))`;
    expect((await running.exec("node", "-e", list)).output).toContain(`${POOL}.audit.jsonl`);
    await running.kill("SIGTERM");
    expect((await running.result).code).toBe(0);
  });

  test("a caller without a certificate is rejected, and a reader may only read", async () => {
    const running = await serve();
    const nobody = await clientOf(running);
    const refused = await nobody.unary(ResourceTypesService.method.listResourceTypes);
    expect(refused.code).toMatch(/^(?:UNAVAILABLE|UNAUTHENTICATED)$/);
    const reader = await clientOf(running, authority.issue({ names: [`DNS:${READER}`] }));
    const { outsider } = await peopleOf(reader);
    const written = await reader.unary(GrantManagerService.method.grant, {
      entitlement,
      principal: outsider,
    });
    expect(written.code).toBe("PERMISSION_DENIED");
  });

  test.for([24, -24])(
    "with a clock that is %i hours off it serves, grants and keeps its books",
    async (hours) => {
      const off = `${hours}*36e5`;
      const skew = `const R=Date,n=R.now;globalThis.Date=class extends R{constructor(...a){a.length?super(...a):super(n()+${off})}static now(){return n()+${off}}}`;
      const running = await serveWith({
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(skew)}`,
      });
      const client = await clientOf(running, provisioner);
      const { members, outsider } = await peopleOf(client);
      const request = { entitlement, principal: outsider };
      expect((await client.unary(GrantManagerService.method.grant, request)).code).toBe("OK");
      expect((await peopleOf(client)).members).toHaveLength(members.length + 1);
      const grant = { ...request, id: "placeholder" };
      expect((await client.unary(GrantManagerService.method.revoke, { grant })).code).toBe("OK");
      expect((await running.exec("connector", "health-check")).code).toBe(0);
      const verify = ["connector", "audit", "verify", `--user-pool-id=${POOL}`];
      expect(await running.exec(...verify)).toMatchObject({ code: 0 });
      const written = await running.exec(
        "connector",
        "audit",
        "show",
        `--user-pool-id=${POOL}`,
        "--since=36h",
      );
      const day = new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 10);
      expect(written.output).toContain(day);
    },
  );

  test("its own health check passes", async () => {
    const running = await serve();
    expect(await running.exec("connector", "health-check")).toMatchObject({ code: 0 });
  });

  test("an acknowledged grant survives SIGKILL: pool, audit log and journal agree", async () => {
    const running = await serve();
    const client = await clientOf(running, provisioner);
    const { outsider } = await peopleOf(client);
    const request = { entitlement, principal: outsider };
    expect((await client.unary(GrantManagerService.method.grant, request)).code).toBe("OK");
    await running.kill("SIGKILL");
    expect((await running.result).code).toBe(137);
    await running.remove();

    const verified = await runContainer({ args: ["audit", "verify", `--user-pool-id=${POOL}`], volume });
    expect(verified).toMatchObject({ code: 0 });
    const shown = await runContainer({
      args: ["audit", "show", `--user-pool-id=${POOL}`, "--output=jsonl"],
      volume,
    });
    expect(
      shown.stdout.split("\n").filter((line) => line.includes(String(outsider.id?.resource))),
    ).not.toEqual([]);
    const after = await clientOf(await serve(), provisioner);
    expect((await peopleOf(after)).members).toContain(outsider.id?.resource);
  });

  test("survives an outage of AWS: a call during the outage is answered when AWS is back", async () => {
    const running = await serve("--log-level=debug");
    const client = await clientOf(running, provisioner);
    expect((await client.unary(ResourcesService.method.listResources, users)).code).toBe("OK");
    await pool.leave();
    const waiting = client.unary(ResourcesService.method.listResources, users);
    await running.logged(/"operation":"ListUsers","outcome":"(?!ok)/);
    // Calls that need no AWS are answered during the outage.
    expect((await client.unary(ResourceTypesService.method.listResourceTypes)).code).toBe("OK");
    await pool.comeBack();
    expect(await waiting).toMatchObject({ code: "OK" });
  });

  test("survives an outage of AWS that is longer than a call's retries, reports it, and continues by itself", {
    timeout: 240_000,
  }, async () => {
    const running = await serve();
    const client = await clientOf(running, provisioner);
    const { outsider } = await peopleOf(client);
    const awayAt = performance.now();
    await pool.leave();
    const request = { entitlement, principal: outsider };
    const given = await client.unary(GrantManagerService.method.grant, request);
    expect(given.code).toBe("UNAVAILABLE");
    expect(performance.now() - awayAt).toBeGreaterThan(30_000);
    expect((await running.exec("connector", "health-check")).code).toBe(1);
    expect((await client.unary(ResourceTypesService.method.listResourceTypes)).code).toBe("OK");
    await pool.comeBack();
    const healthy = async () => expect((await running.exec("connector", "health-check")).code).toBe(0);
    await vi.waitFor(healthy, { timeout: 180_000, interval: 500 });
    expect((await client.unary(GrantManagerService.method.grant, request)).code).toBe("OK");
    expect((await peopleOf(client)).members).toContain(outsider.id?.resource);
  });
});
