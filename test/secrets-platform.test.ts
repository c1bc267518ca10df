// The daemon of the platform prints no secret: not the client secret, an assertion, an access token, or anything of a person.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { person } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { taskId } from "./support/fake-platform-client.ts";
import {
  DESCRIPTION,
  KEY_SECRET,
  leaksBelow,
  leaksIn,
  NAME,
  NEVER_TOLD,
  PASSWORD,
  PHONE,
  type Planted,
  POOL,
  QUOTE,
  SECRETS,
  VALUE,
} from "./support/planted.ts";
import { type PlatformTask, TOKEN } from "./support/platform-server.ts";
import { type PlatformStage, platformStage, stopped } from "./support/platform-stage.ts";
import { said } from "./support/said.ts";

const SUB = "00000000-0000-4000-8000-000000000001";

let stage: PlatformStage;

beforeEach(async () => {
  const attributes = { email: `${VALUE}@example.com`, name: VALUE, phone_number: PHONE };
  const users = [person(1, { username: NAME, sub: SUB, attributes, groups: ["all"] })];
  const groups = [{ name: "all", description: DESCRIPTION }];
  stage = await platformStage(POOL, createPool({ id: POOL, users, groups }));
});

afterEach(() => stage.close());

const group = { id: { resourceType: "group", resource: "all" } };
const entitlement = { id: "group:all:member", resource: group };
const user = (resource: string) => ({ id: { resourceType: "user", resource } });
const credentialOptions = {
  options: {
    case: "encryptedPassword" as const,
    value: { encryptedPasswords: [{ encryptedBytes: Buffer.from(PASSWORD) }] },
  },
};

const WORK: readonly NonNullable<PlatformTask["taskType"]>[] = [
  { case: "syncFull", value: {} },
  { case: "grant", value: { entitlement, principal: user(SUB) } },
  { case: "grant", value: { entitlement, principal: user(NAME) } },
  { case: "revoke", value: { grant: { entitlement, principal: user(SUB) } } },
  { case: "actionInvoke", value: { name: "disable_user", args: { user_id: SUB } } },
  { case: "actionInvoke", value: { name: "enable_user", args: { user_id: VALUE } } },
  {
    case: "createAccount",
    value: { accountInfo: { login: "zqlogin", profile: { nickname: VALUE, phone_number: PHONE } } },
  },
  {
    case: "createAccount",
    value: { accountInfo: { login: "zqlogin2", profile: { nickname: VALUE } }, credentialOptions },
  },
  { case: "deleteResource", value: { resourceId: user(SUB).id } },
];

/** A key, a token and a part of an assertion, each as what a leak would hold of it. */
function proofs(): readonly Planted[] {
  const encoded = stage.platform.clientSecret.split(":").at(-1) ?? "";
  const jwk: unknown = JSON.parse(Buffer.from(encoded, "base64url").toString());
  const d = String(Reflect.get(Object(jwk), "d"));
  return [
    { what: "client secret", marker: encoded.slice(0, 40) },
    { what: "private key", marker: d, whole: d },
    { what: "access token", marker: TOKEN, whole: TOKEN },
    ...stage.platform.assertions.map((assertion) => ({ what: "assertion", marker: assertion.slice(-40) })),
  ];
}

describe("mark 54: the daemon prints no secret", () => {
  test.for(["debug", "info"])("at the level %s, whatever the platform and AWS answer", async (level) => {
    const { platform, cognito } = stage;
    platform.nextPollMs = 0;
    platform.faults.token.push({ status: 500, quotes: true }, { quotes: true });
    platform.faults.Hello.push({ status: 13, quotes: true });
    platform.faults.GetTask.push({ status: 16, quotes: true }, { status: 13, quotes: true });
    platform.faults.Heartbeat.push({ status: 14, quotes: true });
    platform.faults.UploadAsset.push({ status: 13, quotes: true });
    platform.faults.FinishTask.push({ status: 13, quotes: true });
    const error = { name: "InvalidParameterException", message: QUOTE };
    for (const operation of ["AdminAddUserToGroup", "AdminCreateUser", "AdminDisableUser"]) {
      cognito.script({ operation, error, times: 2 });
    }
    const daemon = stage.start({ AWS_SECRET_ACCESS_KEY: KEY_SECRET }, [
      "--provisioning",
      "--health-check",
      "--health-check-port",
      "0",
      `--log-level=${level}`,
    ]);
    const { address } = JSON.parse(await said(daemon, "serving health and metrics"));
    const tasks = [...WORK, ...WORK].map(
      (taskType, index): PlatformTask => ({ id: taskId(`t${index}x`), taskType }),
    );
    platform.tasks.push(...tasks);
    await platform.until(() => platform.tasks.length === 0);
    await platform.until(() => platform.finished.length >= tasks.length - 2);
    const pages = await Promise.all(
      ["metrics", "ready", "health", "live"].map(async (path) =>
        (await fetch(`http://${address}/${path}`)).text(),
      ),
    );
    const { code, stdout, stderr } = await stopped(daemon);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain("*** is bad");
    // Names of people are in the log at debug only.
    const told = NEVER_TOLD.filter(({ marker }) => level !== "debug" || marker !== NAME);
    expect([
      ...leaksIn("the log", stderr, [...told, ...proofs()]),
      ...leaksIn("stdout", stdout, [...NEVER_TOLD, ...proofs()]),
      ...leaksIn("a page", pages.join("\n"), [...NEVER_TOLD, ...proofs()]),
      ...leaksBelow(stage.stateDir, [...SECRETS, ...proofs()]),
    ]).toEqual([]);
  });

  test.for([
    [{ status: 401, quotes: true }, 16],
    [{ status: 403, quotes: true }, 16],
    [{ body: '{"access_token":"zq\\nx"}' }, 16],
  ] as const)("when the token endpoint ends it with %o", async ([fault, code]) => {
    stage.platform.faults.token.push(fault);
    const ended = await stage.start({}, ["--log-level", "debug"]).result;
    expect(ended).toMatchObject({ code });
    expect(leaksIn("the output", ended.stderr + ended.stdout, [...NEVER_TOLD, ...proofs()])).toEqual([]);
  });
});
