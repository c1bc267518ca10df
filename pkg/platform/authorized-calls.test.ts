import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import type { AccessTokens } from "./access-token.ts";
import { authorizedBy } from "./authorized-calls.ts";

const never = new AbortController().signal;

/** Gives `t1`; once that is forgotten `t2`, and so on. */
function numbered(): AccessTokens {
  let n = 1;
  return {
    authorization: async () => `t${n}`,
    forget(authorization) {
      if (authorization === `t${n}`) n += 1;
    },
  };
}

/** Takes one token. Calls wait for `answer`. */
function platform() {
  const waiting: (() => void)[] = [];
  const calls: string[] = [];
  const one = {
    valid: "t1",
    calls,
    call: async (authorization: string): Promise<void> => {
      calls.push(authorization);
      await new Promise<void>((resolve) => void waiting.push(resolve));
      if (authorization !== one.valid) throw new GovernanceError("unauthenticated", "the token has expired");
    },
    /** Answers the calls that wait: each after what the one before has set off. */
    answer: async (): Promise<void> => {
      await turn();
      for (const resolve of waiting.splice(0)) {
        resolve();
        await turn();
      }
    },
  };
  return one;
}

/** The platform has accepted `t1`. */
async function accepted() {
  const authorized = authorizedBy(numbered());
  const one = platform();
  const first = authorized(never, one.call);
  await one.answer();
  await first;
  return { authorized, one };
}

test("PLATFORM-10: of calls that one expired token is refused for, each is made once more", async () => {
  const { authorized, one } = await accepted();
  one.valid = "t2";
  const calls = Promise.allSettled([authorized(never, one.call), authorized(never, one.call)]);
  await one.answer();
  await one.answer();
  expect((await calls).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  expect(one.calls).toEqual(["t1", "t1", "t1", "t2", "t2"]);
});

test("PLATFORM-10: a call is also made once more when another one has got a new token meanwhile", async () => {
  const { authorized, one } = await accepted();
  const late = Promise.withResolvers<void>();
  const upload = authorized(never, async (authorization) => {
    if (authorization === "t1") await late.promise;
  });
  one.valid = "t2";
  const poll = authorized(never, one.call);
  await one.answer();
  await one.answer();
  await poll;
  late.reject(new GovernanceError("unauthenticated", "the token has expired"));
  await expect(upload).resolves.toBeUndefined();
});

test("a call that the new token is refused for too has failed, and so has one with a first token", async () => {
  const { authorized, one } = await accepted();
  one.valid = "none";
  const second = authorized(never, one.call);
  second.catch(() => {});
  await one.answer();
  await one.answer();
  await expect(second).rejects.toMatchObject({ code: "unauthenticated" });
  expect(one.calls).toEqual(["t1", "t1", "t2"]);
  const third = authorized(never, one.call);
  third.catch(() => {});
  await one.answer();
  await expect(third).rejects.toMatchObject({ code: "unauthenticated" });
  expect(one.calls).toEqual(["t1", "t1", "t2", "t3"]);
});
