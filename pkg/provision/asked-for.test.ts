// What a caller adds to a change: the reason, metadata for the triggers of the pool, the way of the invitation.
import { describe, expect, test } from "vitest";
import { person } from "../../test/cognito/definitions.ts";
import { never } from "../../test/support/adapter.ts";
import { asked, createStage, killedAt, type Stage } from "../../test/support/provision-stage.ts";
import type { GovernanceError } from "../core/errors.ts";
import type { Provisioner, WriteContext } from "./provisioner.ts";

const byText = (value: string) => ({ by: "text", value }) as const;
const JUSTIFIED: WriteContext = { ...asked, justification: "CHG-4711: leaves the company" };
const METADATA = new Map([["ticket", "4711"]]);

function stage(): Stage {
  return createStage({
    users: [
      person(0, { username: "ann", status: "CONFIRMED" }),
      person(1, {
        username: "bob",
        status: "FORCE_CHANGE_PASSWORD",
        attributes: { phone_number: "+4915112345678" },
      }),
      person(2, { username: "new", status: "UNCONFIRMED" }),
    ],
    groups: ["readers"],
  });
}

const account = (profile: Record<string, unknown>) => ({
  login: "carl",
  emails: ["carl@example.com"],
  profile: new Map(Object.entries(profile)),
  credential: { kind: "none" } as const,
});

async function refusal(work: Promise<unknown>): Promise<GovernanceError> {
  return await work.then(
    () => {
      throw new Error("it was not refused");
    },
    (error: GovernanceError) => error,
  );
}

describe("the reason of a change", () => {
  test("is in its audit line", async () => {
    const { provisioner, audit } = stage();
    await provisioner.disableUser(byText("ann"), { signOut: true }, JUSTIFIED, never);
    expect(audit.records.at(-1)).toMatchObject({
      kind: "disable-user",
      outcome: "done",
      justification: "CHG-4711: leaves the company",
    });
  });

  test("is in the audit line of a change that was refused, and of one with nothing to do", async () => {
    const { provisioner, audit } = stage();
    await refusal(provisioner.grant(byText("ann"), "nowhere", JUSTIFIED, never));
    await provisioner.enableUser(byText("ann"), JUSTIFIED, never);
    expect(audit.records.map(({ outcome, justification }) => [outcome, justification])).toEqual([
      ["refused", JUSTIFIED.justification],
      ["nothing-to-do", JUSTIFIED.justification],
    ]);
  });

  test("outlives the process: the recovery of a killed change writes it", async () => {
    const one = stage();
    await killedAt(one, 1, "after", ({ provisioner }) =>
      provisioner.disableUser(byText("ann"), { signOut: false }, JUSTIFIED, never),
    );
    expect(one.audit.records.at(-1)).toMatchObject({
      requester: { via: "recovery" },
      justification: "CHG-4711: leaves the company",
    });
  });
});

describe("client metadata", () => {
  const context = { ...asked, clientMetadata: METADATA };
  test.for<[string, string, (p: Provisioner) => Promise<unknown>]>([
    ["AdminCreateUser", "an account", (p) => p.createAccount(account({}), context, never)],
    [
      "AdminCreateUser",
      "an invitation that is sent again",
      (p) => p.resendInvitation(byText("bob"), { deliverBy: undefined }, context, never),
    ],
    [
      "AdminUpdateUserAttributes",
      "attributes",
      (p) =>
        p.updateAttributes(byText("ann"), { set: new Map([["nickname", "A"]]), remove: [] }, context, never),
    ],
    ["AdminResetUserPassword", "a password reset", (p) => p.resetPassword(byText("ann"), context, never)],
    ["AdminConfirmSignUp", "a confirmation", (p) => p.confirmSignUp(byText("new"), context, never)],
  ])("goes out with %s for %s", async ([operation, , change]) => {
    const { provisioner, cognito } = stage();
    await change(provisioner);
    const call = cognito.stats.calls.find((one) => one.operation === operation);
    expect(call?.input).toMatchObject({ ClientMetadata: { ticket: "4711" } });
  });

  test("is in no audit line and in no journal entry", async () => {
    const one = stage();
    await one.provisioner.resetPassword(
      byText("ann"),
      { ...asked, clientMetadata: new Map([["ticket", "planted-value"]]) },
      never,
    );
    expect(JSON.stringify([one.audit.records, one.disk])).not.toContain("planted-value");
  });
});

describe("the way of an invitation", () => {
  const invited = (deliverInviteBy?: string, more: Record<string, unknown> = {}) =>
    account({
      sendInviteEmail: true,
      ...(deliverInviteBy === undefined ? {} : { deliverInviteBy }),
      ...more,
    });
  const PHONE = { phone_number: "+4915112345679" };

  test.for<[string | undefined, readonly string[]]>([
    [undefined, ["EMAIL"]],
    ["EMAIL", ["EMAIL"]],
    ["SMS", ["SMS"]],
    ["both", ["EMAIL", "SMS"]],
  ])("%s becomes %s", async ([word, mediums]) => {
    const { provisioner, cognito } = stage();
    await provisioner.createAccount(invited(word, PHONE), asked, never);
    const call = cognito.stats.calls.find(({ operation }) => operation === "AdminCreateUser");
    expect(call?.input).toMatchObject({ DesiredDeliveryMediums: mediums });
  });

  test.for<[string, Record<string, unknown>, string]>([
    ["SMS", {}, "has no phone number to send an invitation to by SMS"],
    ["both", {}, "has no phone number to send an invitation to by SMS"],
    ["pigeon", PHONE, "must be EMAIL, SMS or both"],
  ])(
    "%s is refused before the account is made, where it cannot reach the person",
    async ([word, more, problem]) => {
      const one = stage();
      const refused = await refusal(one.provisioner.createAccount(invited(word, more), asked, never));
      expect(refused).toMatchObject({ code: "invalid-argument" });
      expect(refused.message).toContain(problem);
      expect(refused.message).not.toContain("pigeon");
      expect(one.writes()).toEqual([]);
    },
  );

  test("SMS is refused where the pool cannot send any", async () => {
    const one = createStage({ sendsSms: false });
    const refused = await refusal(one.provisioner.createAccount(invited("SMS", PHONE), asked, never));
    expect(refused.message).toContain("the pool has no SMS configuration");
    expect(one.writes()).toEqual([]);
  });

  test("without an invitation is refused: it would be silently left out", async () => {
    const one = stage();
    const refused = await refusal(
      one.provisioner.createAccount(account({ deliverInviteBy: "EMAIL" }), asked, never),
    );
    expect(refused.message).toContain("no invitation is asked for");
  });

  test("holds for an invitation that is sent again", async () => {
    const one = stage();
    await one.provisioner.resendInvitation(byText("bob"), { deliverBy: ["SMS"] }, asked, never);
    const call = one.cognito.stats.calls.find(({ operation }) => operation === "AdminCreateUser");
    expect(call?.input).toMatchObject({ MessageAction: "RESEND", DesiredDeliveryMediums: ["SMS"] });
  });
});
