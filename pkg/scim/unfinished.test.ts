import { describe, expect, test } from "vitest";
import { oktaUser } from "../../test/support/scim-clients.ts";
import { scimCall, scimRefusal, scimStage } from "../../test/support/scim-stage.ts";

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
    expect(records.unfinished.size).toBe(0);
    stage.pool.addUser({ username: ADA });
    expect(await scimRefusal(create("User", oktaUser(ADA)))).toMatchObject({ status: 409 });
  });
});
