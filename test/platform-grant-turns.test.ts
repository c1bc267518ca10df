import { afterEach, beforeEach, expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { taskId } from "./support/fake-platform-client.ts";
import { type PlatformStage, platformStage, stopped } from "./support/platform-stage.ts";

const POOL = "us-east-1_Ab129faBb";
const RATE = 5;
const GRANTS = 9;
const USERS = people(6_000, (index) => ({ groups: index < 3_000 ? ["large"] : [] }));

let stage: PlatformStage;

beforeEach(async () => {
  stage = await platformStage(POOL, createPool({ id: POOL, users: USERS, groups: ["large", "admins"] }));
});
afterEach(() => stage.close());

/** The calls of the sync are its pages; a grant asks for single users and groups. */
function syncCalls(): number {
  const { calls } = stage.cognito.stats;
  return calls.filter(
    ({ operation, input }) =>
      operation === "ListUsersInGroup" || (operation === "ListUsers" && input?.["Filter"] === undefined),
  ).length;
}

test("grant tasks are answered within two turns of the sync that runs meanwhile", async () => {
  const { platform, cognito } = stage;
  platform.tasks.push({ id: taskId("sync"), taskType: { case: "syncFull", value: {} } });
  const daemon = stage.start({ BATON_RATE: String(RATE), BATON_PROVISIONING: "true" });
  await expect.poll(() => cognito.stats.count("ListUsersInGroup"), { timeout: 100_000 }).toBeGreaterThan(2);
  const waits: number[] = [];
  for (let nth = 0; nth < GRANTS; nth += 1) {
    const id = taskId(`grant${nth}`);
    const user = USERS[4_000 + nth]?.sub ?? "";
    platform.tasks.push({
      id,
      taskType: {
        case: "grant",
        value: {
          entitlement: {
            id: "group:admins:member",
            slug: "member",
            resource: { id: { resourceType: "group", resource: "admins" } },
          },
          principal: { id: { resourceType: "user", resource: user } },
        },
      },
    });
    await platform.until(() =>
      platform.calls.some(({ call, taskId: of }) => call === "GetTask" && of === id),
    );
    const before = syncCalls();
    await platform.until(() => platform.finished.some(({ taskId: of }) => of === id));
    waits.push(syncCalls() - before);
  }
  expect(platform.finished.map(({ finalState }) => finalState.case)).toEqual(
    Array.from({ length: GRANTS }, () => "success"),
  );
  expect(cognito.stats.outcomes()["AdminAddUserToGroup ok"]).toBe(GRANTS);
  // The sync had more to read all the time.
  const read = syncCalls();
  await expect.poll(syncCalls, { timeout: 100_000 }).toBeGreaterThan(read);
  // After a stall of the machine the limiter catches up, and the sync has more turns at once: one grant may meet that.
  expect(waits.toSorted((a, b) => a - b).at(-2)).toBeLessThanOrEqual(2);
  await stopped(daemon, "SIGKILL");
});
