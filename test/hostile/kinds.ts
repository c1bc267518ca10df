// What a hostile peer may do to the service, one entry for each kind.
import { once } from "node:events";
import { createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { endOf, flood, framed, openSession, request } from "./flood.ts";
import type { Kind } from "./kind.ts";
import { accountWithKeys, accountWithProfile, grant, listing, type Message } from "./requests.ts";
import { SCIM_KINDS } from "./scim-kinds.ts";
import { type Counts, countOf, type Target } from "./target.ts";

const WATCH = "/grpc.health.v1.Health/Watch";
const VALIDATE = "/c1.connector.v2.ConnectorService/Validate";
/** Needs credentials, and no turn of AWS. */
const TYPES = "/c1.connector.v2.ResourceTypesService/ListResourceTypes";
const EMPTY = new Uint8Array();
const HELD_MS = 10_000;

/** One call after the other. */
async function repeat(target: Target, counts: Counts, times: number, { path, body }: Message): Promise<void> {
  const { provisionToken: token } = target;
  for (let time = 0; time < times; time += 1)
    await flood(target, counts, { path, body, token, calls: 1, perSession: 1 });
}

async function holdSockets({ address }: Target, counts: Counts, count: number): Promise<void> {
  const [host = "", port = ""] = address.split(":");
  for (let at = 0; at < count; at += 1) {
    const socket = createConnection({ host, port: Number(port) });
    socket.on("error", () => countOf(counts, "refused"));
    socket.on("close", () => countOf(counts, "closed"));
    await Promise.race([once(socket, "connect"), once(socket, "close"), sleep(2000)]).catch(() => undefined);
    countOf(counts, "sent");
  }
  await sleep(HELD_MS);
}

async function holdCalledSessions(target: Target, counts: Counts, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const session = openSession(target);
    session.on("close", () => countOf(counts, "closed"));
    const stream = request(session, TYPES, target.readToken);
    stream.end(framed(EMPTY));
    countOf(counts, await endOf(stream));
    countOf(counts, "sent");
  }
  await sleep(HELD_MS);
}

/** Waiting calls, and the clock an hour back and right again while they wait. */
async function setClockBack(target: Target, counts: Counts, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const { path, body } = listing("user");
    const waiting = flood(target, counts, { path, body, token: target.readToken, calls: 15, perSession: 15 });
    await sleep(300 + 37 * time);
    process.kill(target.pid, "SIGUSR2");
    await sleep(1000);
    process.kill(target.pid, "SIGUSR2");
    const late = setTimeout(() => countOf(counts, "no turn within 15 s"), 15_000);
    await Promise.race([waiting, sleep(16_000)]);
    clearTimeout(late);
  }
}

/** Anybody without credentials: as many refused calls as the service takes, for ten seconds. */
async function beRefused(target: Target, counts: Counts): Promise<void> {
  const until = performance.now() + HELD_MS;
  while (performance.now() < until)
    await flood(target, counts, { path: VALIDATE, body: EMPTY, calls: 500, perSession: 500 });
}

export const KINDS: Readonly<Record<string, Kind>> = {
  watch: {
    what: "49,000 Health/Watch without credentials",
    async attack(target, counts) {
      await flood(target, counts, {
        path: WATCH,
        body: EMPTY,
        calls: 49_000,
        perSession: 1000,
        leave: "open",
      });
      await sleep(HELD_MS);
    },
  },
  listings: {
    what: "60,000 ListResources of one caller",
    attack: (target, counts) =>
      flood(target, counts, { ...listing("user"), token: target.readToken, calls: 60_000, perSession: 1000 }),
  },
  grants: {
    what: "20,000 Grants of one caller",
    attack: (target, counts) =>
      flood(target, counts, {
        ...grant(target, target.group),
        token: target.provisionToken,
        calls: 20_000,
        perSession: 1000,
      }),
  },
  keys: {
    what: "accounts with 1,000 encryption_configs",
    attack: (target, counts) => repeat(target, counts, 3, accountWithKeys(1000)),
  },
  profile: {
    what: "accounts with a profile of 200,000 members",
    attack: (target, counts) => repeat(target, counts, 3, accountWithProfile(200_000)),
  },
  pattern: {
    what: "grants of a hostile group under *-*-*-*-*-admin",
    settings: ["--groups-allow=*-*-*-*-*-admin,group-*"],
    attack: (target, counts) => repeat(target, counts, 3, grant(target, "-".repeat(128))),
  },
  upstream: {
    what: "an endless answer of the pool's server",
    needs: "endless-upstream",
    attack: (target, counts) => repeat(target, counts, 2, listing("group")),
  },
  silent: {
    what: "1,500 silent connections, 1,224 files may be open",
    openFiles: 1224,
    attack: (target, counts) => holdSockets(target, counts, 1500),
  },
  "idle-reader": {
    what: "a reader holds 600 connections, 500 are allowed",
    settings: ["--max-connections=500"],
    attack: (target, counts) => holdCalledSessions(target, counts, 600),
  },
  cancelled: {
    what: "117,600 ListResources opened and cancelled",
    attack: (target, counts) =>
      flood(target, counts, {
        ...listing("user"),
        token: target.readToken,
        calls: 117_600,
        perSession: 900,
        leave: "cancelled",
      }),
  },
  refused: {
    what: "calls without credentials for ten seconds",
    attack: beRefused,
  },
  clock: {
    what: "the clock an hour back and right again, 12 times",
    needs: "movable-clock",
    attack: (target, counts) => setClockBack(target, counts, 12),
  },
  ...SCIM_KINDS,
};
