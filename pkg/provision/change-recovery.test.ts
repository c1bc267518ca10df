import { expect, test } from "vitest";
import { never } from "../../test/support/adapter.ts";
import { SCENARIOS } from "../../test/support/change-scenarios.ts";
import { mortal } from "../../test/support/mortal.ts";
import { asked, createStage } from "../../test/support/provision-stage.ts";

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
