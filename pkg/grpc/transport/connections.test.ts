import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { type ConnectionEnds, createConnections } from "./connections.ts";

const SERVER = { localAddress: "10.0.0.2", localPort: 50_051 };

function endsOf(remotePort: number, remoteAddress = "10.0.0.1"): ConnectionEnds {
  return { ...SERVER, remoteAddress, remotePort };
}

/** A socket with names that was never connected; without names for a Unix socket. */
function socketFrom(ends: ConnectionEnds = {}): Socket {
  const socket = new Socket();
  for (const [name, value] of Object.entries(ends)) {
    Object.defineProperty(socket, name, { value, configurable: true });
  }
  return socket;
}

function crowded(max: number) {
  const reports: string[] = [];
  const connections = createConnections(max, (why, peer) => reports.push(`${why} ${peer}`));
  /** A connection that was admitted. */
  const open = (port: number, address?: string): Socket => {
    const socket = socketFrom(endsOf(port, address));
    expect(connections.admit(socket)).toBe(true);
    return socket;
  };
  /** A connection of this caller without a call under way. */
  const idle = (port: number, caller: string): Socket => {
    const socket = open(port);
    connections.callBegan(endsOf(port), caller);
    connections.callEnded(endsOf(port));
    return socket;
  };
  return { connections, reports, open, idle };
}

const destroyed = (...sockets: readonly Socket[]): readonly boolean[] =>
  sockets.map((socket) => socket.destroyed);

describe("CONNECTION-1: connections", () => {
  test("are never more than there is room for: the oldest of the address goes", () => {
    const { open, reports } = crowded(2);
    const sockets = [open(1), open(2), open(3)];
    expect(destroyed(...sockets)).toEqual([true, false, false]);
    expect(reports).toEqual(["evicted 10.0.0.1:1"]);
  });

  test("that have ended leave their room to others", async () => {
    const { connections, open, reports } = crowded(1);
    open(1).destroy();
    await connections.allClosed();
    open(2);
    expect(reports).toEqual([]);
  });

  test("whose ports the system gives again before their end is reported are counted once", async () => {
    const { connections, open, reports } = crowded(2);
    const first = open(1);
    open(1);
    open(2);
    expect(reports).toEqual([]);
    const closed = new Promise((resolve) => first.once("close", resolve));
    first.destroy();
    await closed;
    open(3);
    expect(reports).toHaveLength(1);
    connections.destroyAll();
    await connections.allClosed();
  });
});

