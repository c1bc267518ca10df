// The table of the vendor's page over tasks of the platform, what AWS is asked for each, and the guards that hold for them.
import { readFileSync } from "node:fs";
import { type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { type Any, anyUnpack } from "@bufbuild/protobuf/wkt";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { InvokeActionResponseSchema } from "../pkg/gen/c1/connector/v2/action_pb.ts";
import { CreateAccountResponseSchema } from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import type { BatonServiceFinishTaskRequest } from "../pkg/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { ErrorInfoSchema } from "../pkg/gen/google/rpc/error_details_pb.ts";
import { auditLogPath } from "../pkg/ops/audit/audit-log.ts";
import { people } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { taskId } from "./support/fake-platform-client.ts";
import type { PlatformTask } from "./support/platform-server.ts";
import { type PlatformStage, platformStage, stopped } from "./support/platform-stage.ts";

const POOL = "us-east-1_Ab129faBb";
const SUB = "00000000-0000-4000-8000-000000000001";
const ROLE = "arn:aws:iam::123456789012:role/admin";

type Work = NonNullable<PlatformTask["taskType"]>;

let pool: Pool;
let stage: PlatformStage;
let tasks = 0;

async function open(): Promise<void> {
  pool = createPool({
    id: POOL,
    users: people(3, (index) => (index === 1 ? { sub: SUB } : {})),
    groups: ["admins", { name: "roots", roleArn: ROLE }],
    schema: [
      { name: "custom:department", type: "String" },
      { name: "custom:level", type: "Number" },
    ],
  });
  stage = await platformStage(POOL, pool);
}

/** Does one task and returns what the platform received. */
async function done(taskType: Work): Promise<BatonServiceFinishTaskRequest> {
  tasks += 1;
  const id = taskId(`t${tasks}x`);
  await stage.perform({ id, taskType });
  const finished = stage.platform.finished.find((each) => each.taskId === id);
  if (finished === undefined) throw new Error("the task is not finished");
  return finished;
}

function responseOf<D extends DescMessage>(
  { finalState, status }: BatonServiceFinishTaskRequest,
  schema: D,
): MessageShape<D> {
  const { response } = finalState.value ?? {};
  const answer = response === undefined ? undefined : anyUnpack(response, schema);
  if (finalState.case !== "success" || answer === undefined)
    throw new Error(status?.message ?? "no response");
  return answer;
}

function detailsOf({ status }: BatonServiceFinishTaskRequest): readonly unknown[] {
  return (status?.details ?? []).flatMap((any: Any) => anyUnpack(any, ErrorInfoSchema) ?? []);
}

/** The one call of the operation that is about this user. */
function asked(operation: string, username: string): Readonly<Record<string, unknown>> {
  const calls = stage.cognito.stats.calls.filter(
    (call) => call.operation === operation && call.input?.["Username"] === username,
  );
  expect(calls).toHaveLength(1);
  return calls[0]?.input ?? {};
}

const group = (name: string) => ({ id: { resourceType: "group", resource: name } });
const user = { id: { resourceType: "user", resource: SUB } };
const grant = (name: string): Work => ({
  case: "grant",
  value: { entitlement: { id: `group:${name}:member`, resource: group(name) }, principal: user },
});
const action = (name: string, args: Record<string, string | Record<string, string>>): Work => ({
  case: "actionInvoke",
  value: { name, args },
});

describe("with provisioning", () => {
  beforeAll(async () => {
    await open();
    stage.start({}, ["--provisioning"]);
  });

  afterAll(() => stage.close());

  const given = { given_name: "Ada", family_name: "Lovelace" };
  const invited = { DesiredDeliveryMediums: ["EMAIL"] };
  const silent = { MessageAction: "SUPPRESS" };

  test.for([
    ["names, and no invitation by default", given, given, silent],
    ["sendInviteEmail false", { ...given, sendInviteEmail: false }, given, silent],
    ["sendInviteEmail true", { ...given, sendInviteEmail: true }, given, invited],
    ["sendInviteEmail as a text", { sendInviteEmail: "true" }, {}, invited],
    [
      "attributes that the pool requires, under their exact names",
      {
        nickname: "Countess",
        preferred_username: "ada.l",
        "custom:department": "Engines",
        "custom:level": 7,
      },
      {
        nickname: "Countess",
        preferred_username: "ada.l",
        "custom:department": "Engines",
        "custom:level": "7",
      },
      silent,
    ],
  ] as const)("an account is created with %s", async ([, profile, attributes, delivery]) => {
    const login = `ada${tasks}`;
    const emails = [{ address: `${login}@example.com`, isPrimary: true }];
    const finished = await done({
      case: "createAccount",
      value: { accountInfo: { login, emails, profile } },
    });
    const { result } = responseOf(finished, CreateAccountResponseSchema);
    expect(result).toMatchObject({
      case: "success",
      value: {
        isCreateAccountResult: true,
        resource: { id: { resourceType: "user", resource: pool.resolve(login)?.sub } },
      },
    });
    const { UserAttributes, ...request } = asked("AdminCreateUser", login);
    expect(request).toMatchObject(delivery);
    expect(Object.keys(request)).not.toContain(
      "MessageAction" in delivery ? "DesiredDeliveryMediums" : "MessageAction",
    );
    const sent: unknown = UserAttributes;
    expect(
      Array.isArray(sent) ? Object.fromEntries(sent.map(({ Name, Value }) => [Name, Value])) : sent,
    ).toMatchObject({
      email: `${login}@example.com`,
      ...attributes,
    });
    expect(JSON.stringify(sent)).not.toContain("sendInviteEmail");
  });

  test("a profile field that the pool has no attribute for fails the task, and creates no account", async () => {
    const before = pool.allUsers().length;
    const finished = await done({
      case: "createAccount",
      value: { accountInfo: { login: "eve", profile: { "custom:nothing": "x" } } },
    });
    expect(finished).toMatchObject({
      status: { code: 3 },
      finalState: { case: "error", value: { nonRetryable: true } },
    });
    expect(pool.allUsers()).toHaveLength(before);
  });

  test.for([
    ["disable_user", { user_id: SUB }, false],
    ["enable_user", { resource_id: SUB }, true],
    ["disable_user", { userId: { resource_type_id: "user", resource_id: SUB } }, false],
    ["enable_user", { user_id: { resourceTypeId: "user", resourceId: SUB } }, true],
  ] as const)("%s does it to the user whose resource id comes as %o", async ([name, args, enabled]) => {
    const answer = responseOf(await done(action(name, args)), InvokeActionResponseSchema);
    expect(answer).toMatchObject({ name, response: { success: true } });
    expect(pool.allUsers().find(({ sub }) => sub === SUB)?.enabled).toBe(enabled);
  });

  test("a grant is in the audit log under the task's own name", async () => {
    const { taskId: id, finalState } = await done(grant("admins"));
    expect(finalState.case).toBe("success");
    const lines = readFileSync(auditLogPath(stage.stateDir, POOL), "utf8")
      .split("\n")
      .filter((line) => line.includes(id));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      by: { via: "platform", name: `task ${id}` },
      outcome: "done",
    });
  });

  test("a grant that the guards refuse fails as grant_cancelled, and AWS is not asked", async () => {
    const finished = await done(grant("roots"));
    expect(finished).toMatchObject({
      status: { code: 9 },
      finalState: { case: "error", value: { nonRetryable: true } },
    });
    expect(detailsOf(finished)).toMatchObject([
      {
        reason: "grant_cancelled",
        domain: "github.com/conductorone/baton-sdk",
        metadata: { reason: expect.any(String) },
      },
    ]);
    expect(pool.members("roots", 0, 10).items).toEqual([]);
    const line = readFileSync(auditLogPath(stage.stateDir, POOL), "utf8")
      .split("\n")
      .find((each) => each.includes(finished.taskId));
    expect(line).toContain("refused");
  });
});

describe("without provisioning", () => {
  afterEach(() => stage.close());

  test("every task that changes something fails as it does with the SDK, and AWS is not asked", async () => {
    await open();
    const daemon = stage.start();
    const value = {
      grant: {
        id: "g",
        entitlement: { id: "group:admins:member", resource: group("admins") },
        principal: user,
      },
    };
    const work: readonly Work[] = [
      grant("admins"),
      { case: "revoke", value },
      { case: "createAccount", value: { accountInfo: { login: "ada" } } },
      { case: "createResource", value: { resource: group("new") } },
      { case: "deleteResource", value: { resourceId: user.id } },
      { case: "rotateCredentials", value: { resourceId: user.id } },
    ];
    for (const each of work) {
      expect({ case: each.case, ...(await done(each)) }).toMatchObject({
        status: { code: 9 },
        finalState: { case: "error", value: { nonRetryable: true } },
      });
    }
    const written = stage.cognito.stats.calls.filter(({ operation }) =>
      /^Admin(?!Get|List)|^Create|^Delete/.test(operation),
    );
    expect(written).toEqual([]);
    expect((await stopped(daemon)).code).toBe(0);
  });
});
