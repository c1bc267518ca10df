import { expect, test } from "vitest";
import { never } from "../../test/support/adapter.ts";
import {
  breachesIn,
  type Ends,
  SCENARIOS,
  type Scenario,
  stateOf,
} from "../../test/support/change-scenarios.ts";
import { mortal } from "../../test/support/mortal.ts";
import { asked, createStage } from "../../test/support/provision-stage.ts";

/** What is wrong after a process that was killed at the moment; nothing, if all is well. */
async function breaches(scenario: Scenario, at: number, ends: Ends): Promise<string[]> {
  const stage = createStage(scenario.pool);
  const { wrap, moments } = mortal(at);
  const { directory, journal, audit } = wrap;
  const first = stage.process({ directory: directory(stage.directory), journal, audit });
  const survived = await scenario.change(first.provisioner, asked).then(
    () => true,
    () => false,
  );
  first.journal.die();

  const second = stage.process();
  const { recovered, failed } = await second.provisioner.recover(never);
  const state = JSON.stringify(stateOf(stage.pool));
  const lines = stage.audit.records.map(({ outcome }) => outcome);
  const open = failed.length + stage.disk.changes.length;
  // The caller asks again.
  await scenario.change(second.provisioner, asked);
  const final = JSON.stringify(stateOf(stage.pool));
  const outcomes = recovered.map(({ outcome }) => outcome);
  return breachesIn(scenario, ends, { survived, moments, outcomes, open, state, final, lines });
}

test.for(Object.entries(SCENARIOS))(
  "%s, cut off at every moment, ends whole or not at all, or says what has been done, in one audit line",
  async ([, scenario]) => {
    const stage = createStage(scenario.pool);
    const before = JSON.stringify(stateOf(stage.pool));
    const { wrap, moments } = mortal(0);
    const { directory, journal, audit } = wrap;
    const whole = stage.process({ directory: directory(stage.directory), journal, audit });
    await scenario.change(whole.provisioner, asked);
    const after = JSON.stringify(stateOf(stage.pool));
    expect(moments.length).toBeGreaterThan(8);

    const wrong: string[] = [];
    for (let at = 1; at <= moments.length; at += 1) {
      wrong.push(...(await breaches(scenario, at, { before, after })));
    }
    expect(wrong).toEqual([]);
  },
);
