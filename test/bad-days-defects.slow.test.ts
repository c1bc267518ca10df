import { expect, test } from "vitest";
import { DEFECTS } from "./bad-days/planted.ts";
import { BY_USER_DEFECTS } from "./bad-days/planted-by-user.ts";
import { playDays } from "./support/bad-days-program.ts";

test.for([...DEFECTS, ...BY_USER_DEFECTS].map(({ name }) => name))(
  "the bad days notice that %s",
  { timeout: 600_000 },
  async (name) => {
    const { code, said } = await playDays("notice-defects.ts", [name]);
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/^noticed on day \d+: /u) });
  },
);
