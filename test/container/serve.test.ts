import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GrantManagerService, GrantsService } from "../../pkg/gen/c1/connector/v2/grant_pb.ts";
import { ResourcesService, ResourceTypesService } from "../../pkg/gen/c1/connector/v2/resource_pb.ts";
import { type GrpcTestClient, grpcClient } from "../support/grpc-client.ts";
import { type ConnectorContainer, startContainer } from "./connector-container.ts";
import { type PoolNetwork, startPoolNetwork } from "./pool-container.ts";

const POOL = "eu-west-1_Container2";
const USERS = 60;

describe("connector serve in a container, beside cognito-local in another", () => {
  let pool: PoolNetwork;
  /** What is /data in the container; the socket of the service is in it. */
  let folder: string;
  let container: ConnectorContainer | undefined;
  let client: GrpcTestClient | undefined;

  beforeAll(async () => {
    pool = await startPoolNetwork(POOL, USERS);
  });

  afterAll(async () => {
    await pool.close();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "connector-data-"));
    // For the user of the container, who is nobody here.
    chmodSync(folder, 0o777);
  });

  afterEach(async () => {
    client?.close();
    await container?.remove();
    client = undefined;
    container = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  async function serve(
    ...args: string[]
  ): Promise<{ readonly container: ConnectorContainer; readonly client: GrpcTestClient }> {
    const started = performance.now();
    container = await startContainer({
      args: [
        "serve",
        "--provisioning",
        "--listen=unix:/data/connector.sock",
        `--user-pool-id=${POOL}`,
        `--endpoint-url=${pool.url}`,
        "--rate=1000",
        ...args,
      ],
      network: pool.network,
      volume: folder,
    });
    await container.logged(/"msg":"serving"/);
    process.stdout.write(`container to serving: ${Math.round(performance.now() - started)} ms\n`);
    client = grpcClient(`unix:${join(folder, "connector.sock")}`);
    return { container, client };
  }

  const users = { resourceTypeId: "user", pageSize: 50 };

  test("answers, grants once, and SIGTERM ends it with 0", async () => {
    const { container: running, client: caller } = await serve();
    const listed = await caller.unary(ResourcesService.method.listResources, users);
    expect(listed.code).toBe("OK");
    const group = { id: { resourceType: "group", resource: "alumni" } };
    const members = async () => {
      const grants = await caller.unary(GrantsService.method.listGrants, { resource: group });
      return grants.answer?.list.map((grant) => grant.principal?.id?.resource) ?? [];
    };
    const before = await members();
    const principal = listed.answer?.list.find(({ id }) => id !== undefined && !before.includes(id.resource));
    const entitlement = { id: "group:alumni:member", slug: "member", resource: group };
    const request = { entitlement, principal: { id: principal?.id } };
    const granted = await caller.unary(GrantManagerService.method.grant, request);
    expect(granted).toMatchObject({ code: "OK", answer: { annotations: [] } });
    const again = await caller.unary(GrantManagerService.method.grant, request);
    expect(again.answer?.annotations.map(({ typeUrl }) => typeUrl)).toEqual([
      "type.googleapis.com/c1.connector.v2.GrantAlreadyExists",
    ]);
    expect(new Set(await members())).toEqual(new Set([...before, principal?.id?.resource]));

    await running.kill("SIGTERM");
    expect((await running.result).code).toBe(0);
    expect(readdirSync(folder)).toEqual([`${POOL}.audit.jsonl`, `${POOL}.journal.db`, `${POOL}.journal.key`]);
  });

  test("lives through AWS being away: a call that met it is answered when it is back", async () => {
    const { container: running, client: caller } = await serve("--log-level=debug");
    expect((await caller.unary(ResourcesService.method.listResources, users)).code).toBe("OK");
    await pool.leave();
    const waiting = caller.unary(ResourcesService.method.listResources, users);
    await running.logged(/"operation":"ListUsers","outcome":"(?!ok)/);
    // What needs no AWS is answered all the while.
    expect((await caller.unary(ResourceTypesService.method.listResourceTypes)).code).toBe("OK");
    await pool.comeBack();
    expect(await waiting).toMatchObject({ code: "OK" });
  });
});
