// The pool that test/bench/callers.ts works on, in a process of its own: one that may change, and that counts the write
// calls for each user, so that a doubled one shows although it changes nothing.
//   node test/bench/callers-pool.ts <callers> <latency ms>
// Prints one JSON line with `url` and `poolId`; answers any message with the state of the pool, one text for each user.

import { people, person } from "../cognito/definitions.ts";
import { createPool } from "../cognito/pool.ts";
import { atStart } from "../cognito/pool-reader.ts";
import type { CallRecord } from "../cognito/record.ts";
import { startScriptedCognito } from "../cognito/server.ts";
import { countUp, firstGroups, standingText } from "./standing.ts";

const GROUPS = 20;
/** No caller changes them; they make the listings longer than a page. */
const OTHERS = 400;
const WRITES = [
  "AdminAddUserToGroup",
  "AdminRemoveUserFromGroup",
  "AdminEnableUser",
  "AdminDisableUser",
  "AdminUserGlobalSignOut",
];

const [callers = 0, latencyMs = 0] = process.argv.slice(2).map(Number);
const groups = Array.from({ length: GROUPS }, (_, index) => `group-${String(index)}`);
const names = Array.from({ length: callers }, (_, index) => `caller-${String(index)}`);

const pool = createPool({
  id: "us-east-1_Ab129faBb",
  groups,
  users: [
    ...names.map((username, index) => person(index, { username, groups: firstGroups(groups, index) })),
    ...people(OTHERS, (index) => ({ groups: groups.slice(index % 5, GROUPS - (index % 3)) }), 11),
  ],
});
const server = await startScriptedCognito({ pools: [pool], latencyMs, recording: "none" });

const calls = new Map<string, Map<string, number>>();
server.script({
  operation: WRITES,
  run({ username = "", operation }: CallRecord) {
    const ofUser = calls.get(username) ?? new Map<string, number>();
    calls.set(username, ofUser);
    countUp(ofUser, operation);
  },
});

function standing(username: string): string {
  const user = pool.stored(username);
  if (user === undefined) return `${username} is gone`;
  const { items } = pool.groupsOf(username, atStart, GROUPS);
  const joined = items.map(({ name }) => name);
  const { sub, enabled } = user;
  return standingText({ sub, enabled, groups: joined, calls: calls.get(username) ?? new Map() });
}

process.on("message", () => process.send?.(names.map(standing)));
// The process that started this one may have been killed.
process.on("disconnect", () => void server.close());
process.once("SIGTERM", () => process.exit(0));
process.stdout.write(
  `${JSON.stringify({
    url: server.url,
    poolId: pool.settings.id,
    groups,
    subs: names.map((username) => pool.stored(username)?.sub),
  })}\n`,
);
