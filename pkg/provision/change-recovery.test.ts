import { expect, test } from "vitest";
import { person } from "../../test/cognito/definitions.ts";
import { never, refusal } from "../../test/support/adapter.ts";
import { SCENARIOS } from "../../test/support/change-scenarios.ts";
import { mortal } from "../../test/support/mortal.ts";
import { asked, createStage, killedDirectory } from "../../test/support/provision-stage.ts";

const MIDDLE = 6;

test("a recovery that is stopped keeps no change for itself: the next one has them all", async () => {
  const [scenario] = Object.values(SCENARIOS);
  if (scenario === undefined) throw new Error("no scenario");
  const stage = createStage(scenario.pool);
  const { wrap } = mortal(MIDDLE);
  const killed = stage.process({
    directory: wrap.directory(stage.directory),
    journal: wrap.journal,
    audit: wrap.audit,
  });
  await scenario.change(killed.provisioner, asked).catch(() => undefined);
  killed.journal.die();

  const { provisioner } = stage.process();
  await expect(provisioner.recover(AbortSignal.abort(new Error("SIGTERM")))).rejects.toThrow("SIGTERM");
  expect(stage.disk.changes).toHaveLength(1);
  expect((await provisioner.recover(never)).recovered).toHaveLength(1);
});

const ann = { by: "text", value: "ann" } as const;

/** A process that is killed while it grants. AWS carries the call out a second later. */
async function grantInFlight() {
  const stage = createStage({ users: [person(1, { username: "ann" })], groups: ["team", "other"] });
  const { directory, clock, pool } = stage;
  const { doomed, died } = killedDirectory(directory, 1, "before");
  const victim = stage.process({ directory: doomed });
  void victim.provisioner.grant(ann, "team", asked, never).catch(() => undefined);
  await died;
  victim.journal.die();
  const arrivesAtMs = clock.now() + 1000;
  const next = stage.process({
    directory: {
      ...directory,
      listGroupsOfUser(...args) {
        if (clock.now() >= arrivesAtMs) pool.join("ann", "team");
        return directory.listGroupsOfUser(...args);
      },
    },
  });
  return { stage, next, startedAtMs: clock.now() };
}

test("PROVISION-4: a call that AWS is still at when its process is killed is not reported as not made", async () => {
  const { stage, next } = await grantInFlight();
  const { recovered } = await next.provisioner.recover(never);
  expect(recovered).toMatchObject([{ outcome: "done" }]);
  expect(stage.audit.records).toMatchObject([{ kind: "grant", outcome: "done" }]);
});

test("PROVISION-4: nor by the next change of the same target", async () => {
  const { stage, next } = await grantInFlight();
  await next.provisioner.grant(ann, "other", asked, never);
  expect(stage.audit.records.map(({ outcome }) => outcome)).toEqual(["done", "done"]);
});

test("a change that no call of a killed process can be under way for is recovered at once", async () => {
  const { stage, next } = await grantInFlight();
  stage.clock.advance(2 * 60 * 60_000);
  const fromMs = stage.clock.now();
  expect((await next.provisioner.recover(never)).recovered).toHaveLength(1);
  expect(stage.clock.now()).toBe(fromMs);
});

test("a caller who leaves meanwhile leaves nothing open but the earlier change", async () => {
  const { stage } = await grantInFlight();
  const caller = new AbortController();
  const { provisioner } = stage.process({
    journal: (inner) => ({
      ...inner,
      async begin(change, signal) {
        const left = await inner.begin(change, signal);
        caller.abort();
        return left;
      },
    }),
  });
  const failure = await refusal(provisioner.grant(ann, "other", asked, caller.signal));
  expect(failure.code).toBe("canceled");
  expect(stage.disk.changes).toMatchObject([{ target: { group: "team" } }]);
  expect(stage.audit.records).toMatchObject([{ target: { group: "other" }, outcome: "failed" }]);
});
