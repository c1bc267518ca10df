import { afterEach, beforeEach, expect, test } from "vitest";
import { someUser, userNumber } from "../../../test/support/fake-directory.ts";
import { idsIn, type ListStage, listStage } from "../../../test/support/list-stage.ts";

const AHEAD_MS = 24 * 3_600_000;
const never = new AbortController().signal;
const start = { User: "", Group: "" };
const newcomer = someUser({ sub: "zz-new", username: "new" });

let stage: ListStage;

beforeEach(() => {
  stage = listStage();
});

afterEach(async () => {
  await stage.remove();
});

/** A run began while the clock was a day ahead. The clock is right again, and somebody is created. */
async function createdAfterwards() {
  const records = await stage.writer();
  stage.clock.nowMs += AHEAD_MS;
  await stage.publish({ users: [userNumber(1)] });
  stage.clock.nowMs -= AHEAD_MS - 60_000;
  await records.wrote([{ kind: "user", user: newcomer }]);
  await records.keep({
    kind: "User",
    id: newcomer.sub,
    hidden: false,
    externalId: "00u1",
    displayName: undefined,
    values: {},
  });
  return records;
}

test("who is created after the clock was set back is in lists, and in all pages by cursor", async () => {
  const records = await createdAfterwards();
  expect(await stage.list()).toMatchObject({ totalResults: 2 });
  const first = await stage.list({ count: 1, start: { by: "cursor", cursor: "" } });
  await records.settle((await (await stage.lists()).obsolete(start, never))?.writesUntil ?? 0);
  const second = await stage.list({ count: 1, start: { by: "cursor", cursor: first.nextCursor ?? "" } });
  expect([...idsIn(first), ...idsIn(second)]).toEqual([userNumber(1).sub, newcomer.sub]);
});

test("what is kept of somebody created after the clock was set back is not taken for that of somebody gone", async () => {
  const records = await createdAfterwards();
  const found = await (await stage.lists()).obsolete(start, never);
  expect(found?.gone).toEqual({ User: [], Group: [] });
  await records.forgetGone("User", [newcomer.sub], found?.keptUntil ?? Number.POSITIVE_INFINITY);
  expect(await records.find("User", "externalId", "00u1", never)).toHaveLength(1);
});
