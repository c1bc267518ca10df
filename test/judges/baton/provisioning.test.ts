import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { people } from "../../cognito/definitions.ts";
import { atStart } from "../../cognito/pool-reader.ts";
import { runCli } from "../../support/connector-cli.ts";
import {
  CREATE_RESOURCE,
  DELETE,
  DELETE_V2,
  DRY_RUN,
  GRANT,
  grantRequest,
  REVOKE,
  ROTATE,
  random,
  resource,
  resourceId,
  revokeRequest,
} from "../requests.ts";
import { NOBODY, POOL, type Scene, setScene } from "./scene.ts";

// The official client sends the requests, and the records of the scripted server are the evidence.
describe("the official Go client, changing the pool", () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await setScene({
      users: people(30, () => ({ groups: ["all"] })),
      groups: ["all", "few"],
    });
  });

  afterAll(() => scene.close());

  describe("credentials", () => {
    test("a rotated password opens with every kind of key, and is the password in the pool", async () => {
      const user = scene.someone();
      const keys = ["ed25519", "p256", "p384", "p521", "rsa", "age", "age-hybrid"] as const;
      const request = { ...resourceId("user", user.sub), credential_options: random(24) };
      const answer = await scene.call(ROTATE, request, { keys });
      expect(answer.code).toBe("OK");
      expect(answer.opened.map(({ key }) => key)).toEqual(keys);
      const texts = new Set(answer.opened.map(({ text }) => text));
      expect([...texts]).toEqual([user.passwords[0]]);
      expect(user.passwords[0]).toHaveLength(24);
      expect(user.status).toBe("CONFIRMED");
      expect(answer.reply).toMatchObject(resourceId("user", user.sub));

      const again = await scene.call(ROTATE, request, { keys: ["age"] });
      expect(again.opened[0]?.text).toBe(user.passwords[0]);
      expect(user.passwords).toHaveLength(2);
    });

    test("the SDK's rotator works", async () => {
      const user = scene.someone();
      const rotated = await scene.serving.client.task({
        kind: "rotate",
        resourceType: "user",
        resource: user.sub,
      });
      expect(rotated).toMatchObject({ code: "OK", calls: [{ code: "OK" }] });
      expect(user.passwords[0]).toHaveLength(20);
    });

    test("a password to be changed at the next sign-in leaves the account waiting for that", async () => {
      const user = scene.someone();
      const credential_options = { ...random(), force_change_at_next_login: true };
      const { opened } = await scene.call(
        ROTATE,
        { ...resourceId("user", user.sub), credential_options },
        { keys: ["p256"] },
      );
      expect(opened[0]?.text).toBe(user.passwords[0]);
      expect(user.status).toBe("FORCE_CHANGE_PASSWORD");
    });

    const brokenKey = { jwk_public_key_config: { pub_key: Buffer.from("{}").toString("base64") } };
    test.for([
      ["no key to encrypt it to", { credential_options: random() }, "InvalidArgument", "encryption_configs"],
      [
        "a key that is not one",
        { credential_options: random(), encryption_configs: [brokenKey] },
        "InvalidArgument",
        "encryption_configs",
      ],
      ["no password at all", { credential_options: { no_password: {} } }, "InvalidArgument", "no_password"],
      ["a password of seven characters", { credential_options: random(7) }, "InvalidArgument", "length"],
      [
        "a chosen password, without a client secret",
        {
          credential_options: { encrypted_password: { encrypted_passwords: [{ provider: "baton/jwk/v1" }] } },
        },
        "InvalidArgument",
        "client-secret",
      ],
    ] as const)(
      "a rotation with %s is refused, and the old password stays",
      async ([, request, code, names]) => {
        const user = scene.someone();
        const [answer, writes] = await scene.writesOf(() =>
          scene.call(ROTATE, { ...resourceId("user", user.sub), ...request }),
        );
        expect(answer.code).toBe(code);
        expect(answer.message.toLowerCase()).toContain(names);
        expect(writes).toEqual([]);
      },
    );

    test("the credential of a missing user is not found, and a group has none", async () => {
      const request = { credential_options: random() };
      const nobody = await scene.call(
        ROTATE,
        { ...resourceId("user", NOBODY), ...request },
        { keys: ["age"] },
      );
      expect(nobody.code).toBe("NotFound");
      const group = await scene.call(
        ROTATE,
        { ...resourceId("group", "all"), ...request },
        { keys: ["age"] },
      );
      expect(group.code).toBe("Unimplemented");
    });
  });

  describe("groups and deletions", () => {
    test("a group is made with a precedence of 0, shows as in a sync, and is deleted once", async () => {
      const request = {
        resource: {
          ...resource("group", "new team"),
          description: "Made by the judge",
          profile: { precedence: 0 },
        },
      };
      const made = await scene.call(CREATE_RESOURCE, {
        resource: { ...request.resource, ...resource("group", "new-team") },
      });
      expect(made.code).toBe("OK");
      expect(made.reply["created"]).toMatchObject({
        ...resource("group", "new-team"),
        display_name: "new-team",
      });
      expect(scene.pool.findGroup("new-team")).toMatchObject({
        description: "Made by the judge",
        precedence: 0,
      });
      // Group names have no white space.
      expect((await scene.call(CREATE_RESOURCE, request)).code).toBe("InvalidArgument");

      for (const [method, writes] of [
        [DELETE, ["DeleteGroup"]],
        [DELETE_V2, []],
        [DELETE, []],
      ] as const) {
        const [answer, seen] = await scene.writesOf(() =>
          scene.call(method, resourceId("group", "new-team")),
        );
        expect([answer.code, seen]).toEqual(["OK", writes]);
        expect(scene.pool.findGroup("new-team")).toBeUndefined();
      }
    });

    test("the same group twice exists once, and a different one with its name is refused", async () => {
      const wanted = { resource: { ...resource("group", "twice"), profile: { precedence: 3 } } };
      expect((await scene.call(CREATE_RESOURCE, wanted)).code).toBe("OK");
      const [again, writes] = await scene.writesOf(() => scene.call(CREATE_RESOURCE, wanted));
      expect([again.code, writes]).toEqual(["OK", []]);
      const other = { resource: { ...resource("group", "twice"), profile: { precedence: 4 } } };
      expect((await scene.call(CREATE_RESOURCE, other)).code).toBe("AlreadyExists");
      expect(scene.pool.findGroup("twice")?.precedence).toBe(3);
    });

    test("deleting a group removes its memberships and no others", async () => {
      const user = scene.someone();
      await scene.call(CREATE_RESOURCE, { resource: resource("group", "short-lived") });
      await scene.call(GRANT, grantRequest("short-lived", user.sub));
      expect(scene.groupsOf(user)).toEqual(["all", "short-lived"]);
      expect((await scene.call(DELETE_V2, resourceId("group", "short-lived"))).code).toBe("OK");
      expect(scene.groupsOf(user)).toEqual(["all"]);
    });

    test("the SDK's deleter deletes an account, and the second time reports that it is done", async () => {
      const user = scene.someone();
      const members = scene.pool.members("all", atStart, 1000).items.length;
      const task = { kind: "delete", resourceType: "user", resource: user.sub } as const;
      for (const writes of [["AdminDeleteUser"], []]) {
        const [answer, made] = await scene.writesOf(() => scene.serving.client.task(task));
        expect([answer.code, made]).toEqual(["OK", writes]);
        expect(scene.pool.stored(user.username)).toBeUndefined();
      }
      expect(scene.pool.members("all", atStart, 1000).items).toHaveLength(members - 1);
      expect((await scene.call(DELETE_V2, resourceId("user", user.sub))).code).toBe("OK");
    });

    test("other types are not offered", async () => {
      for (const method of [DELETE, DELETE_V2]) {
        expect((await scene.call(method, resourceId("role", "x"))).code).toBe("Unimplemented");
      }
      expect((await scene.call(CREATE_RESOURCE, { resource: resource("role", "x") })).code).toBe(
        "Unimplemented",
      );
      expect((await scene.call(CREATE_RESOURCE, { resource: resource("user", "x") })).code).toBe(
        "InvalidArgument",
      );
    });
  });

  test("a dry run of everything changes nothing, and names the calls that it would make", async () => {
    const user = scene.someone();
    const keys = { keys: ["ed25519"] as const };
    const [answers, writes] = await scene.writesOf(() =>
      Promise.all([
        scene.call(GRANT, grantRequest("few", user.sub), DRY_RUN),
        scene.call(REVOKE, revokeRequest("all", user.sub), DRY_RUN),
        scene.call(
          ROTATE,
          { ...resourceId("user", user.sub), credential_options: random() },
          { ...DRY_RUN, ...keys },
        ),
        scene.call(CREATE_RESOURCE, { resource: resource("group", "never") }, DRY_RUN),
        scene.call(DELETE, resourceId("user", user.sub), DRY_RUN),
        scene.call(DELETE_V2, resourceId("group", "all"), DRY_RUN),
      ]),
    );
    expect(writes).toEqual([]);
    expect(answers.map(({ code, reply }) => [code, reply["annotations"]])).toEqual(
      [
        "AdminAddUserToGroup",
        "AdminRemoveUserFromGroup",
        "AdminSetUserPassword",
        "CreateGroup",
        "AdminDeleteUser",
        "DeleteGroup",
      ].map((operation) => [
        "OK",
        [
          {
            "@type": "type.googleapis.com/google.protobuf.Struct",
            value: { dry_run: true, would_call: [operation] },
          },
        ],
      ]),
    );
    expect(scene.groupsOf(user)).toEqual(["all"]);
    expect(user.passwords).toEqual([]);
  });

  test("every change is in the audit log, whose hash chain is intact", async () => {
    const kinds = new Set(scene.serving.audit().map(({ kind }) => kind));
    for (const kind of ["grant", "rotate-credential", "create-group", "delete-group", "delete-user"]) {
      expect(kinds).toContain(kind);
    }
    const verified = await runCli([
      "audit",
      "verify",
      `--state-dir=${scene.serving.dir}`,
      `--user-pool-id=${POOL}`,
    ]);
    expect(verified).toMatchObject({ code: 0 });
  });
});
