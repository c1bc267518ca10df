import { describe, expect, test } from "vitest";
import { person } from "../../test/cognito/definitions.ts";
import type { PoolDefinition } from "../../test/cognito/pool.ts";
import type { StoredUser } from "../../test/cognito/stored-user.ts";
import { never, refusal } from "../../test/support/adapter.ts";
import { asked, createStage, type Stage } from "../../test/support/provision-stage.ts";
import { answerOf, byId, byText, USER_CHANGES, wholeState } from "../../test/support/user-changes.ts";

const POOLS: Readonly<Record<string, Partial<PoolDefinition>>> = {
  "usernames, cases apart": {},
  "usernames in any case": { caseSensitive: false },
  "e-mail addresses as usernames": { usernameAttributes: ["email"] },
  "e-mail addresses as usernames in any case": { usernameAttributes: ["email"], caseSensitive: false },
  "phone numbers as usernames": { usernameAttributes: ["phone_number"] },
  "e-mail addresses or phone numbers as usernames": { usernameAttributes: ["email", "phone_number"] },
  "e-mail aliases": { aliasAttributes: ["email"] },
  "phone aliases": { aliasAttributes: ["phone_number"] },
  "preferred usernames as aliases": { aliasAttributes: ["preferred_username"] },
  "every alias, in any case": {
    aliasAttributes: ["email", "phone_number", "preferred_username"],
    caseSensitive: false,
  },
};

const SUB = "5c1e0000-0000-4000-8000-00000000abcd";

const NAMES: Readonly<Record<string, (mona: StoredUser) => string>> = {
  sub: ({ sub }) => sub,
  "sub in upper case": ({ sub }) => sub.toUpperCase(),
  username: ({ username }) => username,
  "username in upper case": ({ username }) => username.toUpperCase(),
  "e-mail address": () => "mona@example.com",
  "e-mail address in upper case": () => "MONA@EXAMPLE.COM",
  "phone number": () => "+15550101088",
  "phone number with dashes": () => "+1-555-010-1088",
  "phone number without plus": () => "15550101088",
  "phone number with 00": () => "0015550101088",
  "phone number with a trunk 0": () => "+1(0)555-0101088",
  "preferred username": () => "mo",
};

function withMona(pool: Partial<PoolDefinition>, verified: boolean, status: string, enabled: boolean): Stage {
  const { usernameAttributes = [] } = pool;
  const username = usernameAttributes.includes("email")
    ? "mona@example.com"
    : usernameAttributes.includes("phone_number")
      ? "+15550101088"
      : "mona";
  return createStage({
    ...pool,
    groups: ["old", "new"],
    users: [
      person(1, {
        username,
        sub: SUB,
        status,
        enabled,
        groups: ["old"],
        mfa: ["SMS_MFA"],
        attributes: {
          email: "mona@example.com",
          email_verified: String(verified),
          phone_number: "+15550101088",
          phone_number_verified: String(verified),
          preferred_username: "mo",
        },
      }),
      person(2, { username: usernameAttributes.length === 0 ? "other" : SUB.replace("abcd", "0002") }),
    ],
  });
}

function mona({ pool }: Stage): StoredUser {
  const user = pool.allUsers().find(({ sub }) => sub === SUB);
  if (user === undefined) throw new Error("mona is not in the pool");
  return user;
}

