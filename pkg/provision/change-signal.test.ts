import { expect, test } from "vitest";
import { person } from "../../test/cognito/definitions.ts";
import { asked, createStage } from "../../test/support/provision-stage.ts";
import type { CallOrigin } from "../core/call-origin.ts";
import { GovernanceError } from "../core/errors.ts";
import { changeSignal } from "./change-signal.ts";
import type { UserRef } from "./provisioner.ts";

const ann: UserRef = { by: "text", value: "ann" };

/** A caller who leaves before its first write waits, while it waits, or after it has had its turn. */
async function leaves(turn: "is planned" | "waits" | "granted") {
  const origin: CallOrigin = { caller: "platform", mustFinish: false };
  const caller = new AbortController();
  const stage = createStage(
    { users: [person(1, { username: "ann" })] },
    {
      origins: {
        within: (_, work) => work(),
        apart: <T>(work: () => T) => work(),
        forAll: (work) => work(),
        current: () => origin,
      },
    },
  );
  const leave = (): void => caller.abort(new GovernanceError("canceled", "the caller has left"));
  const { provisioner } = stage.process({
    journal: (inner) => ({
      ...inner,
      async note(id, what) {
        await inner.note(id, what);
        if (turn === "is planned") leave();
      },
    }),
    directory: {
      ...stage.directory,
      async disableUser(username, signal) {
        origin.mustFinish = turn === "granted";
        leave();
        signal.throwIfAborted();
        return await stage.directory.disableUser(username, signal);
      },
    },
  });
  const ended = await provisioner.disableUser(ann, { signOut: true }, asked, caller.signal).then(
    ({ outcome }) => outcome,
    (error: unknown) => GovernanceError.from(error).code,
  );
  return { ended, stage };
}

test.for(["is planned", "waits"] as const)(
  "PROVISION-6: a change whose caller leaves while it %s, before its first write has its turn, is not made",
  async (turn) => {
    const { ended, stage } = await leaves(turn);
    expect(ended).toBe("canceled");
    expect(stage.writes()).toEqual([]);
    expect(stage.audit.records.map(({ outcome }) => outcome)).toEqual(["failed"]);
    expect(stage.disk.changes).toEqual([]);
  },
);

test("PROVISION-6: after that it goes on to its end", async () => {
  const { ended, stage } = await leaves("granted");
  expect(ended).toBe("done");
  expect(stage.writes()).toEqual(["AdminDisableUser", "AdminUserGlobalSignOut"]);
});

test("PROVISION-6: what a command makes goes on whatever its caller does", () => {
  const caller = new AbortController();
  const { signal, release } = changeSignal(caller.signal, undefined);
  caller.abort();
  expect(signal.aborted).toBe(false);
  release();
});
