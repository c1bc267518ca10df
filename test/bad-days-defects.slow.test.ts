import { beforeAll, expect, test } from "vitest";
import { DEFECTS } from "./bad-days/planted.ts";
import { BY_USER_DEFECTS } from "./bad-days/planted-by-user.ts";
import { RARE_DEFECTS } from "./bad-days/planted-rare.ts";
import { playDays } from "./support/bad-days-program.ts";

let said = "";

beforeAll(async () => {
  ({ said } = await playDays("notice-defects.ts", []));
}, 600_000);

test.for([...DEFECTS, ...BY_USER_DEFECTS, ...RARE_DEFECTS].map(({ name }) => name))(
  "the bad days notice that %s",
  (name) => {
    const line = said.split("\n").find((one) => one.endsWith(`: ${name}`));
    expect(line ?? said).toMatch(/^noticed on day \d+/u);
  },
);