describe("CONNECTION-2: a new connection takes the place", () => {
  test("of one that has proved nothing, of the address that has the most of them", () => {
    const { open, idle } = crowded(5);
    const caller = idle(1, "reader");
    const other = open(2, "10.0.0.7");
    const [silent, silent2] = [open(3), open(4)];
    const used = open(5);
    const late = open(6, "10.0.0.8");
    expect(destroyed(caller, other, silent, silent2, used, late)).toEqual([
      false,
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  test("of its own address among those with equally many, so that a peer only displaces itself", () => {
    const { open } = crowded(2);
    const rightful = open(1, "10.0.0.7");
    let last = open(2, "10.0.0.8");
    for (let port = 3; port < 100; port += 1) last = open(port, "10.0.0.8");
    expect(destroyed(rightful, last)).toEqual([false, false]);
  });

  test("of an idle one of a caller that holds a quarter of all, before one that is about to prove itself", () => {
    const { open, idle } = crowded(8);
    const fresh = open(1);
    const [first, second, third] = [idle(2, "reader"), idle(3, "reader"), idle(4, "reader")];
    const others = [5, 6, 7].map((port) => idle(port, `caller-${port}`));
    const silent = open(8);
    open(9);
    expect(destroyed(fresh, first, second, third, silent)).toEqual([false, true, false, false, false]);
    // Two of eight are a quarter: the next takes the place of one that has proved nothing.
    open(10);
    expect(destroyed(fresh, second, third, silent, ...others)).toEqual([
      true,
      ...others.map(() => false),
      false,
      false,
      false,
    ]);
  });

  test("of the idlest one of the caller with the most idle ones, when all have proved who they are", () => {
    const { connections, idle, open } = crowded(4);
    const provisioner = idle(1, "provisioner");
    const [first, second, third] = [idle(2, "reader"), idle(3, "reader"), idle(4, "reader")];
    // The first one is used again.
    connections.callBegan(endsOf(2), "reader");
    connections.callEnded(endsOf(2));
    open(5);
    expect(destroyed(provisioner, first, second, third)).toEqual([false, false, true, false]);
  });

  test("of none with an authenticated call under way: without another one it is refused", () => {
    const { connections, open, reports } = crowded(2);
    const [first, second] = [open(1), open(2)];
    connections.callBegan(endsOf(1), "reader");
    connections.callBegan(endsOf(1), "reader");
    connections.callEnded(endsOf(1));
    connections.callBegan(endsOf(2), "provisioner");
    const third = socketFrom(endsOf(3));
    expect(connections.admit(third)).toBe(false);
    expect(destroyed(first, second, third)).toEqual([false, false, true]);
    expect(reports).toEqual(["full 10.0.0.1:3"]);
    connections.callEnded(endsOf(1));
    open(4);
    expect(first.destroyed).toBe(true);
  });

  test("a call that needs no authentication protects nothing", () => {
    const { connections, open } = crowded(1);
    const watching = open(1);
    connections.markUsed(endsOf(1));
    open(2);
    expect(watching.destroyed).toBe(true);
  });

  test("a connection is known by both its ends: another listener's does not count", () => {
    const { connections, open } = crowded(1);
    const first = open(1);
    connections.callBegan({ ...endsOf(1), localPort: 1 }, "reader");
    open(2);
    expect(first.destroyed).toBe(true);
  });

  test("Unix sockets are told apart, although their ends have no names", () => {
    const { connections, reports } = crowded(2);
    const [first, second, third] = [socketFrom(), socketFrom(), socketFrom()];
    connections.admit(first);
    connections.admit(second);
    connections.callBegan({ localPort: first.localPort }, "reader");
    connections.admit(third);
    expect(destroyed(first, second, third)).toEqual([false, true, false]);
    expect(reports).toEqual(["evicted unknown"]);
  });
});

describe("a caller", () => {
  test("has calls on three quarters of the connections at most", () => {
    const { connections, open } = crowded(4);
    for (const port of [1, 2, 3, 4]) open(port);
    const began = [1, 2, 3, 4].map((port) => connections.callBegan(endsOf(port), "reader"));
    expect(began).toEqual([true, true, true, false]);
    // More calls on the same connection, and those of others, are not counted.
    expect(connections.callBegan(endsOf(1), "reader")).toBe(true);
    expect(connections.callBegan(endsOf(4), "provisioner")).toBe(true);
    connections.callEnded(endsOf(4));
    connections.callEnded(endsOf(3));
    expect(connections.callBegan(endsOf(4), "reader")).toBe(true);
  });

  test("of a connection is the one of the last call", () => {
    const { connections, open } = crowded(4);
    open(1);
    expect(connections.ownerOf(endsOf(1))).toBeUndefined();
    connections.callBegan(endsOf(1), "reader");
    connections.callBegan(endsOf(1), "provisioner");
    expect(connections.ownerOf(endsOf(1))).toBe("provisioner");
  });
});

describe("the end", () => {
  test("closes those without a call first, then all, and waits until they are closed", async () => {
    const { connections, open } = crowded(3);
    const [silent, busy, asking] = [open(1), open(2), open(3)];
    connections.markUsed(endsOf(3));
    connections.callBegan(endsOf(2), "reader");
    connections.destroyUnused();
    expect(destroyed(silent, busy, asking)).toEqual([true, false, false]);
    const allClosed = connections.allClosed();
    connections.destroyAll();
    await allClosed;
    expect(busy.closed).toBe(true);
    await connections.allClosed();
  });
});
