import { afterEach, expect, test } from "vitest";
import { verifyAuditFile } from "../pkg/ops/audit/verify-audit-file.ts";
import { never } from "./support/adapter.ts";
import { breachesIn, type Ends, SCENARIOS, type Scenario, stateOf } from "./support/change-scenarios.ts";
import { mortal } from "./support/mortal.ts";
import { asked } from "./support/provision-stage.ts";
import { DRAWN, drawnOf } from "./support/thorough.ts";
import { createWholeStage, strike } from "./support/whole-stage.ts";

// pkg/provision/changes-cut.test.ts does the same in memory, at every moment.

afterEach(strike);

/** The problems after the process is killed at the moment; empty if there are none. */
async function breaches(scenario: Scenario, at: number, ends: Ends): Promise<string[]> {
  const stage = await createWholeStage(scenario.pool);
  await stage.close();
  const dying = mortal(at);
  const first = stage.process({ wrap: dying.wrap });
  const survived = await scenario.change(first.provisioner, asked).then(
    () => true,
    () => false,
  );
  await first.close();

  const second = stage.process({ sleep: async () => {} });
  const { recovered, failed } = await second.provisioner.recover(never);
  const state = JSON.stringify(stateOf(stage.pool));
  const lines = stage.audit().map(({ outcome }) => outcome);
  const verdict = await verifyAuditFile(stage.auditPath, {}, never);
  const open = failed.length + (await second.journal.claimOrphans()).length;
  // The caller asks again.
  await scenario.change(second.provisioner, asked);
  const final = JSON.stringify(stateOf(stage.pool));
  await stage.cognito.close();

  const outcomes = recovered.map(({ outcome }) => outcome);
  const { moments } = dying;
  return [
    ...breachesIn(scenario, ends, { survived, moments, outcomes, open, state, final, lines }),
    ...verdict.problems.map(() => `${at}: the audit log is broken`),
  ];
}

test.for(Object.entries(SCENARIOS))(
  `%s is complete, undone or reported in part, with one audit line, when its process dies at a moment (${DRAWN})`,
  async ([name, scenario]) => {
    const stage = await createWholeStage(scenario.pool);
    const before = JSON.stringify(stateOf(stage.pool));
    const life = mortal(0);
    await scenario.change(stage.process({ wrap: life.wrap }).provisioner, asked);
    const after = JSON.stringify(stateOf(stage.pool));
    expect(life.moments.length).toBeGreaterThan(8);

    const wrong: string[] = [];
    for (const at of drawnOf([...life.moments.keys()], life.moments.length / 4, name)) {
      wrong.push(...(await breaches(scenario, at + 1, { before, after })));
    }
    expect(wrong).toEqual([]);
  },
);
