import { describe, expect, test } from "vitest";
import { federatedPerson, linkedPerson, person } from "../../test/cognito/definitions.ts";
import { never, refusal } from "../../test/support/adapter.ts";
import { asked, createStage, dryRun } from "../../test/support/provision-stage.ts";
import { answerOf, byId, byText, USER_CHANGES, wholeState } from "../../test/support/user-changes.ts";

describe("an answer about somebody else is no answer about this one", () => {
  function linked() {
    const [local, external] = linkedPerson(1, "Google");
    const groups = ["old", "new"];
    const stage = createStage({
      groups,
      users: [
        { ...local, username: "mona", groups: ["old"] },
        { ...external, groups: ["old"] },
      ],
    });
    const profile = stage.pool.allUsers().find(({ federated }) => federated);
    if (profile === undefined) throw new Error("no profile");
    return { stage, profile, localSub: stage.pool.stored("mona")?.sub ?? "" };
  }

  test.for(Object.entries(USER_CHANGES).filter(([, [status]]) => status === "CONFIRMED"))(
    "%s of a linked profile is refused, names the local user, and changes neither",
    async ([, [, change]]) => {
      const { stage, profile, localSub } = linked();
      for (const [ref, userIdKind] of [
        [byText(profile.username), "sub"],
        [byText(profile.sub), "sub"],
        [byId(profile.sub), "sub"],
        [byId(profile.username), "username"],
      ] as const) {
        const before = wholeState(stage);
        const { provisioner } = stage.process({ userIdKind });
        const refused = await refusal(change(provisioner, ref));
        expect(refused).toMatchObject({ code: "failed-precondition", reason: "user-state" });
        expect(refused.message).toContain(localSub);
        expect(wholeState(stage)).toBe(before);
      }
    },
  );

  test("the local user of a linked profile is changed, and the profile is not", async () => {
    const { stage, profile, localSub } = linked();
    expect(await stage.provisioner.revoke(byText("mona"), "old", asked, never)).toMatchObject({
      outcome: "done",
      result: { user: { sub: localSub } },
    });
    expect(stage.pool.groupsOf(profile.username, 0, 9).items.map(({ name }) => name)).toContain("old");
  });

  test("a federated profile that nobody is linked to is changed like every other user", async () => {
    const stage = createStage({
      groups: ["old"],
      users: [federatedPerson(1, "Google", { groups: ["old"] })],
    });
    const [profile] = stage.pool.allUsers();
    const outcome = await stage.provisioner.revoke(byText(profile?.username ?? ""), "old", asked, never);
    expect(outcome.outcome).toBe("done");
  });

  test("an account whose username another one has now is gone", async () => {
    const stage = createStage({
      users: [person(1, { username: "ann" })],
      consistency: { deletedListed: { ms: 60_000 } },
    });
    const sub = stage.pool.stored("ann")?.sub ?? "";
    stage.pool.deleteUser("ann");
    stage.pool.addUser(person(2, { username: "ann" }));
    expect(await stage.provisioner.deleteUser(byId(sub), asked, never)).toMatchObject({
      outcome: "nothing-to-do",
    });
    expect(stage.pool.stored("ann")).toBeDefined();
  });

  test("an account that was made a moment ago is not gone, although no read shows it yet", async () => {
    const lag = { ms: 2_000 };
    const stage = createStage({ consistency: { createdUnlisted: { ms: 60_000 }, createdUnreadable: lag } });
    const { provisioner } = stage;
    const request = { login: "ann", emails: [], profile: new Map(), credential: { kind: "none" } as const };
    const { result } = await provisioner.createAccount(request, asked, never);
    const deleted = await provisioner.deleteUser(byId(result.user?.sub ?? ""), asked, never);
    expect(deleted).toMatchObject({ outcome: "done" });
    expect(stage.pool.allUsers()).toEqual([]);
  });

  test("an account that only the listing or only a read shows yet is found", async () => {
    for (const consistency of [{ createdUnlisted: { ms: 60_000 } }, { createdUnreadable: { ms: 2_000 } }]) {
      const stage = createStage({ consistency });
      const { sub } = stage.pool.addUser(person(1, { username: "ann" }));
      expect(await stage.provisioner.deleteUser(byId(sub), asked, never)).toMatchObject({ outcome: "done" });
    }
  });
});

