import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type AnswerRoom, createUnreadAnswers } from "./unread-answers.ts";

const KIB = 1024;
/** At least what an answer is expected to take. */
const PAGE = 64 * KIB;
const NO_LIMITS = {
  connectionBytes: 1000,
  idleBytes: Infinity,
  allBytes: 1000,
  timeMs: 60_000,
  timeBytes: 100,
  callerAnswers: 100,
  callerBytes: 0,
  callerMs: 0,
};
const NOBODY = new AbortController().signal;

/** Connections are told apart by their remote port. */
function unreadAnswers(limits: Partial<typeof NO_LIMITS>) {
  const cut: unknown[] = [];
  const behind: string[] = [];
  const sent = new Map<unknown, number>();
  const unread = createUnreadAnswers({
    limits: { ...NO_LIMITS, ...limits },
    sent: ({ remotePort }) => sent.get(remotePort) ?? 0,
    cut: ({ remotePort }) => cut.push(remotePort),
    onBehind: (caller) => behind.push(caller),
  });
  const takeOver = (port: number, bytes: number) => sent.set(port, (sent.get(port) ?? 0) + bytes);
  const write = (port: number, bytes: number, caller = String(port)) =>
    unread.written({ remotePort: port }, caller, bytes);
  return { unread, cut, behind, takeOver, write };
}

