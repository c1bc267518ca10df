import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { createConnections } from "./connections.ts";

/** A socket with a name that was never connected. */
function socketFrom(remotePort: number | undefined): Socket {
  const socket = new Socket();
  const ends = { remoteAddress: "10.0.0.1", localAddress: "10.0.0.2", localPort: 50_051 };
  for (const [name, value] of Object.entries(remotePort === undefined ? {} : { ...ends, remotePort })) {
    Object.defineProperty(socket, name, { value });
  }
  return socket;
}

function crowded(max: number) {
  const reports: string[] = [];
  const connections = createConnections(max, (why, peer) => reports.push(`${why} ${peer}`));
  return { connections, reports };
}

describe("CONNECTION-1: connections", () => {
  test("are never more than there is room for: the oldest idle one goes", () => {
    const { connections, reports } = crowded(2);
    const [first, second, third] = [socketFrom(1), socketFrom(2), socketFrom(3)];
    expect([first, second, third].map((socket) => connections.admit(socket))).toEqual([true, true, true]);
    expect([first, second, third].map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
    expect(reports).toEqual(["evicted 10.0.0.1:1"]);
  });

  test("that have ended leave their room to others", async () => {
    const { connections, reports } = crowded(1);
    const first = socketFrom(1);
    connections.admit(first);
    first.destroy();
    await connections.allClosed();
    expect(connections.admit(socketFrom(2))).toBe(true);
    expect(reports).toEqual([]);
  });
});

describe("CONNECTION-2: a connection with an authenticated call", () => {
  test("stays, and the new one goes when there is no other", () => {
    const { connections, reports } = crowded(2);
    const [first, second, third, fourth] = [socketFrom(1), socketFrom(2), socketFrom(3), socketFrom(4)];
    connections.admit(first);
    connections.admit(second);
    connections.markAuthenticated(first);
    connections.markAuthenticated(first);
    expect(connections.admit(third)).toBe(true);
    connections.markAuthenticated(third);
    expect(connections.admit(fourth)).toBe(false);
    expect([first, second, third, fourth].map(({ destroyed }) => destroyed)).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(reports).toEqual(["evicted 10.0.0.1:2", "full 10.0.0.1:4"]);
  });

  test("is known by both its ends: another listener's does not count", () => {
    const { connections } = crowded(1);
    const first = socketFrom(1);
    connections.admit(first);
    connections.markAuthenticated({
      remoteAddress: "10.0.0.1",
      remotePort: 1,
      localAddress: "10.0.0.2",
      localPort: 1,
    });
    connections.admit(socketFrom(2));
    expect(first.destroyed).toBe(true);
  });

  test("of a Unix socket cannot be matched, so none is closed", () => {
    const { connections, reports } = crowded(1);
    const first = socketFrom(undefined);
    expect(connections.admit(first)).toBe(true);
    expect(connections.admit(socketFrom(undefined))).toBe(false);
    expect(first.destroyed).toBe(false);
    expect(reports).toEqual(["full unknown"]);
  });
});

describe("the end", () => {
  test("closes those without a call first, then all, and waits until they are closed", async () => {
    const { connections } = crowded(3);
    const [idle, busy, asking] = [socketFrom(1), socketFrom(2), socketFrom(3)];
    for (const socket of [idle, busy, asking]) connections.admit(socket);
    connections.markUsed(asking);
    connections.markAuthenticated({
      remoteAddress: "10.0.0.1",
      remotePort: 2,
      localAddress: "10.0.0.2",
      localPort: 50_051,
    });
    connections.destroyUnused();
    expect([idle, busy, asking].map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
    const allClosed = connections.allClosed();
    connections.destroyAll();
    await allClosed;
    expect(busy.closed).toBe(true);
    await connections.allClosed();
  });
});
