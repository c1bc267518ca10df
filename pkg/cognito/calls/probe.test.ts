import { afterEach, expect, test } from "vitest";
import { adapterOver, never, openThrottle, refusal } from "../../../test/support/adapter.ts";
import {
  awsError,
  type StubBehaviour,
  type StubRequest,
  startAwsStub,
} from "../../../test/support/aws-stub.ts";
import { CATEGORY_OF, type Category } from "../../core/operations.ts";

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function probing(answer: (request: StubRequest) => StubBehaviour) {
  const stub = await startAwsStub(answer);
  const throttle = openThrottle();
  const directory = adapterOver(stub.url, { throttle, retry: { maxAttempts: 2 } });
  open.push(stub, directory);
  return { stub, throttle, directory };
}

const NOT_FOUND: Readonly<Record<string, StubBehaviour>> = {
  GetGroup: awsError("ResourceNotFoundException"),
  ListUsersInGroup: awsError("ResourceNotFoundException"),
  AdminGetUser: awsError("UserNotFoundException"),
  AdminListGroupsForUser: awsError("UserNotFoundException"),
};
const found = { body: { Users: [], Groups: [], UserPool: {} } };

// A write has no arguments that are sure to change nothing.
const isRead = (category: Category) => /Read$|^UserList$/.test(category);

test("calls every operation that reads once, each with its own turn, and asks for no existing user", async () => {
  const { stub, throttle, directory } = await probing(({ operation }) => NOT_FOUND[operation] ?? found);
  const probes = await directory.probePermissions(never);
  expect(probes.map(({ operation }) => operation).sort()).toEqual(
    Object.entries(CATEGORY_OF)
      .filter(([, category]) => isRead(category))
      .map(([operation]) => operation)
      .sort(),
  );
  expect(probes.every(({ allowed, detail }) => allowed === true && detail === "")).toBe(true);
  expect(stub.requests).toHaveLength(probes.length);
  expect(throttle.turns).toHaveLength(probes.length);
  for (const { input } of stub.requests) {
    for (const name of [input["Username"], input["GroupName"]]) {
      expect(name ?? "connector-probe-").toMatch(/^connector-probe-/);
    }
  }
});

test("a denied operation has its cure, the others stay allowed", async () => {
  const { directory } = await probing(({ operation }) =>
    operation === "AdminGetUser" ? awsError("AccessDeniedException") : (NOT_FOUND[operation] ?? found),
  );
  const probes = await directory.probePermissions(never);
  expect(probes.filter(({ allowed }) => allowed !== true)).toEqual([
    {
      operation: "AdminGetUser",
      allowed: false,
      detail: expect.stringContaining("cognito-idp:AdminGetUser"),
    },
  ]);
});

test("what cannot be known is said to be unknown, with the reason", async () => {
  const { directory } = await probing(() => awsError("TooManyRequestsException"));
  const probes = await directory.probePermissions(never);
  expect(probes.every(({ allowed }) => allowed === "unknown")).toBe(true);
  expect(probes[0]?.detail).toContain("TooManyRequestsException");
});

test("canceled by the caller is an error and no result of the probe", async () => {
  const { directory } = await probing(() => ({ hang: true }));
  const controller = new AbortController();
  const work = refusal(directory.probePermissions(controller.signal));
  controller.abort();
  expect((await work).code).toBe("canceled");
});
