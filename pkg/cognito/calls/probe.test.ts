import { afterEach, expect, test } from "vitest";
import { adapterOver, never, openThrottle, refusal } from "../../../test/support/adapter.ts";
import {
  awsError,
  type StubBehaviour,
  type StubRequest,
  startAwsStub,
} from "../../../test/support/aws-stub.ts";
import { CATEGORY_OF, WRITE_OPERATIONS } from "../../core/operations.ts";

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

const ALL = operationsIn(CATEGORY_OF);
const READS = ALL.filter((operation) => !WRITE_OPERATIONS.some((write) => write === operation));

function operationsIn<K extends string>(table: Readonly<Record<K, unknown>>): K[] {
  const names: string[] = Object.keys(table);
  return names.filter((name): name is K => name in table);
}

test("calls every operation that reads once, each with its own turn, and asks for no existing user", async () => {
  const { stub, throttle, directory } = await probing(({ operation }) => NOT_FOUND[operation] ?? found);
  const probes = await directory.probePermissions(READS, never);
  expect(probes.map(({ operation }) => operation)).toEqual(READS);
  expect(probes.every(({ allowed, detail }) => allowed === true && detail === "")).toBe(true);
  expect(stub.requests).toHaveLength(probes.length);
  expect(throttle.turns).toHaveLength(probes.length);
  for (const { input } of stub.requests) {
    for (const name of [input["Username"], input["GroupName"]]) {
      expect(name ?? "connector-probe-").toMatch(/^connector-probe-/);
    }
  }
});

test("no probe of a write names a user or group that could exist, and none asks for a new one", async () => {
  const { stub, directory } = await probing(
    ({ operation }) => NOT_FOUND[operation] ?? awsError("UserNotFoundException"),
  );
  const probes = await directory.probePermissions(WRITE_OPERATIONS, never);
  expect(probes.every(({ allowed }) => allowed === true)).toBe(true);
  expect(stub.requests.map(({ operation }) => operation).toSorted()).toEqual(
    [...WRITE_OPERATIONS].toSorted(),
  );
  const inputOf = (wanted: string) => stub.requests.find(({ operation }) => operation === wanted)?.input;
  expect(inputOf("CreateGroup")).toMatchObject({ GroupName: "" });
  expect(inputOf("AdminCreateUser")).toMatchObject({ MessageAction: "RESEND" });
  const names = stub.requests
    .filter(({ operation }) => operation !== "CreateGroup")
    .flatMap(({ input }) => [input["Username"], input["GroupName"]].filter((name) => name !== undefined));
  expect(names.length).toBeGreaterThanOrEqual(WRITE_OPERATIONS.length - 1);
  for (const name of names) expect(name).toMatch(/^connector-probe-[0-9a-f-]{36}$/);
});

test("a refusal for another reason is no proof, and says so", async () => {
  const { directory } = await probing(() => awsError("InvalidParameterException"));
  const [probe] = await directory.probePermissions(["CreateGroup"], never);
  expect(probe).toMatchObject({ allowed: "likely", detail: expect.stringContaining("did not deny it") });
});

test.for([
  ["InvalidParameterException", "User has no attribute matching desired delivery mediums", "likely"],
  ["CodeDeliveryFailureException", "", "likely"],
  ["UserLambdaValidationException", "", "likely"],
  ["NotAuthorizedException", "", "likely"],
  ["AccessDeniedException", "", false],
  ["UnknownOperationException", "", "unsupported"],
  ["Unsupported", "", "unsupported"],
] as const)(
  "of a write never says that a change may have been made, nor that an action is denied where IAM did not do it: %s",
  async ([name, message, allowed]) => {
    const { directory } = await probing(() => awsError(name, message));
    const probes = await directory.probePermissions(WRITE_OPERATIONS, never);
    expect(new Set(probes.map((probe) => probe.allowed))).toEqual(new Set([allowed]));
    for (const { detail } of probes) expect(detail).not.toMatch(/may have been made|read the user/);
    const denying = probes.filter(({ detail }) => detail.includes("not allowed"));
    expect(denying).toHaveLength(allowed === false ? probes.length : 0);
  },
);

test("a group without a name, which only an emulator creates, is deleted again", async () => {
  const { stub, directory } = await probing(() => ({ body: {} }));
  await directory.probePermissions(["CreateGroup"], never);
  expect(stub.requests).toMatchObject([
    { operation: "CreateGroup", input: { GroupName: "" } },
    { operation: "DeleteGroup", input: { GroupName: "" } },
  ]);
});

test("a denied operation has its cure, the others stay allowed", async () => {
  const { directory } = await probing(({ operation }) =>
    operation === "AdminGetUser" ? awsError("AccessDeniedException") : (NOT_FOUND[operation] ?? found),
  );
  const probes = await directory.probePermissions(READS, never);
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
  const probes = await directory.probePermissions(READS, never);
  expect(probes.every(({ allowed }) => allowed === "unknown")).toBe(true);
  expect(probes[0]?.detail).toContain("TooManyRequestsException");
});

test("canceled by the caller is an error and no result of the probe", async () => {
  const { directory } = await probing(() => ({ hang: true }));
  const controller = new AbortController();
  const work = refusal(directory.probePermissions(READS, controller.signal));
  controller.abort();
  expect((await work).code).toBe("canceled");
});
