import { expect, test } from "vitest";
import { FIRST_SEED, playDays, DAYS as USUAL_DAYS } from "./support/bad-days-program.ts";
import { rounds } from "./support/thorough.ts";

/** `BAD_DAYS_SEED` repeats one day; `make bad-days` plays others. */
const SEED = Number(process.env["BAD_DAYS_SEED"] ?? FIRST_SEED);
const DAYS = process.env["BAD_DAYS_SEED"] === undefined ? rounds(USUAL_DAYS, 100) : 1;

const play = (seed: number, days: number) =>
  playDays("main.ts", ["--seed", String(seed), "--days", String(days)]);
const withoutTimes = (said: string): string => said.replace(/^.*seconds.*$/gmu, "");

test(`on ${DAYS} bad days from seed ${SEED}, what each finished sync says was so, and what is unfinished says why`, async () => {
  const { code, said } = await play(SEED, DAYS);
  expect({ code, said: code === 0 ? "" : said }).toEqual({ code: 0, said: "" });
}, 600_000);

test("a day is the same each time that it is played", async () => {
  const first = await play(9, 2);
  const second = await play(9, 2);
  expect(first.said).toMatch(/differences +0$/mu);
  expect(withoutTimes(second.said)).toBe(withoutTimes(first.said));
}, 300_000);
