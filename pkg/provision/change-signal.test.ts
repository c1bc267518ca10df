import { expect, test } from "vitest";
import { person } from "../../test/cognito/definitions.ts";
import { asked, createStage } from "../../test/support/provision-stage.ts";
import type { CallOrigin } from "../core/call-origin.ts";
import { GovernanceError } from "../core/errors.ts";
import { changeSignal } from "./change-signal.ts";
import type { UserRef } from "./provisioner.ts";

const ann: UserRef = { by: "text", value: "ann" };

/** A caller who leaves while its first write waits, before or after it has had its turn. */
async function leaves(turn: "waits" | "granted") {
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
  const { provisioner } = stage.process({
    directory: {
      ...stage.directory,
      async disableUser(username, signal) {
        origin.mustFinish = turn === "granted";
        caller.abort(new GovernanceError("canceled", "the caller has left"));
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

test("PROVISION-6: a change whose caller leaves before its first write has its turn is not made", async () => {
  const { ended, stage } = await leaves("waits");
  expect(ended).toBe("canceled");
  expect(stage.writes()).toEqual([]);
  expect(stage.audit.records.map(({ outcome }) => outcome)).toEqual(["failed"]);
  expect(stage.disk.changes).toEqual([]);
});

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
