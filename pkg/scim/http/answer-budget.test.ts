import { describe, expect, test } from "vitest";
import { createAnswerBudget } from "./answer-budget.ts";

function stage(unreadBytes: number) {
  const unread = createAnswerBudget({ unreadBytes });
  const cut: string[] = [];
  return {
    cut,
    send: (caller: string, bytes: number, name: string) =>
      unread.sent(caller, bytes, () => void cut.push(name)),
  };
}

describe("answers that are not read", () => {
  test("are kept up to a bound, then the oldest of the caller with the most is given up", () => {
    const { send, cut } = stage(100);
    send("a", 40, "a1");
    send("b", 30, "b1");
    send("a", 20, "a2");
    expect(cut).toEqual([]);
    send("b", 20, "b2");
    expect(cut).toEqual(["a1"]);
    send("c", 60, "c1");
    expect(cut).toEqual(["a1", "c1"]);
  });

  test("make room once they are read, and are given up once", () => {
    const { send, cut } = stage(100);
    const read = send("a", 90, "a1");
    read();
    read();
    const other = send("b", 90, "b1");
    send("b", 20, "b2");
    expect(cut).toEqual(["b1"]);
    other();
    send("c", 80, "c1");
    expect(cut).toEqual(["b1"]);
  });

  test("larger than the bound are not sent at all", () => {
    const { send, cut } = stage(100);
    send("a", 101, "a1");
    expect(cut).toEqual(["a1"]);
    send("b", 100, "b1");
    expect(cut).toEqual(["a1"]);
  });
});
