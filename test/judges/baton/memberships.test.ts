import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { people } from "../../cognito/definitions.ts";
import { runCli } from "../../support/connector-cli.ts";
import { GRANT, grantRequest, memberOf, REVOKE, resource, revokeRequest } from "../requests.ts";
import { NOBODY, POOL, type Scene, setScene } from "./scene.ts";
import { conformance } from "./tools.ts";

const ODD = 'a:b/"c"🦊';
const MADE = `${POOL}_Google`;

describe("the official Go client, granting and revoking", () => {
  let folder: string;
  let scene: Scene;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "connector-memberships-"));
    const powerful = { name: "powerful", roleArn: "arn:aws:iam::123456789012:role/admins" };
    scene = await setScene(
      { users: people(30, () => ({ groups: ["all"] })), groups: ["all", ODD, "secret", MADE, powerful] },
      { args: ["--groups-deny=secret"] },
    );
  });

  afterAll(async () => {
    await scene.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Syncs the pool into a file, by our own program or by the SDK's syncer; returns the exit code. */
  async function written(kind: "our own" | "sqlite" | "pebble", file: string): Promise<number | null> {
    if (kind === "our own") {
      const url = `--endpoint-url=${scene.cognito.url}`;
      return (await runCli(["sync", `--file=${file}`, `--user-pool-id=${POOL}`, url, "--rate=1000"])).code;
    }
    const to = ["--address", scene.serving.address, "--file", file, "--engine", kind] as const;
    return (await conformance("sync", ...to)).code;
  }

  test.for(["our own", "sqlite", "pebble"] as const)(
    "the SDK's granter and revoker, looking things up in a file of %s making",
    async (kind) => {
      const [joins, leaves] = [scene.someone(), scene.someone()];
      scene.pool.join(leaves.username, ODD);
      const file = join(folder, `${kind}.c1z`);
      expect(await written(kind, file)).toBe(0);
      const grant = {
        kind: "grant",
        file,
        entitlement: `group:${ODD}:member`,
        principalType: "user",
        principal: joins.sub,
      } as const;
      const granted = await scene.serving.client.task(grant);
      expect(granted).toMatchObject({ code: "OK", calls: [{ code: "OK", annotations: [] }] });
      expect(scene.groupsOf(joins)).toContain(ODD);
      expect(await scene.serving.client.task(grant)).toMatchObject({
        code: "OK",
        calls: [{ code: "OK", annotations: ["GrantAlreadyExists"] }],
      });

      const revoke = { kind: "revoke", file, grant: `group:${ODD}:member:user:${leaves.sub}` } as const;
      const revoked = await scene.serving.client.task(revoke);
      expect(revoked).toMatchObject({ code: "OK", calls: [{ code: "OK", annotations: [] }] });
      expect(scene.groupsOf(leaves)).toEqual(["all"]);
      expect(await scene.serving.client.task(revoke)).toMatchObject({
        code: "OK",
        calls: [{ code: "OK", annotations: ["GrantAlreadyRevoked"] }],
      });
    },
  );

  test("a grant comes back as a sync would show it", async () => {
    const user = scene.someone();
    const { reply } = await scene.call(GRANT, grantRequest(ODD, user.sub));
    expect(reply["grants"]).toMatchObject([
      {
        id: `group:${ODD}:member:user:${user.sub}`,
        entitlement: { id: `group:${ODD}:member`, resource: resource("group", ODD) },
        principal: resource("user", user.sub),
      },
    ]);
  });

  test("a revoke whose grant id is the platform's placeholder works by entitlement and principal", async () => {
    const user = scene.someone();
    expect(await scene.call(REVOKE, revokeRequest("all", user.sub))).toMatchObject({
      code: "OK",
      annotations: [],
    });
    expect(scene.groupsOf(user)).toEqual([]);
    const again = await scene.call(REVOKE, revokeRequest("all", user.sub));
    expect(again).toMatchObject({ code: "OK", annotations: ["GrantAlreadyRevoked"] });
  });

  test("two requests at once make one change, and one of the answers says so", async () => {
    const user = scene.someone();
    const [both, writes] = await scene.writesOf(() =>
      Promise.all([
        scene.call(GRANT, grantRequest(ODD, user.sub)),
        scene.call(GRANT, grantRequest(ODD, user.sub)),
      ]),
    );
    expect(both.map(({ code }) => code)).toEqual(["OK", "OK"]);
    expect(both.flatMap(({ annotations }) => annotations)).toEqual(["GrantAlreadyExists"]);
    expect(writes).toEqual(["AdminAddUserToGroup"]);
  });

  test("a deleted user is in no group", async () => {
    const gone = await scene.call(REVOKE, revokeRequest("all", NOBODY));
    expect(gone).toMatchObject({ code: "OK", annotations: ["GrantAlreadyRevoked"] });
  });

  test.for([
    [
      "a group as principal",
      GRANT,
      () => ({ entitlement: memberOf(ODD), principal: resource("group", "all") }),
      "InvalidArgument",
      "principal.id.resource_type",
    ],
    ["no principal", GRANT, () => ({ entitlement: memberOf(ODD) }), "InvalidArgument", "principal"],
    [
      "another slug",
      GRANT,
      () => ({ ...grantRequest(ODD, NOBODY), entitlement: { ...memberOf(ODD), slug: "owner" } }),
      "InvalidArgument",
      "entitlement.slug",
    ],
    [
      "an entitlement of another group",
      GRANT,
      () => ({ ...grantRequest(ODD, NOBODY), entitlement: { ...memberOf(ODD), id: "group:all:member" } }),
      "InvalidArgument",
      "entitlement.id",
    ],
    ["an unknown group", GRANT, (user: string) => grantRequest("nothing", user), "NotFound", "nothing"],
    ["an unknown user", GRANT, () => grantRequest(ODD, NOBODY), "NotFound", NOBODY],
    [
      "a group that the operator denies",
      GRANT,
      (user: string) => grantRequest("secret", user),
      "FailedPrecondition",
      "--groups-deny",
    ],
    [
      "a group with an IAM role",
      GRANT,
      (user: string) => grantRequest("powerful", user),
      "FailedPrecondition",
      "--allow-role-groups",
    ],
    [
      "a group that sign-in manages",
      GRANT,
      (user: string) => grantRequest(MADE, user),
      "FailedPrecondition",
      "Google",
    ],
    [
      "a group that sign-in manages, revoked",
      REVOKE,
      (user: string) => revokeRequest(MADE, user),
      "FailedPrecondition",
      "Google",
    ],
    ["no grant", REVOKE, () => ({}), "InvalidArgument", "grant"],
  ] as const)("%s is refused before anything is written", async ([, method, request, code, names]) => {
    const asked = request(scene.someone().sub);
    const [answer, writes] = await scene.writesOf(() => scene.call(method, asked));
    expect(answer.code).toBe(code);
    expect(answer.message).toContain(names);
    expect(writes).toEqual([]);
  });
});
