// The tasks of the platform that read the feed of events, over an inventory that its own syncs fill.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  ListEventFeedsResponseSchema,
  ListEventsResponseSchema,
} from "../pkg/gen/c1/connector/v2/event_feed_pb.ts";
import { Capability } from "../pkg/protocol/messages.ts";
import { taskId } from "./support/fake-platform-client.ts";
import { PLATFORM_POOL, platformPool, subOf } from "./support/platform-pool.ts";
import type { PlatformTask } from "./support/platform-server.ts";
import { type PlatformStage, platformStage, stopped } from "./support/platform-stage.ts";

const pool = platformPool();

let stage: PlatformStage;
let tasks = 0;

beforeEach(async () => {
  stage = await platformStage(PLATFORM_POOL, pool);
});
afterEach(async () => {
  await stage.close();
});

async function done<D extends DescMessage>(
  taskType: NonNullable<PlatformTask["taskType"]>,
  schema: D,
): Promise<MessageShape<D> | undefined> {
  tasks += 1;
  const id = taskId(`e${tasks}x`);
  await stage.perform({ id, taskType });
  const finished = stage.platform.finished.find((each) => each.taskId === id);
  expect(finished?.finalState.case).toBe("success");
  const response = finished?.finalState.value?.response;
  return response === undefined ? undefined : anyUnpack(response, schema);
}

const events = (cursor = "", pageSize = 0) =>
  done({ case: "listEvents", value: { cursor, pageSize } }, ListEventsResponseSchema);
const sync = () => done({ case: "syncFull", value: {} }, ListEventsResponseSchema);

test("the platform reads what changed between its own syncs, and needs no sync to know it", async () => {
  const daemon = stage.start({}, ["--inventory", join(stage.folder, "pool.db")]);
  const feeds = await done({ case: "listEventFeeds", value: {} }, ListEventFeedsResponseSchema);
  expect(feeds?.list).toMatchObject([{ id: "baton_feed_event", supportedEventTypes: [4, 5, 6] }]);
  const hello = stage.platform.hellos[0];
  const claimed = hello?.connectorMetadata?.capabilities?.connectorCapabilities;
  expect(claimed).toContain(Capability.EVENT_FEED_V2);

  const before = await events();
  expect(before).toMatchObject({ events: [], hasMore: false, annotations: [] });
  await sync();
  const [gone, moved] = [subOf(0), subOf(1)].map((sub) => pool.allUsers().find((user) => user.sub === sub));
  pool.leave(moved?.username ?? "", "all");
  pool.join(moved?.username ?? "", "admins");
  pool.deleteUser(gone?.username ?? "");
  await sync();

  const first = await events(before?.cursor, 2);
  expect(first?.hasMore).toBe(true);
  const rest = await events(first?.cursor);
  expect(rest?.hasMore).toBe(false);
  const told = [...(first?.events ?? []), ...(rest?.events ?? [])].map(({ event }) => {
    if (event.case === "createGrantEvent") return `granted ${event.value.principal?.id?.resource}`;
    if (event.case === "createRevokeEvent") return `revoked ${event.value.principal?.id?.resource}`;
    return event.case === "resourceChangeEvent"
      ? `changed ${event.value.resourceId?.resource}`
      : "something else";
  });
  expect(told.toSorted()).toEqual([
    `changed ${subOf(0)}`,
    `granted ${subOf(1)}`,
    `revoked ${subOf(0)}`,
    `revoked ${subOf(1)}`,
  ]);
  expect((await stopped(daemon)).code).toBe(0);
});

test("a task is done while the service fills the inventory for the lists of SCIM", async () => {
  const tokens = join(stage.folder, "tokens");
  writeFileSync(tokens, `provision ${"0".repeat(64)} okta\n`, { mode: 0o600 });
  const hold = stage.cognito.hold({ operation: "ListGroups" });
  const daemon = stage.start({}, [
    `--inventory=${join(stage.folder, "pool.db")}`,
    "--scim",
    "--scim-listen=127.0.0.1:0",
    `--auth-tokens-file=${tokens}`,
  ]);
  await hold.arrived();
  const ended = sync();
  // The task reads into a file of its own.
  await Promise.race([hold.arrived(2), ended]);
  hold.release();
  await ended;
  expect((await stopped(daemon)).code).toBe(0);
});
