// What a hostile peer may do to SCIM over HTTP.
import { createConnection, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Kind } from "./kind.ts";
import { type Counts, countOf, type Target } from "./target.ts";

const HELD_MS = 10_000;
const SCIM = ["--scim", "--scim-listen=127.0.0.1:0"];
/** No rate of the caller, and a pool that has been read when the attack begins. */
const FAST = ["--scim-rate=100000", "--rate=1000"];
const MEBI = 2 ** 20;

function head(
  { scim, provisionToken }: Target,
  method: string,
  path: string,
  ...more: readonly string[]
): string {
  const { host, pathname } = new URL(scim);
  const lines = [
    `${method} ${pathname}${path} HTTP/1.1`,
    `host: ${host}`,
    `authorization: Bearer ${provisionToken}`,
  ];
  return `${[...lines, ...more].join("\r\n")}\r\n\r\n`;
}

/** Counts the statuses of what comes back. */
function connect({ scim }: Target, counts: Counts): Socket {
  const { hostname, port } = new URL(scim);
  const socket = createConnection({ host: hostname, port: Number(port) });
  socket.setNoDelay(true);
  socket.on("error", () => countOf(counts, "cut off"));
  socket.on("data", (piece: Buffer) => {
    for (const [, status = ""] of piece.toString("latin1").matchAll(/HTTP\/1\.1 (\d{3})/g))
      countOf(counts, status);
  });
  return socket;
}

interface Repeated {
  readonly connections: number;
  readonly bytes: Buffer | string;
  /** Sends the next one when the answer begins; by default as fast as it is read. */
  readonly waits?: true;
}

/** Sends the bytes again and again, on a new connection where one is cut. */
async function repeat(target: Target, counts: Counts, repeated: Repeated): Promise<void> {
  const { connections, bytes, waits = false } = repeated;
  const until = performance.now() + HELD_MS;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < until) {
        const socket = connect(target, counts);
        await new Promise<void>((resolve) => {
          const more = (): void => {
            if (performance.now() >= until) socket.destroy();
            let isRead = true;
            while (isRead && !socket.destroyed) {
              isRead = socket.write(bytes) && !waits;
              countOf(counts, "sent");
            }
          };
          if (!waits) socket.on("drain", more);
          else socket.on("data", (piece: Buffer) => void (piece.includes("HTTP/1.1 ") && more()));
          socket.once("connect", more);
          socket.once("close", () => resolve());
          setTimeout(() => socket.destroy(), Math.max(0, until - performance.now()));
        });
        await sleep(10);
      }
    }),
  );
}

function post(target: Target, path: string, body: string): string {
  const type = "content-type: application/scim+json";
  return `${head(target, "POST", path, type, `content-length: ${Buffer.byteLength(body)}`)}${body}`;
}

export const SCIM_KINDS: Readonly<Record<string, Kind>> = {
  "scim-bodies": {
    what: "SCIM bodies of 7 MiB on 50 connections",
    settings: SCIM,
    attack: (target, counts) =>
      repeat(target, counts, {
        connections: 50,
        bytes: post(target, "/Users", `{"userName":"${"x".repeat(7 * MEBI)}"}`),
        waits: true,
      }),
  },
  "scim-filters": {
    what: "SCIM filters of 200 conditions, as fast as they are answered",
    settings: [...SCIM, ...FAST],
    attack: (target, counts) => {
      const filter = Array.from({ length: 200 }, (_, at) => `nickName co "${at}"`).join(" or ");
      const bytes = post(target, "/Users/.search", JSON.stringify({ filter }));
      return repeat(target, counts, { connections: 20, bytes, waits: true });
    },
  },
  "scim-flood": {
    what: "SCIM requests one after the other without waiting, on 50 connections",
    settings: SCIM,
    attack: (target, counts) =>
      repeat(target, counts, { connections: 50, bytes: head(target, "GET", "/Users?count=1").repeat(100) }),
  },
  "scim-refused": {
    what: "SCIM requests without credentials on 50 connections",
    settings: SCIM,
    attack: (target, counts) => {
      const unknown = { ...target, provisionToken: "wrong" };
      return repeat(unknown, counts, { connections: 50, bytes: head(unknown, "GET", "/Users"), waits: true });
    },
  },
  "scim-pages": {
    what: "SCIM pages of 1,000 people, as fast as they are answered",
    settings: [...SCIM, ...FAST],
    attack: (target, counts) =>
      repeat(target, counts, {
        connections: 20,
        bytes: head(target, "GET", "/Users?count=1000"),
        waits: true,
      }),
  },
  "scim-silent": {
    what: "1,500 silent SCIM connections, 1,224 files may be open",
    settings: SCIM,
    openFiles: 1224,
    async attack(target, counts) {
      for (let at = 0; at < 1500; at += 1) {
        const socket = connect(target, counts);
        socket.once("close", () => countOf(counts, "closed"));
        countOf(counts, "sent");
        if (at % 50 === 0) await sleep(20);
      }
      await sleep(HELD_MS);
    },
  },
};
