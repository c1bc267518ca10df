import { describe, expect, test } from "vitest";
import { CUT_KINDS, SCIM_CUTS } from "../../test/support/scim-cut-scenarios.ts";
import { CUT_FAULTS, wrongAfterFaults, wrongAfterKills } from "../../test/support/scim-cuts.ts";

// As cut-off.test.ts, for other kinds of pools and services.

const { "a pool of usernames": _, ...others } = CUT_KINDS;

describe.for(Object.entries(others))("over %s", ([, kind]) => {
  describe.for(Object.entries(SCIM_CUTS))("%s", ([, scenario]) => {
    test("cut off by a kill at every moment, ends whole when the client sends it again", async () => {
      expect(await wrongAfterKills({ kind, scenario })).toEqual([]);
    });

    test.for(Object.entries(CUT_FAULTS))(
      "with any one call %s, is whole, or not done, or says what is done, and whole on a retry",
      async ([, fault]) => {
        expect(await wrongAfterFaults({ kind, scenario }, fault)).toEqual([]);
      },
    );
  });
});
