// The feed of events of the whole program: one process serves, others sync into the inventory beside it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConnectorService } from "../pkg/gen/c1/connector/v2/connector_pb.ts";
import { EventService } from "../pkg/gen/c1/connector/v2/event_feed_pb.ts";
import { Capability } from "../pkg/protocol/messages.ts";
import { person } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { addressOf } from "./judges/serving.ts";
import { type CliResult, type RunningCli, runCli, startCli } from "./support/connector-cli.ts";
import { type GrpcTestClient, grpcClient } from "./support/grpc-client.ts";

const POOL = "us-east-1_Ab129faBb";
const { listEvents, listEventFeeds } = EventService.method;

let folder: string;
let pool: Pool;
let cognito: ScriptedCognito;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-events-"));
  pool = createPool({
    id: POOL,
    users: ["ada", "ben", "cleo"].map((username, n) => person(n, { username, groups: ["staff"] })),
    groups: ["staff", "finance"],
  });
  cognito = await startScriptedCognito({ pools: [pool] });
});

afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true, force: true });
});

const common = (): readonly string[] => [
  `--user-pool-id=${POOL}`,
  `--endpoint-url=${cognito.url}`,
  `--state-dir=${join(folder, "state")}`,
  "--rate=1000",
];
const inventory = (): string => `--inventory=${join(folder, "pool.db")}`;

async function synced(): Promise<void> {
  const { code, stderr } = await runCli(["sync", ...common(), inventory()]);
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
}

async function serving<T>(
  more: readonly string[],
  work: (client: GrpcTestClient, service: RunningCli) => Promise<T>,
): Promise<{ readonly result: T; readonly ended: CliResult }> {
  const service = startCli([
    "serve",
    ...common(),
    "--listen=127.0.0.1:0",
    "--log-format=json",
    "--log-level=debug",
    ...more,
  ]);
  const client = grpcClient(await addressOf(service));
  try {
    const result = await work(client, service);
    return { result, ended: await stopped(service) };
  } finally {
    client.close();
    await stopped(service);
  }
}

async function stopped(service: RunningCli): Promise<CliResult> {
  service.process.kill("SIGTERM");
  return await service.result;
}

function sub(username: string): string {
  const found = pool.stored(username)?.sub;
  if (found === undefined) throw new Error(`no user ${username}`);
  return found;
}

describe("the feed of events of connector serve", () => {
  test("is empty before the first sync, and has from then on what each sync finds changed", async () => {
    const [ada, ben] = [sub("ada"), sub("ben")];
    const { result, ended } = await serving([inventory()], async (client) => {
      const feeds = await client.unary(listEventFeeds, {});
      expect(feeds.answer?.list.map(({ id }) => id)).toEqual(["baton_feed_event"]);
      const before = await client.unary(listEvents, {});
      expect(before).toMatchObject({ code: "OK", answer: { events: [], hasMore: false } });

      await synced();
      const first = await client.unary(listEvents, { cursor: before.answer?.cursor ?? "" });
      expect(first).toMatchObject({ code: "OK", answer: { events: [], hasMore: false } });

      pool.leave("ada", "staff");
      pool.join("ada", "finance");
      pool.deleteUser("ben");
      pool.addGroup({ name: "new" });
      await synced();
      const metadata = await client.unary(ConnectorService.method.getMetadata, {});
      const events = await client.unary(listEvents, { cursor: first.answer?.cursor ?? "" });
      return { metadata, events };
    });
    expect(ended.code).toBe(0);
    const capabilities = result.metadata.answer?.metadata?.capabilities?.connectorCapabilities;
    expect(capabilities).toContain(Capability.EVENT_FEED_V2);
    const told = result.events.answer?.events.map(({ event }) => {
      if (event.case === "createGrantEvent" || event.case === "createRevokeEvent") {
        return `${event.case} ${event.value.entitlement?.id} ${event.value.principal?.id?.resource}`;
      }
      return event.case === "resourceChangeEvent"
        ? `changed ${event.value.resourceId?.resource}`
        : event.case;
    });
    expect(told?.toSorted()).toEqual(
      [
        `changed ${ben}`,
        "changed new",
        `createGrantEvent group:finance:member ${ada}`,
        `createRevokeEvent group:staff:member ${ada}`,
        `createRevokeEvent group:staff:member ${ben}`,
      ].toSorted(),
    );
    const warnings = ended.stderr.split("\n").filter((line) => line.includes("the event feed is empty"));
    expect(warnings).toHaveLength(1);
  });

  test("does not exist without an inventory, and neither does its capability", async () => {
    const { result } = await serving([], async (client) => ({
      feeds: await client.unary(listEventFeeds, {}),
      events: await client.unary(listEvents, {}),
      metadata: await client.unary(ConnectorService.method.getMetadata, {}),
    }));
    expect(result.feeds).toMatchObject({ code: "OK", answer: { list: [] } });
    expect(result.events).toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("--inventory"),
    });
    expect(result.metadata.answer?.metadata?.capabilities?.connectorCapabilities).not.toContain(
      Capability.EVENT_FEED_V2,
    );
  });

  test("fails where the inventory is another file, and logs no value of an attribute", async () => {
    const { result, ended } = await serving([`--inventory=${import.meta.filename}`], async (client) =>
      client.unary(listEvents, {}),
    );
    expect(result).toMatchObject({
      code: "FAILED_PRECONDITION",
      message: expect.stringContaining("is not an inventory of this connector"),
      answer: undefined,
    });
    expect(ended.stderr).not.toContain("@example.com");
  });
});

describe("connector --event-feed true", () => {
  const printed = async (...more: readonly string[]) =>
    await runCli(["--event-feed=true", ...common(), "--output=jsonl", ...more]);

  test("prints the events of the inventory, one a line, from a time or a cursor on", async () => {
    await synced();
    pool.leave("ada", "staff");
    pool.addGroup({ name: "new" });
    await synced();
    const { code, stdout, stderr } = await printed(inventory());
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(events).toMatchObject([
      { createRevokeEvent: { principal: { id: { resource: sub("ada") } } } },
      { resourceChangeEvent: { resourceId: { resourceType: "group", resource: "new" } } },
    ]);
    expect((await printed(inventory(), "--event-feed-start-at=2100-01-01T00:00:00Z")).stdout).toBe("");
    expect(await printed(inventory(), "--event-feed-cursor=garbage")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^connector: event-feed-cursor: not issued by this connector/),
    });
    expect((await printed(inventory(), "--event-feed-id=other")).code).toBe(5);
    expect(await printed("--inventory=postgres://%")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^connector: .*inventory/),
    });
  });

  test("says without an inventory that there is no feed, and how to have one", async () => {
    expect(await printed()).toMatchObject({
      code: 5,
      stdout: "",
      stderr: expect.stringContaining("--inventory"),
    });
  });
});
