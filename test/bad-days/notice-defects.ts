// node test/bad-days/notice-defects.ts [name]: puts each planted defect into the program, and plays days until the runner
// notices it. Fails where it does not.

import { DEFECTS } from "./planted.ts";
import { BY_USER_DEFECTS } from "./planted-by-user.ts";
import { drawDay } from "./schedule.ts";
import { syncDay } from "./sync-day.ts";

const MOST_DAYS = 300;
const [, , wanted = ""] = process.argv;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

for (const { name, plant, noticed } of [...DEFECTS, ...BY_USER_DEFECTS].filter((one) =>
  one.name.includes(wanted),
)) {
  let seed = 0;
  let line: string | undefined;
  while (line === undefined && seed < MOST_DAYS) {
    seed += 1;
    const { broken } = await syncDay(drawDay(seed), plant());
    line = broken.find((one) => noticed.test(one));
  }
  if (line === undefined) process.exitCode = 1;
  say(line === undefined ? `NOT noticed in ${seed} days: ${name}` : `noticed on day ${seed}: ${name}`);
}