describe("LIMIT-4: unread answers", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("of all cut the connection with the most, once, and count its bytes no more", () => {
    const { cut, write } = unreadAnswers({ allBytes: 15 });
    write(1, 9);
    write(2, 5);
    expect(cut).toEqual([]);
    const read = write(3, 2);
    expect(cut).toEqual([1]);
    write(1, 8);
    expect(cut).toEqual([1]);
    read();
    read();
    write(3, 2);
    expect(cut).toEqual([1]);
    write(3, 1);
    expect(cut).toEqual([1, 1]);
  });

  test("of a connection that was cut count no more, and cut it no second time", () => {
    const { cut, write } = unreadAnswers({ allBytes: 15 });
    const read = write(1, 9);
    write(1, 0);
    write(2, 5);
    write(3, 2);
    expect(cut).toEqual([1]);
    read();
    write(4, 8);
    expect(cut).toEqual([1]);
    write(5, 1);
    expect(cut).toEqual([1, 4]);
    vi.advanceTimersByTime(60_000);
    expect(cut).toEqual([1, 4, 2, 3, 5]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("leave nothing behind once they are read", () => {
    const { unread, write } = unreadAnswers({});
    const reads = [write(1, 1), write(1, 1), write(2, 1)];
    const room = unread.room({ remotePort: 3 });
    void room.take(NOBODY);
    for (const read of reads) read();
    expect(vi.getTimerCount()).toBe(1);
    room.release();
    expect(vi.getTimerCount()).toBe(0);
  });

  test.for([
    ["put their caller behind, although it takes over a part of them now and then", 4, ["1"]],
    ["do not put a caller behind that reads all the time, however slowly", 1, []],
  ] as const)("%s", ([, everyTicks, expected]) => {
    const { behind, write, takeOver } = unreadAnswers({
      callerAnswers: 1,
      callerMs: 1000,
      connectionBytes: 1000 * PAGE,
      allBytes: 1000 * PAGE,
    });
    write(1, 160 * PAGE);
    for (let tick = 1; tick <= 8; tick += 1) {
      if (tick % everyTicks === 0) takeOver(1, PAGE);
      vi.advanceTimersByTime(250);
    }
    expect(behind).toEqual(expected);
  });

  test.for(Array.from({ length: 20 }, (_, at) => 250 + at))(
    "of %i bytes leave no part of a byte behind",
    (bytes) => {
      const { unread, write } = unreadAnswers({ connectionBytes: 1000 * PAGE, allBytes: 1000 * PAGE });
      const begin = () => {
        const room = unread.room({ remotePort: 1 });
        void room.take(NOBODY);
        return room;
      };
      let under = begin();
      for (let call = 0; call < 120; call += 1) {
        const next = begin();
        under.release();
        write(1, bytes)();
        under = next;
      }
      under.release();
      write(1, bytes)();
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test("put their caller behind by those connections alone that it has answers on", () => {
    const { behind, write, takeOver } = unreadAnswers({ callerAnswers: 1, callerMs: 1000 });
    write(1, 1, "leaves");
    const other = write(2, 1, "leaves");
    takeOver(2, PAGE);
    vi.advanceTimersByTime(250);
    other();
    vi.advanceTimersByTime(1000);
    expect(behind).toEqual(["leaves"]);
  });

  test("of all cut the connection that reads nothing before one that has more and reads", () => {
    const { cut, write, takeOver } = unreadAnswers({ allBytes: 1000 });
    write(1, 400);
    write(2, 590);
    for (let tick = 0; tick < 4; tick += 1) {
      takeOver(2, 64 * KIB);
      vi.advanceTimersByTime(250);
    }
    write(3, 20);
    expect(cut).toEqual([1]);
  });

  test("are read within a minute, else their connection is cut", () => {
    const { cut, write, takeOver } = unreadAnswers({});
    const read = write(1, 1);
    write(2, 1);
    takeOver(2, 99);
    vi.advanceTimersByTime(59_999);
    expect(cut).toEqual([]);
    read();
    vi.advanceTimersByTime(1);
    expect(cut).toEqual([2]);
    vi.advanceTimersByTime(600_000);
    expect(cut).toEqual([2]);
  });

  test("may take ten minutes while their connection reads enough in each", () => {
    const { cut, write, takeOver } = unreadAnswers({});
    write(1, 1);
    const read = write(2, 1);
    for (let minute = 0; minute < 9; minute += 1) {
      takeOver(1, 100);
      takeOver(2, 100);
      vi.advanceTimersByTime(60_000);
    }
    expect(cut).toEqual([]);
    read();
    takeOver(1, 100);
    vi.advanceTimersByTime(60_000);
    expect(cut).toEqual([1]);
  });

  test("put their caller behind, over all its connections, where they are many and large together", () => {
    const { unread, behind, write } = unreadAnswers({ callerAnswers: 3, callerBytes: 30 });
    const few = [20, 20].map((bytes) => write(1, bytes, "few"));
    for (let at = 0; at < 5; at += 1) write(2, 5, "small");
    expect(behind).toEqual([]);
    expect(["few", "small", "nobody"].filter((caller) => unread.isBehind(caller))).toEqual([]);
    const third = write(3, 0, "few");
    expect(behind).toEqual(["few"]);
    write(3, 0, "few")();
    expect(behind).toEqual(["few"]);
    expect(unread.isBehind("few")).toBe(true);
    third();
    third();
    expect(unread.isBehind("few")).toBe(false);
    for (const read of few) read();
    for (let at = 0; at < 3; at += 1) write(1, 9, "few");
    expect(unread.isBehind("few")).toBe(false);
    write(1, 9, "few");
    expect(behind).toEqual(["few", "few"]);
  });

  test("put no caller behind that has read one a moment ago, however many are on their way", () => {
    const { unread, behind, write } = unreadAnswers({ callerAnswers: 3, callerMs: 1000 });
    const many = Array.from({ length: 5 }, () => write(1, 1, "reads"));
    vi.advanceTimersByTime(750);
    many[0]?.();
    vi.advanceTimersByTime(750);
    write(1, 1, "reads");
    expect(unread.isBehind("reads")).toBe(false);
    expect(behind).toEqual([]);
    vi.advanceTimersByTime(250);
    expect(unread.isBehind("reads")).toBe(true);
    expect(behind).toEqual(["reads"]);
    vi.advanceTimersByTime(250);
    expect(behind).toEqual(["reads"]);
    many[1]?.();
    expect(unread.isBehind("reads")).toBe(false);
  });

  test("put no caller behind that reads a part of one, on any of its connections", () => {
    const { unread, behind, write, takeOver } = unreadAnswers({ callerAnswers: 3, callerMs: 1000 });
    write(1, 1, "reads");
    const other = write(2, 1, "reads");
    write(2, 1, "reads");
    for (let tick = 0; tick < 8; tick += 1) {
      takeOver(1, 32 * KIB);
      vi.advanceTimersByTime(250);
    }
    expect(behind).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(behind).toEqual(["reads"]);
    // Also after it was behind.
    takeOver(1, 64 * KIB);
    vi.advanceTimersByTime(250);
    expect(unread.isBehind("reads")).toBe(false);
    other();
    vi.advanceTimersByTime(1000);
    expect(unread.isBehind("reads")).toBe(false);
  });
});

describe("LIMIT-4: room for another answer", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
  afterEach(() => void vi.useRealTimers());

  /** The calls that went on, in their order. */
  function calls(unread: ReturnType<typeof unreadAnswers>["unread"]) {
    const went: string[] = [];
    const rooms = new Map<string, AnswerRoom>();
    const ask = (port: number, name: string, signal = NOBODY): Promise<void> => {
      const room = unread.room({ remotePort: port });
      const turn = room.take(signal);
      if (turn === undefined) went.push(name);
      rooms.set(name, room);
      return (turn ?? Promise.resolve()).then(
        () => void (turn === undefined || went.push(name)),
        () => void went.push(`${name} left`),
      );
    };
    const release = (name: string): void => rooms.get(name)?.release();
    return { went, ask, release };
  }

  test("is there until the connection has too many bytes to read, and cuts no connection", async () => {
    const { unread, cut, write } = unreadAnswers({ connectionBytes: 10 * PAGE, allBytes: 1000 * PAGE });
    const { went, ask, release } = calls(unread);
    void ask(1, "first");
    write(1, 9 * PAGE);
    release("first");
    void ask(1, "second");
    const read = write(1, 11 * PAGE);
    release("second");
    const third = ask(1, "third");
    void ask(2, "other");
    expect(went).toEqual(["first", "second", "other"]);
    read();
    await third;
    expect(went).toEqual(["first", "second", "other", "third"]);
    expect(cut).toEqual([]);
  });

  test("is kept for the answers that are being made, each as large as those before", async () => {
    const { unread, write } = unreadAnswers({ connectionBytes: 10 * PAGE, allBytes: 1000 * PAGE });
    const { went, ask, release } = calls(unread);
    write(1, 3 * PAGE);
    void ask(1, "a");
    void ask(1, "b");
    void ask(1, "c");
    const d = ask(1, "d");
    void ask(1, "e");
    expect(went).toEqual(["a", "b", "c"]);
    // It ends without an answer.
    release("b");
    release("b");
    await d;
    await nextTurn();
    await nextTurn();
    expect(went).toEqual(["a", "b", "c", "d"]);
  });

  test("is kept for an answer that is being made, also when all others are read", async () => {
    const { unread, write } = unreadAnswers({ connectionBytes: 10 * PAGE, allBytes: 1000 * PAGE });
    const { went, ask } = calls(unread);
    void ask(1, "a");
    const read = write(1, 10 * PAGE);
    read();
    void ask(1, "b");
    void ask(1, "c");
    await nextTurn();
    expect(went).toEqual(["a", "b"]);
  });

  test("is taken by the one that waits, unless an answer was written before its turn", async () => {
    const { unread, write } = unreadAnswers({ connectionBytes: 10 * PAGE, allBytes: 1000 * PAGE });
    const { went, ask } = calls(unread);
    const read = write(1, 10 * PAGE);
    const first = ask(1, "first");
    read();
    const readNext = write(1, 10 * PAGE);
    await nextTurn();
    expect(went).toEqual([]);
    readNext();
    const second = ask(1, "second");
    expect(went).toEqual([]);
    await first;
    expect(went).toEqual(["first"]);
    void second;
  });

  test("is there at once when a connection has read one, or has its first", () => {
    const { unread, write } = unreadAnswers({
      connectionBytes: 100 * PAGE,
      allBytes: 1000 * PAGE,
      idleBytes: 2 * PAGE,
    });
    const { went, ask } = calls(unread);
    void ask(1, "a");
    vi.advanceTimersByTime(250);
    const read = write(1, PAGE);
    write(1, 2 * PAGE);
    void ask(1, "b");
    vi.advanceTimersByTime(250);
    read();
    void ask(1, "c");
    expect(went).toEqual(["a", "b", "c"]);
  });

  test("is given to one call in each turn, in their order, while what they take leaves some", async () => {
    const { unread, write } = unreadAnswers({ connectionBytes: 10 * PAGE, allBytes: 1000 * PAGE });
    const { went, ask, release } = calls(unread);
    const reads = [write(1, 10 * PAGE), write(1, 10 * PAGE)];
    const [a] = ["a", "b", "c"].map((name) => ask(1, name));
    reads[0]?.();
    expect(went).toEqual([]);
    reads[1]?.();
    await a;
    // While others wait, a new call waits behind them.
    const last = ask(1, "d");
    const readA = write(1, 10 * PAGE);
    release("a");
    await nextTurn();
    await nextTurn();
    expect(went).toEqual(["a"]);
    readA();
    await nextTurn();
    await nextTurn();
    expect(went).toEqual(["a", "b"]);
    release("b");
    await nextTurn();
    release("c");
    await last;
    expect(went).toEqual(["a", "b", "c", "d"]);
  });

  test("is less for each where all connections have much to read", () => {
    const { unread, write } = unreadAnswers({ connectionBytes: 80 * PAGE, allBytes: 100 * PAGE });
    const { went, ask, release } = calls(unread);
    write(1, 10 * PAGE);
    void ask(1, "alone");
    release("alone");
    write(2, 40 * PAGE);
    void ask(1, "beside");
    write(3, 9 * PAGE);
    void ask(3, "little");
    expect(went).toEqual(["alone", "little"]);
  });

  test("is not there while a connection with much to read reads nothing", async () => {
    const { unread, write, takeOver } = unreadAnswers({
      connectionBytes: 100 * PAGE,
      allBytes: 1000 * PAGE,
      idleBytes: 2 * PAGE,
    });
    const { went, ask } = calls(unread);
    write(1, PAGE);
    for (let answer = 0; answer < 8; answer += 1) write(2, PAGE / 4);
    const fresh = ask(2, "fresh");
    vi.advanceTimersByTime(250);
    const idle = ask(2, "idle");
    void ask(1, "little");
    expect(went).toEqual(["fresh", "little"]);
    takeOver(2, PAGE);
    vi.advanceTimersByTime(250);
    await Promise.all([fresh, idle]);
    expect(went).toEqual(["fresh", "little", "idle"]);
  });

  test("is there where up to seven answers are not read, which may be of one client of a proxy", () => {
    const { unread, write } = unreadAnswers({
      connectionBytes: 100 * PAGE,
      allBytes: 1000 * PAGE,
      idleBytes: 2 * PAGE,
    });
    const { went, ask } = calls(unread);
    for (let answer = 0; answer < 7; answer += 1) write(1, 2 * PAGE);
    vi.advanceTimersByTime(1000);
    void ask(1, "of another client");
    expect(went).toEqual(["of another client"]);
  });

  test("is waited for no longer than the call", async () => {
    const { unread, write } = unreadAnswers({ connectionBytes: PAGE, allBytes: 1000 * PAGE });
    const { went, ask, release } = calls(unread);
    const call = new AbortController();
    const read = write(1, PAGE);
    const gone = ask(1, "gone", call.signal);
    const next = ask(1, "next");
    call.abort();
    await gone;
    release("gone");
    read();
    await next;
    expect(went).toEqual(["gone left", "next"]);
    release("next");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is waited for by a call that leaves after the last answer", async () => {
    const { unread, write } = unreadAnswers({ connectionBytes: PAGE, allBytes: 1000 * PAGE });
    const { ask } = calls(unread);
    const call = new AbortController();
    const read = write(1, PAGE);
    const gone = ask(1, "gone", call.signal);
    read();
    call.abort();
    await gone;
    expect(vi.getTimerCount()).toBe(0);
  });
});

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
