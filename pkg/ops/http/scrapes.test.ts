import { expect, test } from "vitest";
import { boundScrapes } from "./scrapes.ts";

/** Texts that are numbered as they are made. */
function numbered() {
  const made = { count: 0, time: 0 };
  const scrape = boundScrapes(
    async () => {
      made.count += 1;
      return String(made.count);
    },
    () => made.time,
  );
  return { made, scrape: async () => String(await scrape()) };
}

test("those who ask while a text is made get that one", async () => {
  const { made, scrape } = numbered();
  const texts = await Promise.all(Array.from({ length: 2000 }, scrape));
  expect(new Set(texts)).toEqual(new Set(["1"]));
  expect(await scrape()).toBe("2");
  expect(made.count).toBe(2);
});

test("ten texts are made at once and then five a second; beyond that the last one is given", async () => {
  const { made, scrape } = numbered();
  for (let at = 1; at <= 10; at += 1) expect(await scrape()).toBe(String(at));
  for (let at = 0; at < 100; at += 1) expect(await scrape()).toBe("10");
  made.time += 1000;
  for (let at = 0; at < 100; at += 1) await scrape();
  expect(made.count).toBe(15);
  made.time += 60_000;
  for (let at = 0; at < 100; at += 1) await scrape();
  expect(made.count).toBe(25);
});

test("answers share the bytes of a text", async () => {
  const scrape = boundScrapes(
    async () => "text",
    () => 0,
  );
  const [first, second] = await Promise.all([scrape(), scrape()]);
  expect(first).toBe(second);
});

test("a text that cannot be made fails those who ask, and is made again for the next", async () => {
  let fails = true;
  const scrape = boundScrapes(
    async () => {
      if (fails) throw new Error("no metrics");
      return "text";
    },
    () => 0,
  );
  for (let at = 0; at < 20; at += 1) await expect(scrape()).rejects.toThrow("no metrics");
  fails = false;
  expect(String(await scrape())).toBe("text");
});
