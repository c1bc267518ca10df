import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";
import { createShutdown } from "./shutdown.ts";

function rig() {
  const lines: string[] = [];
  const log = createLogger({
    level: "info",
    format: "json",
    write: (line) => lines.push(line),
    now: () => 0,
  });
  const time = { ms: 1_000_000 };
  return { lines, time, shutdown: createShutdown({ graceMs: 1000, monotonic: () => time.ms, log }) };
}

test("closes what was built last first, one after the other, past one that fails", async () => {
  const { lines, shutdown } = rig();
  const events: string[] = [];
  const add = (name: string, fails = false): void =>
    shutdown.add(name, async () => {
      events.push(`${name} closing`);
      await Promise.resolve();
      events.push(`${name} closed`);
      if (fails) throw new Error("stuck");
    });
  add("back");
  add("middle", true);
  add("front");
  await shutdown.close();
  expect(events).toEqual([
    "front closing",
    "front closed",
    "middle closing",
    "middle closed",
    "back closing",
    "back closed",
  ]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("closing middle failed");
});

test("gives all pieces one grace, which runs from the beginning of the end", async () => {
  const { time, shutdown } = rig();
  const graces: number[] = [];
  const add = (tookMs: number): void =>
    shutdown.add("a piece", (graceLeftMs) => {
      graces.push(graceLeftMs);
      time.ms += tookMs;
    });
  add(0);
  add(700);
  add(400);
  time.ms += 60_000;
  await shutdown.close();
  expect(graces).toEqual([1000, 600, 0]);
});

test("a piece that throws at once is logged too", async () => {
  const { lines, shutdown } = rig();
  shutdown.add("a piece", () => {
    throw new Error("stuck");
  });
  await shutdown.close();
  expect(lines).toHaveLength(1);
});
