import { describe, expect, test } from "vitest";
import { oktaUser } from "../../test/support/scim-clients.ts";
import { scimCall, scimRefusal, scimStage } from "../../test/support/scim-stage.ts";
import { GovernanceError } from "../core/errors.ts";

const ADA = "ada@corp.test";

describe("a POST that was cut off", () => {
  test("is not continued by another request for the same name: that one is answered 409", async () => {
    const { stage, restarted } = scimStage();
    const made = Promise.withResolvers<void>();
    const { service, process } = restarted({
      directory: {
        ...stage.directory,
        async createUser(user, signal) {
          await stage.directory.createUser(user, signal);
          made.resolve();
          return await new Promise<never>(() => undefined);
        },
      },
    });
    void service.create("User", oktaUser(ADA), scimCall());
    await made.promise;
    process.journal.die();
    stage.clock.advance(2 * 60_000);
    const other = oktaUser(ADA, { externalId: "other" });
    const answer = restarted().service.create("User", other, scimCall());
    expect(await scimRefusal(answer)).toMatchObject({ status: 409, scimType: "uniqueness" });
    expect(await restarted().service.create("User", oktaUser(ADA), scimCall())).toMatchObject({
      userName: ADA,
      externalId: `okta-${ADA}`,
    });
  });

  test("and refused leaves no record, so that a user whom somebody else makes is not taken over", async () => {
    const { stage, create, records } = scimStage();
    stage.cognito.script({
      operation: "AdminCreateUser",
      times: 1,
      error: { name: "InvalidParameterException" },
    });
    await scimRefusal(create("User", oktaUser(ADA)));
    expect(records.begun.size).toBe(0);
    stage.pool.addUser({ username: ADA });
    expect(await scimRefusal(create("User", oktaUser(ADA)))).toMatchObject({ status: 409 });
  });
});

describe("a POST whose creation is made, and whose record the full disk does not take", () => {
  const full = (): Promise<never> =>
    Promise.reject(
      new GovernanceError("resource-exhausted", "cannot write /state/x: the disk is full", {
        reason: "own-files",
      }),
    );

  test.each([
    ["account", "User", { ...oktaUser(ADA), externalId: `okta-${ADA}` }],
    ["group", "Group", { displayName: "Staff", externalId: "g-1" }],
  ] as const)("says that the %s was created, and the same request completes it", async (what, kind, body) => {
    for (const method of ["keep", "done"] as const) {
      const { records, restarted } = scimStage();
      const broken = restarted({ records: { ...records, [method]: full } }).service;
      expect(await scimRefusal(broken.create(kind, body, scimCall()))).toMatchObject({
        status: 500,
        detail: `the connector cannot work with a file of its own now; its log says why; the ${what} was created; send the same request again to complete it`,
      });
      expect(await restarted({ records }).service.create(kind, body, scimCall())).toMatchObject({
        externalId: body.externalId,
      });
    }
  });
});
