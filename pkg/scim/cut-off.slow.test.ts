import { describe, expect, test } from "vitest";
import { CUT_KINDS, SCIM_CUTS } from "../../test/support/scim-cut-scenarios.ts";
import { CUT_FAULTS, wrongAfterFaults, wrongAfterKills } from "../../test/support/scim-cuts.ts";
import { DRAWN, drawnOf } from "../../test/support/thorough.ts";

// As cut-off.test.ts, for other kinds of pools and services, at moments and calls that are drawn.

const { "a pool of usernames": _, ...others } = CUT_KINDS;

describe.for(Object.entries(others))(`over %s (${DRAWN})`, ([place, kind]) => {
  describe.for(Object.entries(SCIM_CUTS))("%s", ([title, scenario]) => {
    test("cut off by a kill at some moment, ends whole when the client sends it again", async () => {
      const choose = <T>(all: readonly T[]) => drawnOf(all, all.length / 4, `${place} ${title}`);
      expect(await wrongAfterKills({ kind, scenario }, choose)).toEqual([]);
    });

    test.for(Object.entries(CUT_FAULTS))(
      "with one call %s, is whole, or not done, or says what is done, and whole on a retry",
      async ([name, fault]) => {
        const choose = <T>(all: readonly T[]) => drawnOf(all, all.length / 4, `${place} ${title} ${name}`);
        expect(await wrongAfterFaults({ kind, scenario }, fault, choose)).toEqual([]);
      },
    );
  });
});