describe("a person who is in the pool is found and changed, or the change is refused with the cause", () => {
  const cases = Object.entries(POOLS).flatMap(([pool, definition]) =>
    Object.entries(NAMES).flatMap(([name, nameOf]) =>
      [true, false].map((verified) => ({ pool, definition, name, nameOf, verified })),
    ),
  );

  test.for(cases)("$pool: $name (verified: $verified)", async ({ definition, nameOf, verified }) => {
    const wrong: string[] = [];
    for (const [kind, [status, change]] of Object.entries(USER_CHANGES)) {
      for (const [way, refOf, userIdKind] of [
        ["text", byText, "sub"],
        ["id sub", byId, "sub"],
        ["id username", byId, "username"],
      ] as const) {
        const stage = withMona(definition, verified, status, kind !== "enable-user");
        const { provisioner } = stage.process({ userIdKind });
        const before = wholeState(stage);
        const answer = await answerOf(change(provisioner, refOf(nameOf(mona(stage)))));
        const isChanged = wholeState(stage) !== before || kind === "reset-mfa";
        const isRefused = answer !== "done" && answer !== "nothing-to-do" && answer !== "internal";
        const isRight = answer === "done" ? isChanged : isRefused && wholeState(stage) === before;
        if (!isRight) wrong.push(`${kind} by ${way}: ${answer}`);
        if (stage.audit.records.length !== 1)
          wrong.push(`${kind} by ${way}: ${stage.audit.records.length} lines`);
      }
    }
    expect(wrong).toEqual([]);
  });

  const found: readonly (readonly [pool: string, names: readonly string[]])[] = Object.keys(POOLS).map(
    (pool) => [
      pool,
      [
        "sub",
        "sub in upper case",
        "username",
        "e-mail address",
        "e-mail address in upper case",
        "phone number",
        "preferred username",
      ],
    ],
  );

  test.for(found)("%s: is found by every name that a person signs in by", async ([pool, names]) => {
    for (const name of names) {
      const stage = withMona(POOLS[pool] ?? {}, true, "CONFIRMED", true);
      const outcome = await stage.provisioner.deleteUser(
        byText(NAMES[name]?.(mona(stage)) ?? ""),
        asked,
        never,
      );
      expect([name, outcome.outcome, outcome.result.user?.sub]).toEqual([name, "done", SUB]);
    }
  });

  test("in a pool that ignores case the username is found in any case, and elsewhere refused", async () => {
    const anyCase = withMona({ caseSensitive: false }, true, "CONFIRMED", true);
    expect(await anyCase.provisioner.deleteUser(byText("MONA"), asked, never)).toMatchObject({
      outcome: "done",
    });
    const apart = withMona({}, true, "CONFIRMED", true);
    const refused = await refusal(apart.provisioner.deleteUser(byText("MONA"), asked, never));
    expect(refused).toMatchObject({ code: "invalid-argument" });
    expect(refused.message).toContain(SUB);
  });

  test.for([
    ["Mona@Example.com", "an e-mail address"],
    ["MO", "a preferred username"],
  ] as const)(
    "%s: where searches tell the cases apart, %s in another case is refused with a hint",
    async ([name]) => {
      const stage = withMona({}, true, "CONFIRMED", true);
      const directory = {
        ...stage.directory,
        findUsers: async (...[attribute, value, signal]: Parameters<Stage["directory"]["findUsers"]>) =>
          value === value.toLowerCase() ? await stage.directory.findUsers(attribute, value, signal) : [],
      };
      const { provisioner } = stage.process({ directory });
      const refused = await refusal(provisioner.deleteUser(byText(name), asked, never));
      expect(refused).toMatchObject({
        code: "invalid-argument",
        message: `user: user ${SUB} has this name in lower case`,
      });
    },
  );

  test.for([
    ["composed", "zo\u00eb", "zoe\u0308"],
    ["decomposed", "zoe\u0308", "zo\u00eb"],
  ] as const)(
    "whose username has %s accents is refused with a hint by the other form",
    async ([, is, typed]) => {
      const stage = createStage({
        groups: ["old"],
        users: [person(1, { username: is, sub: SUB, groups: ["old"] })],
      });
      for (const change of [
        stage.provisioner.deleteUser(byText(typed), asked, never),
        stage.provisioner.revoke(byText(typed), "old", asked, never),
      ]) {
        const refused = await refusal(change);
        expect(refused).toMatchObject({ code: "invalid-argument" });
        expect(refused.message).toContain(
          `user ${SUB} has this name with its accents in another Unicode form`,
        );
      }
      expect(stage.pool.stored(is)).toBeDefined();
    },
  );
});
