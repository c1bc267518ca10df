import { describe, expect, test } from "vitest";
import { CUT_KINDS, cutState, SCIM_CUTS } from "../../test/support/scim-cut-scenarios.ts";
import {
  begunCut,
  CUT_FAULTS,
  clientOf,
  undisturbedCut,
  wrongAfterFaults,
  wrongAfterKills,
  wrongAfterRetry,
} from "../../test/support/scim-cuts.ts";
import { scimStage } from "../../test/support/scim-stage.ts";
import { USER_URN } from "./resource.ts";

// A client's request that is cut off: by a kill at every moment, and by a failure of every call. cut-off.slow.test.ts does it for
// other kinds of pools.

const kind = CUT_KINDS["a pool of usernames"];

describe.for(Object.entries(SCIM_CUTS))("%s", ([, scenario]) => {
  const one = { kind, scenario };

  test("is answered when it is not disturbed", async () => {
    const { status, calls } = await undisturbedCut(one);
    expect(status).toBe(scenario.status);
    expect(calls.length).toBeGreaterThan(1);
  });

  test("cut off by a kill at every moment, ends whole when the client sends it again", async () => {
    expect(await wrongAfterKills(one)).toEqual([]);
  });

  test.for(Object.entries(CUT_FAULTS))(
    "with any one call %s, is whole, or not done, or says what is done, and whole on a retry",
    async ([, fault]) => {
      expect(await wrongAfterFaults(one, fault)).toEqual([]);
    },
  );
});

describe("a password that is refused", () => {
  const scenario = SCIM_CUTS["POST of a user with attributes, password and groups"];
  if (scenario === undefined) throw new Error("no such request");
  const one = { kind, scenario };
  const refused = { error: { name: "InvalidPasswordException", message: "too weak" } };

  test("leaves no user, and a better one is taken", async () => {
    const begin = await begunCut(one);
    const { stage, service, names, request, before } = begin;
    stage.cognito.script({ operation: "AdminSetUserPassword", nth: 1, ...refused });
    const ask = clientOf(service);
    expect(await ask(request)).toMatchObject({ status: 400 });
    expect(cutState(stage.pool, names)).toBe(before);
    expect(await ask(request)).toMatchObject({ status: 201 });
  });

  test("of a user that cannot be deleted again is said, and the retry makes that user whole", async () => {
    const whole = await undisturbedCut(one);
    const begin = await begunCut(one);
    const { stage, service, request } = begin;
    stage.cognito.script({ operation: "AdminSetUserPassword", nth: 1, ...refused });
    stage.cognito.script({ operation: "AdminDeleteUser", nth: 1, error: { name: "AccessDeniedException" } });
    const ask = clientOf(service);
    const { status, body } = await ask(request);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(body)).toMatch(/AdminCreateUser is done/);
    expect(await wrongAfterRetry(one, whole, begin, ask)).toEqual([]);
  });
});

test("a user whom nobody can read yet is not taken over by a second POST of the same name", async () => {
  const { stage, service } = scimStage({ consistency: { createdUnreadable: { calls: 3 } } });
  const ask = clientOf(service);
  const json = { schemas: [USER_URN], userName: "ann", nickName: "One" };
  expect(await ask({ method: "POST", path: "/Users", json })).toMatchObject({ status: 201 });
  const second = { ...json, nickName: "Two" };
  expect(await ask({ method: "POST", path: "/Users", json: second })).toMatchObject({ status: 409 });
  expect(stage.pool.stored("ann")?.attributes.get("nickname")).toBe("One");
});
