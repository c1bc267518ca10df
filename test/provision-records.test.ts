import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { GovernanceError } from "../pkg/core/errors.ts";
import type { AuditWriter } from "../pkg/ops/audit/audit-log.ts";
import type { UserRef } from "../pkg/provision/provisioner.ts";
import { person } from "./cognito/definitions.ts";
import { never, refusal } from "./support/adapter.ts";
import { asked } from "./support/provision-stage.ts";
import { createWholeStage, strike } from "./support/whole-stage.ts";

afterEach(strike);

const ann: UserRef = { by: "text", value: "ann" };
const users = [person(1, { username: "ann" })];

function onDisk(disk: { full: boolean }) {
  return (inner: AuditWriter): AuditWriter => ({
    ...inner,
    append(record) {
      if (disk.full) throw new GovernanceError("failed-precondition", "no space left for the audit log");
      inner.append(record);
    },
  });
}

test("a change whose audit line cannot be written says that it was made, and recovery writes the line", async () => {
  const disk = { full: true };
  const stage = await createWholeStage({ users }, { wrap: { audit: onDisk(disk) } });
  const failed = await refusal(stage.provisioner.disableUser(ann, { signOut: true }, asked, never));
  expect(failed.message).toMatch(
    /no space left .*the change was made, but is not in the audit log yet.*connector recover/,
  );
  expect(failed.appliedEffects).toEqual(["AdminDisableUser is done", "AdminUserGlobalSignOut is done"]);
  expect(stage.audit()).toEqual([]);
  disk.full = false;
  const { recovered } = await stage.provisioner.recover(never);
  expect(recovered).toMatchObject([{ outcome: "done" }]);
  expect(stage.audit()).toMatchObject([
    { kind: "disable-user", outcome: "done", by: { via: "recovery", name: "cli test" } },
  ]);
});

test("the next change of the same target first recovers what was left open", async () => {
  const disk = { full: true };
  const stage = await createWholeStage({ users }, { wrap: { audit: onDisk(disk) } });
  await refusal(stage.provisioner.disableUser(ann, { signOut: true }, asked, never));
  disk.full = false;
  await stage.provisioner.enableUser(ann, asked, never);
  expect(stage.audit().map(({ kind, outcome }) => [kind, outcome])).toEqual([
    ["disable-user", "done"],
    ["enable-user", "done"],
  ]);
});

test("no change begins when the audit log was tampered with", async () => {
  const stage = await createWholeStage({ users });
  await stage.provisioner.disableUser(ann, { signOut: false }, asked, never);
  await stage.close();
  writeFileSync(
    stage.auditPath,
    readFileSync(stage.auditPath, "utf8").replace("disable-user", "enable-user"),
  );
  expect(() => stage.process()).toThrow(/audit log .* is damaged.*connector audit verify/);
  expect(stage.pool.stored("ann")?.enabled).toBe(false);
});

test("PROVISION-6: a running change finishes although its caller gives up, and a waiting one does not begin", async () => {
  const stage = await createWholeStage({ users });
  const caller = new AbortController();
  const hold = stage.cognito.hold({ operation: "AdminDisableUser" });
  const work = stage.provisioner.disableUser(ann, { signOut: true }, asked, caller.signal);
  await hold.arrived();
  caller.abort();
  hold.release();
  expect((await work).outcome).toBe("done");
  expect(stage.writes()).toEqual(["AdminDisableUser", "AdminUserGlobalSignOut"]);

  const gone = await refusal(stage.provisioner.enableUser(ann, asked, caller.signal));
  expect(gone.code).toBe("canceled");
  expect(stage.writes()).toHaveLength(2);
});
