// What an operator reads of a Redis that cannot be used: the code, and what to do about it.
import { rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { systemClocks } from "../../../pkg/core/clock.ts";
import type { RedisSettings } from "../../../pkg/core/redis-settings.ts";
import { Secret } from "../../../pkg/core/secret.ts";
import { describeTrouble } from "../../../pkg/shared-quota/redis-trouble.ts";
import { freePort } from "../../support/programs.ts";
import { type RedisServer, startRedis } from "../../support/redis-server.ts";
import { openInstance, redisAt } from "../../support/sharing-instances.ts";

interface Places {
  readonly locked: RedisServer;
  readonly open: RedisServer;
  readonly replica: RedisServer;
  readonly full: RedisServer;
  readonly alone: RedisServer;
  readonly diskless: RedisServer;
  readonly busy: RedisServer;
  readonly sentinel: RedisServer;
  readonly noRedis: number;
  readonly nothing: number;
}

let places: Places;
let noRedis: Server;
beforeAll(async () => {
  const locked = await startRedis({
    settings: [
      "requirepass hunter2",
      "user few on >hunter3 ~* +get",
      "user fixed on >hunter4 ~* +@all -select",
    ],
    client: { password: "hunter2" },
  });
  const open = await startRedis();
  const replica = await startRedis();
  await replica.command("REPLICAOF", "127.0.0.1", open.port);
  const full = await startRedis({ settings: ["maxmemory 1", "maxmemory-policy noeviction"] });
  const alone = await startRedis({ settings: ["min-replicas-to-write 1"] });
  const diskless = await startRedis({ settings: ["save 3600 1"] });
  await withoutDisk(diskless);
  const busy = await startRedis({ settings: ["lua-time-limit 10"] });
  busy.command("EVAL", "while true do end", 0).catch(() => undefined);
  const sentinel = await startRedis({
    isSentinel: true,
    settings: [`sentinel monitor main 127.0.0.1 ${open.port} 1`],
  });
  noRedis = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => noRedis.listen(port, "127.0.0.1", resolve));
  places = {
    locked,
    open,
    replica,
    full,
    alone,
    diskless,
    busy,
    sentinel,
    noRedis: port,
    nothing: await freePort(),
  };
});
afterAll(async () => {
  const { locked, open, replica, full, alone, diskless, busy, sentinel } = places;
  const servers = [locked, open, replica, full, alone, diskless, busy, sentinel];
  await Promise.all(servers.map((server) => server.remove()));
  noRedis.close();
});

/** Its folder is gone, so it cannot save what it has. */
async function withoutDisk(server: RedisServer): Promise<void> {
  const [, folder] = String(await server.command("CONFIG", "GET", "dir")).split(",");
  if (folder === undefined) throw new Error("no folder");
  rmSync(folder, { recursive: true });
  await server.command("SET", "x", "y");
  await server.command("BGSAVE");
  while (!String(await server.command("INFO", "persistence")).includes("rdb_last_bgsave_status:err"))
    await delay(20);
}

const password = new Secret("hunter2");
const as = (username: string, text: string) => ({ username, password: new Secret(text) });

const ROWS: readonly (readonly [string, (at: Places) => RedisSettings, string])[] = [
  [
    "a wrong password",
    ({ locked }) => redisAt(locked.port, as("few", "hunter2")),
    "WRONGPASS: the user name or",
  ],
  ["no password", ({ locked }) => redisAt(locked.port), "NOAUTH: it asks for a password"],
  [
    "a user with few rights",
    ({ locked }) => redisAt(locked.port, as("few", "hunter3")),
    "NOPERM: its user needs",
  ],
  [
    "a user who may not choose the database",
    ({ locked }) => redisAt(locked.port, { ...as("fixed", "hunter4"), database: 1 }),
    "NOPERM: its user needs",
  ],
  [
    "a database that is not there",
    ({ open }) => redisAt(open.port, { database: 999 }),
    "wrong database: it refuses the database",
  ],
  ["a replica", ({ replica }) => redisAt(replica.port), "READONLY: it is a replica"],
  ["too few replicas", ({ alone }) => redisAt(alone.port), "NOREPLICAS: it has fewer replicas"],
  ["no disk", ({ diskless }) => redisAt(diskless.port), "MISCONF: it cannot write to its disk"],
  ["a script that does not end", ({ busy }) => redisAt(busy.port), "BUSY: a script of another program"],
  ["full memory", ({ full }) => redisAt(full.port), "OOM: its memory is full"],
  ["no Redis at all", ({ noRedis: port }) => redisAt(port), "unexpected answer: it does not answer as Redis"],
  ["nothing", ({ nothing }) => redisAt(nothing), "ECONNREFUSED: nothing listens"],
  [
    "a server in place of a cluster",
    ({ open }) => redisAt(open.port, { kind: "cluster" }),
    "no cluster: it is no node of a cluster",
  ],
  [
    "a cluster with another password",
    ({ locked }) => redisAt(locked.port, { kind: "cluster", password: new Secret("hunter1") }),
    "WRONGPASS: the user name or",
  ],
  ["a Sentinel in place of a server", ({ sentinel }) => redisAt(sentinel.port), "ERR: it does not know"],
  [
    "Sentinels that are not there",
    ({ nothing }) => redisAt(nothing, { kind: "sentinel", masterName: "main" }),
    "no Sentinel: no Sentinel that redis-url names",
  ],
  [
    "Sentinels that do not know the master",
    ({ sentinel }) => redisAt(sentinel.port, { kind: "sentinel", masterName: "other", password }),
    "no master: the Sentinels know no master",
  ],
];

describe("a Redis that cannot be used", () => {
  test.for(ROWS)(
    "%s: it is said once with what to do, no call fails, and nothing else is printed",
    async ([, settings, line]) => {
      const printed = [vi.spyOn(console, "warn"), vi.spyOn(console, "error")];
      const one = openInstance(settings(places), { rate: 20 });
      one.keepCalling(2, 20);
      try {
        while (one.changes.length === 0 || one.starts.length < 3) await delay(20);
        expect(one.changes.map(({ kind }) => kind)).toEqual(["lost"]);
        const [code = ""] = one.troubles.slice(-1);
        expect(describeTrouble(code)).toContain(line);
        expect(new Set(one.troubles)).toEqual(new Set([code]));
        expect(one.failures).toEqual([]);
        for (const spy of printed) expect(spy).not.toHaveBeenCalled();
      } finally {
        await one.close();
        vi.restoreAllMocks();
      }
    },
  );

  test("a replica is not connected to again and again", async () => {
    const { replica } = places;
    const connections = async () =>
      Number(/total_connections_received:(\d+)/.exec(String(await replica.command("INFO", "stats")))?.[1]);
    const before = await connections();
    const since = systemClocks.monotonic();
    const one = openInstance(redisAt(replica.port), { rate: 20 });
    try {
      while (one.troubles.filter((code) => code === "READONLY").length < 50) await delay(20);
      // Some more for the first one and for the question.
      const most = 2 * ((systemClocks.monotonic() - since) / 1000) + 3;
      expect((await connections()) - before).toBeLessThanOrEqual(most);
    } finally {
      await one.close();
    }
  });
});