describe("a name that no account can have is refused before any read, and what cannot be seen in it is shown", () => {
  test.for([
    ["bob ", "…<U+0020>"],
    [" bob", "<U+0020>…"],
    ["bob\u00a0", "…<U+00A0>"],
    ["\u200bbob", "<U+200B>…"],
    ["bo\u200db", "…<U+200D>…"],
    ["bob\ufeff", "…<U+FEFF>"],
    ["bob\t", "…<U+0009>"],
    ["bob\n", "…<U+000A>"],
    ["bob\u202e", "…<U+202E>"],
    ["bob\u00ad", "…<U+00AD>"],
    [" ", "<U+0020>"],
    ["\u3000", "<U+3000>"],
  ] as const)("%j", async ([name, shown]) => {
    const stage = createStage({ users: [person(1, { username: "bob" })], groups: ["new"] });
    for (const [kind, [, change]] of Object.entries(USER_CHANGES)) {
      for (const ref of [byText(name), byId(name)]) {
        const refused = await refusal(change(stage.provisioner, ref));
        expect([kind, refused.code]).toEqual([kind, "invalid-argument"]);
        expect(refused.message).toContain(shown);
        expect(refused.message).not.toContain("bob");
      }
    }
    expect(stage.cognito.stats.calls).toEqual([]);
  });
});

describe("a username that no filter can contain is found all the same", () => {
  test.for([
    ["a backslash", "DOMAIN\\jdoe"],
    ["a federated name with a backslash", "ADFS_DOMAIN\\jdoe"],
    ["quotes", 'jane"the"doe'],
    ["quotes at both ends", '"jane"'],
    ["backslash and quote", '\\"'],
    ["128 characters", "x".repeat(128)],
    ["128 quotes", '"'.repeat(128)],
    ["128 emoji", "🦊".repeat(128)],
    ["emoji with a selector", "❤️"],
    ["the form of a sub", "5c1e0000-0000-4000-8000-0000000000ff"],
    ["the form of an e-mail address", "nobody@example.com"],
    ["the form of a phone number", "+15559999999"],
    ["a leading minus", "-rf"],
    ["the form of a filter", 'x"or"y="z'],
    ["another script", "зоя"],
    ["a combining mark", "zoe\u0308"],
  ] as const)("%s", async ([, username]) => {
    for (const [kind, [status, change]] of Object.entries(USER_CHANGES)) {
      const stage = createStage({
        groups: ["old", "new"],
        users: [
          person(1, { username, status, enabled: kind !== "enable-user", groups: ["old"], mfa: ["SMS_MFA"] }),
        ],
      });
      expect([kind, await answerOf(change(stage.provisioner, byText(username)))]).toEqual([kind, "done"]);
    }
  });

  test("and when nobody has it, the account is gone", async () => {
    const stage = createStage({ users: [person(1)] });
    const outcome = await stage.provisioner.deleteUser(byText("DOMAIN\\jdoe"), asked, never);
    expect(outcome).toMatchObject({ outcome: "nothing-to-do" });
  });

  test("an e-mail address that no filter can contain is refused: nothing shows whether an account has it", async () => {
    const stage = createStage({ users: [person(1)] });
    const refused = await refusal(stage.provisioner.deleteUser(byText('"a\\b"@example.com'), asked, never));
    expect(refused).toMatchObject({ code: "invalid-argument", reason: "not-searchable" });
  });
});

describe("a change of a person who is not there", () => {
  test("has its line in the audit log, with a digest of the name", async () => {
    const stage = createStage({ users: [person(1)], groups: ["new"] });
    for (const ref of [byText("nobody@example.com"), byId("00000000-0000-4000-8000-000000000000")]) {
      const refused = await refusal(stage.provisioner.grant(ref, "new", asked, never));
      expect(refused).toMatchObject({ code: "not-found", reason: "user-gone" });
    }
    expect(stage.audit.records).toMatchObject([
      { kind: "grant", outcome: "refused", code: "not-found", target: { group: "new" } },
      { kind: "grant", outcome: "refused", target: { user: "00000000-0000-4000-8000-000000000000" } },
    ]);
    expect(stage.audit.records[0]?.target.loginSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(stage.audit.records)).not.toContain("nobody@");
  });

  test("as a dry run has none", async () => {
    const stage = createStage({ users: [person(1)] });
    await refusal(stage.provisioner.enableUser(byText("nobody"), dryRun, never));
    expect(stage.audit.records).toEqual([]);
  });
});
