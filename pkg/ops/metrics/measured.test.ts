import { expect, test } from "vitest";
import type { Directory } from "../../core/directory.ts";
import type { PageEvent, QuotaWaitEvent } from "./events.ts";
import { measuredListings, measuredThrottle } from "./measured.ts";

const never = new AbortController().signal;

function ticking(): () => number {
  let now = 0;
  return () => {
    now += 100;
    return now;
  };
}

test("a turn is timed, given or not, and the rest is passed on", async () => {
  const waits: QuotaWaitEvent[] = [];
  const throttled: string[] = [];
  const after: (number | undefined)[] = [];
  const turns = [Promise.resolve(), Promise.reject(new Error("aborted"))];
  const throttle = measuredThrottle(
    {
      async acquire(_operation, _priority, _signal, callsAfter) {
        after.push(callsAfter);
        await turns.shift();
      },
      throttled: (operation) => throttled.push(operation),
    },
    (event) => waits.push(event),
    ticking(),
  );
  await throttle.acquire("AdminGetUser", "write", never);
  await expect(throttle.acquire("ListUsers", "sync", never, 7)).rejects.toThrow("aborted");
  throttle.throttled("ListUsers");
  expect(waits).toEqual([
    { category: "UserRead", priority: "write", durationMs: 100 },
    { category: "UserList", priority: "sync", durationMs: 100 },
  ]);
  expect(throttled).toEqual(["ListUsers"]);
  expect(after).toEqual([undefined, 7]);
});

test("each page of the three listings is timed, and a failed one stays a failure", async () => {
  const pages: PageEvent[] = [];
  const page = { items: [], next: undefined };
  const inner: Pick<Directory, "listUsers" | "listGroups" | "listMembers"> & { readonly more: string } = {
    more: "is kept",
    listUsers: async () => page,
    listGroups: async () => page,
    listMembers: (group) => Promise.reject(new Error(group)),
  };
  const directory = measuredListings(inner, (event) => pages.push(event), ticking());
  const request = { limit: 60, marker: undefined, priority: "sync" } as const;
  expect(await directory.listUsers(request, never)).toBe(page);
  expect(await directory.listGroups(request, never)).toBe(page);
  await expect(directory.listMembers("admins", request, never)).rejects.toThrow("admins");
  const ahead = { sent() {}, failed() {} };
  await expect(directory.listMembers("ahead", { ...request, ahead }, never)).rejects.toThrow("ahead");
  expect(directory.more).toBe("is kept");
  expect(pages).toEqual([
    { listing: "users", outcome: "ok", durationMs: 100 },
    { listing: "groups", outcome: "ok", durationMs: 100 },
    { listing: "members", outcome: "failed", durationMs: 100 },
  ]);
});
