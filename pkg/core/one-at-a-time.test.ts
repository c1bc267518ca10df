import { expect, test } from "vitest";
import { createOneAtATime } from "./one-at-a-time.ts";

const never = new AbortController().signal;

test("one holds the turn at a time, and the others follow in their order", async () => {
  const turns = createOneAtATime();
  const held: string[] = [];
  const take = async (name: string): Promise<() => void> => {
    const end = await turns.take(never);
    held.push(name);
    return end;
  };
  const first = await take("a");
  const [second, third] = [take("b"), take("c")];
  expect(held).toEqual(["a"]);
  first();
  const end = await second;
  expect(held).toEqual(["a", "b"]);
  end();
  (await third)();
  expect(held).toEqual(["a", "b", "c"]);
});

test("one that gives up waiting lets the next have its turn, and not before the holder has ended", async () => {
  const turns = createOneAtATime();
  const end = await turns.take(never);
  const impatient = new AbortController();
  const gaveUp = turns.take(impatient.signal);
  let isNext = false;
  const next = turns.take(never).then((done) => {
    isNext = true;
    return done;
  });
  impatient.abort(new Error("too long"));
  await expect(gaveUp).rejects.toThrow("too long");
  expect(isNext).toBe(false);
  end();
  (await next)();
});
