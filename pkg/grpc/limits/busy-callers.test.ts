import { describe, expect, test } from "vitest";
import { createBusyCallers } from "./busy-callers.ts";

let time = 0;
const busy = createBusyCallers(() => time);

function begin(caller: string, streams: number): void {
  for (let stream = 0; stream < streams; stream += 1) busy.began(caller);
}

describe("a caller is busy", () => {
  test("when it begins more than 16 streams at once, until it rests", () => {
    begin("at once", 16);
    expect(busy.has("at once")).toBe(false);
    begin("at once", 1);
    expect(busy.has("at once")).toBe(true);
    expect(busy.all()).toEqual(["at once"]);
    time += 20;
    expect(busy.has("at once")).toBe(false);
    expect(busy.all()).toEqual([]);
  });

  test("when it begins more than 50 a second, and not with fewer", () => {
    for (let second = 0; second < 10; second += 1) {
      for (let tenth = 0; tenth < 10; tenth += 1) {
        begin("with few", 5);
        begin("with many", 8);
        time += 100;
      }
    }
    begin("with few", 5);
    begin("with many", 8);
    expect(busy.has("with few")).toBe(false);
    expect(busy.has("with many")).toBe(true);
  });

  test("of any number of addresses a thousand are known, and none that has rested", () => {
    const of = (from: number) => Array.from({ length: 3000 }, (_, at) => `address ${from + at}`);
    for (const address of of(0)) begin(address, 17);
    expect(busy.all().length).toBeLessThanOrEqual(1000);
    time += 2000;
    for (const address of of(3000)) begin(address, 17);
    expect(busy.all().length).toBeLessThanOrEqual(1000);
    expect(busy.has("address 3000")).toBe(true);
  });

  test("by its own streams, also at an address without a name, as a Unix socket has it", () => {
    const fresh = createBusyCallers(() => time);
    fresh.began("");
    for (let caller = 0; caller < 1000; caller += 1) fresh.began(`caller ${caller}`);
    for (let stream = 0; stream < 17; stream += 1) fresh.began("one caller more");
    fresh.began("");
    expect(fresh.has("one caller more")).toBe(true);
    expect(fresh.has("")).toBe(false);
  });

  test("alone: the others are not", () => {
    begin("one", 100);
    expect(busy.has("another")).toBe(false);
  });
});
