import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GrpcServer } from "../../../pkg/grpc/server.ts";
import { createInventoryFeed } from "../../../pkg/inventory/events/inventory-feed.ts";
import { openInventoryReader } from "../../../pkg/inventory/open-reader.ts";
import type { InventoryReader } from "../../../pkg/inventory/reader.ts";
import { people } from "../../cognito/definitions.ts";
import { createPool } from "../../cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "../../cognito/server.ts";
import { runCli } from "../../support/connector-cli.ts";
import { FREE_PORT, testGrpcServer } from "../../support/grpc-server.ts";
import { createInventoryFixture, POOL, RUN_TIMES, subOf } from "../../support/inventory-fixture.ts";
import { createRig, type Rig } from "../../support/rig.ts";
import { type JsonObject, type OfficialClient, startOfficialClient } from "../official-client.ts";
import { codesOf, conformance, startReference } from "./tools.ts";

const LIST = "EventService/ListEvents";
const [, second, third] = RUN_TIMES;

/** What Go's client has of an event. */
interface ListedEvent {
  readonly id: string;
  readonly occurred_at: string;
  readonly resource_change_event?: { readonly resource_id: JsonObject };
  readonly create_grant_event?: Membership;
  readonly create_revoke_event?: Membership;
}

interface Membership {
  readonly entitlement: { readonly id: string };
  readonly principal: { readonly id: { readonly resource: string } };
}

interface EventsPage {
  readonly events?: readonly ListedEvent[];
  readonly cursor: string;
  readonly has_more?: boolean;
}

function linesOf(stdout: string): readonly unknown[] {
  return stdout.split("\n").flatMap((line): unknown[] => (line === "" ? [] : [JSON.parse(line)]));
}

function isPage(reply: object): reply is EventsPage {
  return "cursor" in reply && typeof reply.cursor === "string";
}

describe("the official Go client, over the feed of an inventory", () => {
  let folder: string;
  let inventory: InventoryReader;
  let cognito: ScriptedCognito;
  let rig: Rig;
  let server: GrpcServer;
  let address: string;
  let client: OfficialClient;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "connector-events-"));
    const path = join(folder, "pool.db");
    createInventoryFixture(path);
    inventory = await openInventoryReader({ engine: "sqlite", name: path }, new AbortController().signal);
    const pool = createPool({ id: POOL, users: people(3, () => ({ groups: ["all"] })), groups: ["all"] });
    cognito = await startScriptedCognito({ pools: [pool] });
    const changes = createInventoryFeed({ poolId: POOL, open: async () => inventory });
    rig = createRig({ url: cognito.url, poolId: POOL, changes });
    server = testGrpcServer({ connector: rig.connector });
    ({ target: address } = await server.listen(FREE_PORT));
    client = startOfficialClient(address);
  });

  afterAll(async () => {
    await client.close();
    await server.close(0);
    await rig.close();
    await cognito.close();
    await inventory.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function page(request: JsonObject): Promise<EventsPage> {
    const { code, message, reply } = await client.call(LIST, request);
    if (code !== "OK" || !isPage(reply)) throw new Error(`${code}: ${message}`);
    return reply;
  }

  async function all(request: JsonObject): Promise<readonly ListedEvent[]> {
    const events: ListedEvent[] = [];
    for (let cursor = "", more = true; more; ) {
      const one = await page({ ...request, cursor });
      events.push(...(one.events ?? []));
      cursor = one.cursor;
      more = one.has_more ?? false;
    }
    return events;
  }

  test("finds one feed, and the capability that says so", async () => {
    const feeds = await client.call("EventService/ListEventFeeds", {});
    expect(feeds.reply).toEqual({
      list: [
        {
          id: "baton_feed_event",
          supported_event_types: [
            "EVENT_TYPE_RESOURCE_CHANGE",
            "EVENT_TYPE_CREATE_GRANT",
            "EVENT_TYPE_CREATE_REVOKE",
          ],
        },
      ],
    });
    const metadata = await client.call("ConnectorService/GetMetadata", {});
    expect(JSON.stringify(metadata.reply)).toContain('"CAPABILITY_EVENT_FEED_V2"');
  });

  test("reads every change once, whatever the size of a page", async () => {
    const whole = await all({ event_feed_id: "baton_feed_event", page_size: 1000 });
    expect(whole).toHaveLength(16);
    expect(new Set(whole.map(({ id }) => id)).size).toBe(16);
    for (const page_size of [1, 3, 16]) expect(await all({ page_size })).toEqual(whole);
  });

  test("reads memberships as grants, and everything else as the resource that changed", async () => {
    const [removed, changed] = await all({});
    expect(removed?.create_revoke_event).toMatchObject({
      entitlement: { id: "group:finance:member", slug: "member" },
      principal: { id: { resource_type: "user", resource: subOf(1) }, display_name: expect.any(String) },
    });
    expect(changed?.resource_change_event).toEqual({
      resource_id: { resource_type: "user", resource: subOf(1) },
    });
    const added = (await all({})).at(-1);
    expect(added?.create_grant_event?.entitlement.id).toBe("group:finance:member");
    expect(added?.create_grant_event?.principal.id.resource).toBe(subOf(11));
  });

  test("begins at the start time, and goes on from a cursor whatever the start time is", async () => {
    const late = await all({ start_at: third.endedAt.toISOString() });
    expect(late).toHaveLength(13);
    const { cursor } = await page({ page_size: 4 });
    const rest = await page({ cursor, start_at: "2030-01-01T00:00:00Z" });
    expect(rest.events?.[0]?.id).toMatch(/-5$/);
    const nothing = await page({ start_at: "2030-01-01T00:00:00Z" });
    expect(nothing).toEqual({ cursor: expect.stringMatching(/^e1:/) });
  });

  test("gets the codes that the SDK gives for a connector with a feed", async () => {
    const reference = await startReference("--feed");
    try {
      const [ours, theirs] = await Promise.all([codesOf(address), codesOf(reference.address)]);
      expect(Object.keys(ours).filter((name) => name.includes("EventService"))).toHaveLength(5);
      expect(ours).toEqual(theirs);
    } finally {
      await reference.stop();
    }
  });

  test("prints with the one-shot flags of a connector what ours prints", async () => {
    const asked = ["--event-feed=true", `--event-feed-start-at=${second.endedAt.toISOString()}`];
    const { code, stdout } = await conformance(
      "daemon",
      ...asked,
      `--connector-address=${address}`,
      "--log-level=error",
    );
    expect(code).toBe(0);
    const theirs = linesOf(stdout);
    expect(theirs).toHaveLength(16);
    const ours = await runCli([
      ...asked,
      `--inventory=${inventory.name}`,
      `--user-pool-id=${POOL}`,
      `--endpoint-url=${cognito.url}`,
      "--output=jsonl",
    ]);
    expect({ code: ours.code, stderr: ours.code === 0 ? "" : ours.stderr }).toEqual({ code: 0, stderr: "" });
    expect(linesOf(ours.stdout)).toEqual(theirs);
  });
});
