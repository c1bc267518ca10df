import { describe, expect, test } from "vitest";
import { Foresight } from "./foresight.ts";

const GROUPS = ["a", "b", "c", "d", "e", "f", "g"];

function listed(): Foresight {
  const foresight = new Foresight();
  foresight.listed(GROUPS.slice(0, 3));
  foresight.listed(GROUPS.slice(3));
  return foresight;
}

describe("the groups that a caller will come to", () => {
  test("follow the order of the listing, from the second one in a row", () => {
    const foresight = listed();
    foresight.asked("a");
    expect(foresight.upcoming(9)).toEqual([]);
    foresight.asked("b");
    expect(foresight.upcoming(9)).toEqual(["c", "d", "e", "f", "g"]);
    expect(foresight.upcoming(2)).toEqual(["c", "d"]);
  });

  test("follow it backwards too", () => {
    const foresight = listed();
    foresight.asked("g");
    foresight.asked("f");
    expect(foresight.upcoming(3)).toEqual(["e", "d", "c"]);
  });

  test("are unknown for a caller that asks for one group, or here and there", () => {
    const foresight = listed();
    foresight.asked("c");
    foresight.asked("c");
    expect(foresight.upcoming(9)).toEqual([]);
    foresight.asked("g");
    expect(foresight.upcoming(9)).toEqual([]);
    foresight.asked("a");
    expect(foresight.upcoming(9)).toEqual([]);
  });

  test("are unknown once the caller leaves the order", () => {
    const foresight = listed();
    foresight.asked("a");
    foresight.asked("b");
    foresight.asked("g");
    expect(foresight.upcoming(9)).toEqual([]);
  });

  test("follow the order in which the caller asked about them before, where it did", () => {
    const foresight = listed();
    for (const name of ["e", "b", "f", "a"]) foresight.visited(name);
    foresight.asked("e");
    expect(foresight.upcoming(9)).toEqual(["b", "f", "a"]);
  });

  test("follow that order backwards from its end", () => {
    const foresight = listed();
    for (const name of ["e", "b", "f", "a"]) foresight.visited(name);
    foresight.asked("a");
    expect(foresight.upcoming(9)).toEqual(["f", "b", "e"]);
  });

  test("are those of the new round, when a group is asked about again", () => {
    const foresight = listed();
    for (const name of ["e", "b", "f", "e", "f", "b"]) foresight.visited(name);
    foresight.asked("e");
    expect(foresight.upcoming(9)).toEqual(["f", "b"]);
  });

  test("follow the listing where the caller asks about each group just before", () => {
    const foresight = listed();
    for (const name of ["a", "b", "c"]) {
      foresight.visited(name);
      foresight.asked(name);
    }
    expect(foresight.upcoming(9)).toEqual(["d", "e", "f", "g"]);
  });

  test("end with the order in which the caller asked before", () => {
    const foresight = new Foresight();
    for (const name of ["b", "a"]) foresight.visited(name);
    foresight.asked("b");
    foresight.asked("a");
    expect(foresight.upcoming(9)).toEqual([]);
  });

  test("stay the same while several workers ask a little out of order", () => {
    const foresight = listed();
    for (const name of ["a", "b", "d", "c"]) foresight.asked(name);
    expect(foresight.upcoming(9)).toEqual(["e", "f", "g"]);
  });

  test("may leave out some", () => {
    const foresight = listed();
    for (const name of ["a", "b", "e"]) foresight.asked(name);
    expect(foresight.upcoming(9)).toEqual(["f", "g"]);
  });

  test("are forgotten with the listing, and of a group that nobody has named there are none", () => {
    const foresight = listed();
    foresight.asked("a");
    foresight.asked("b");
    foresight.asked("unknown");
    expect(foresight.upcoming(9)).toEqual([]);
    foresight.clear();
    foresight.asked("a");
    foresight.asked("b");
    expect(foresight.upcoming(9)).toEqual([]);
  });

  test("are remembered up to 2000", () => {
    const foresight = new Foresight();
    foresight.listed(Array.from({ length: 3000 }, (_, n) => `g${n}`));
    foresight.asked("g1997");
    foresight.asked("g1998");
    expect(foresight.upcoming(9)).toEqual(["g1999"]);
  });
});
