// node test/bad-days/notice-defects.ts [name]: puts each planted defect into the program, and plays days until the runner
// notices it: first the day that is known to show it. Fails where it does not.

import { DEFECTS } from "./planted.ts";
import { BY_USER_DEFECTS } from "./planted-by-user.ts";
import { RARE_DEFECTS } from "./planted-rare.ts";
import { drawDay } from "./schedule.ts";
import { syncDay } from "./sync-day.ts";

const OTHER_DAYS = Array.from({ length: 300 }, (_, index) => index + 1);
const [, , wanted = ""] = process.argv;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

for (const { name, plant, noticed, day } of [...DEFECTS, ...BY_USER_DEFECTS, ...RARE_DEFECTS].filter((one) =>
  one.name.includes(wanted),
)) {
  let noticedOn: number | undefined;
  for (const seed of [day, ...OTHER_DAYS]) {
    const { broken } = await syncDay(drawDay(seed), plant());
    if (!broken.some((one) => noticed.test(one))) continue;
    noticedOn = seed;
    break;
  }
  if (noticedOn === undefined) process.exitCode = 1;
  const where =
    noticedOn === undefined ? `NOT noticed in ${OTHER_DAYS.length} days` : `noticed on day ${noticedOn}`;
  say(`${where}${noticedOn === day ? "" : `, and not on day ${day}`}: ${name}`);
}
