// How the instances reach a Redis: TLS, passwords, Sentinels, a cluster, and one that is hostile.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { Secret } from "../../../pkg/core/secret.ts";
import { grantedRate } from "../../cognito/rates.ts";
import { createAuthority } from "../../support/certificates.ts";
import { freePort } from "../../support/programs.ts";
import { type RedisServer, startRedis } from "../../support/redis-server.ts";
import { openInstance, redisAt, type SharingInstance } from "../../support/sharing-instances.ts";

const servers: RedisServer[] = [];
const instances: SharingInstance[] = [];
afterEach(async () => {
  await Promise.all(instances.splice(0).map((instance) => instance.close()));
  await Promise.all(servers.splice(0).map((server) => server.remove()));
});

async function redis(...args: Parameters<typeof startRedis>): Promise<RedisServer> {
  const server = await startRedis(...args);
  servers.push(server);
  return server;
}

function open(...args: Parameters<typeof openInstance>): SharingInstance {
  const opened = openInstance(...args);
  instances.push(opened);
  return opened;
}

async function untilShared(...all: readonly SharingInstance[]): Promise<void> {
  while (all.some((one) => one.shared.status().some(({ mode }) => mode !== "shared"))) await delay(20);
}

async function redisKeys(port: number): Promise<number> {
  return Number(await servers.find((server) => server.port === port)?.command("DBSIZE"));
}

async function untilTrouble(one: SharingInstance, code: string): Promise<void> {
  while (!one.troubles.includes(code)) await delay(20);
}

describe("passwords", () => {
  test("one of the server, and one of a user who may use no other keys", async () => {
    const { port } = await redis({
      settings: [
        "requirepass hunter2",
        "user connector on >hunter3 ~cognito-connector:* +evalsha +eval +get +set +time +info +client",
      ],
      client: { password: "hunter2" },
    });
    await untilShared(
      open(redisAt(port, { password: new Secret("hunter2") })),
      open(
        redisAt(port, {
          username: "connector",
          password: new Secret("hunter3"),
          prefix: "cognito-connector",
        }),
      ),
    );
    expect(await redisKeys(port)).toBeGreaterThanOrEqual(20);
  });

  test("a wrong one, or none, is a trouble with a name, and calls go on", async () => {
    const { port } = await redis({ settings: ["requirepass hunter2"], client: { password: "hunter2" } });
    const wrong = open(redisAt(port, { password: new Secret("hunter1") }));
    const none = open(redisAt(port));
    await untilTrouble(wrong, "WRONGPASS");
    await untilTrouble(none, "NOAUTH");
    wrong.keepCalling(1, 10);
    while (wrong.starts.length < 2) await delay(20);
    expect(wrong.failures).toEqual([]);
  });
});

describe("Sentinels", () => {
  test("after a failover the instances are at the new master, and no call fails", async () => {
    const [master, replica] = [await redis(), await redis()];
    await replica.command("REPLICAOF", "127.0.0.1", master.port);
    const sentinels = await Promise.all(
      [1, 2, 3].map(() =>
        redis({
          isSentinel: true,
          settings: [
            `sentinel monitor main 127.0.0.1 ${master.port} 2`,
            "sentinel down-after-milliseconds main 1000",
            "sentinel failover-timeout main 3000",
          ],
        }),
      ),
    );
    // Each learns of the replica and of the others by itself. Without a majority that knows, nobody fails over.
    const knowsAll = async (one: RedisServer) => {
      const known = [
        await one.command("SENTINEL", "REPLICAS", "main"),
        await one.command("SENTINEL", "SENTINELS", "main"),
      ].map(String);
      const others = sentinels.filter((other) => other !== one);
      return [replica, ...others].every(({ port }) => known.some((text) => text.includes(String(port))));
    };
    for (const one of sentinels) while (!(await knowsAll(one))) await delay(100);
    const place = redisAt(0, {
      kind: "sentinel",
      masterName: "main",
      addresses: sentinels.map(({ port }) => ({ kind: "tcp", host: "127.0.0.1", port })),
    });
    const all = [1, 2, 3, 4].map(() => open(place, { rate: 10 }));
    await untilShared(...all);
    for (const one of all) one.keepCalling(4, 50);
    while (all.some(({ starts }) => starts.length < 5)) await delay(20);
    await master.kill();
    while (all.some(({ changes }) => !changes.some(({ kind }) => kind === "lost"))) await delay(20);
    await untilShared(...all);
    expect(await replica.command("ROLE")).toContain("master");
    const now = all.map(({ starts }) => starts.length);
    while (all.some(({ starts }, index) => starts.length < (now[index] ?? 0) + 5)) await delay(20);
    expect(all.flatMap(({ failures }) => failures)).toEqual([]);
    const rate = grantedRate(all.flatMap(({ starts }) => starts).toSorted((a, b) => a - b));
    expect(rate.maxInTenSeconds).toBeLessThanOrEqual(100);
    expect(rate.maxInOneSecond).toBeLessThanOrEqual(12);
  }, 120_000);
});

describe("a cluster", () => {
  test("of three nodes has each category on one of them; where one is lost, the others go on", async () => {
    const settings = ["cluster-enabled yes", "cluster-node-timeout 2000", "cluster-require-full-coverage no"];
    const nodes = await Promise.all(
      [1, 2, 3].map(async () => redis({ settings, port: await clusterPort() })),
    );
    const [first, ...others] = nodes;
    if (first === undefined) throw new Error("no node");
    const slots = [
      [0, 5460],
      [5461, 10_922],
      [10_923, 16_383],
    ] as const;
    await Promise.all(
      nodes.map((node, index) => node.command("CLUSTER", "ADDSLOTSRANGE", ...(slots[index] ?? []))),
    );
    for (const node of others) await node.command("CLUSTER", "MEET", "127.0.0.1", first.port);
    const isUp = async (node: RedisServer) => {
      const info = String(await node.command("CLUSTER", "INFO"));
      return info.includes("cluster_state:ok") && info.includes("cluster_known_nodes:3");
    };
    for (const node of nodes) while (!(await isUp(node))) await delay(100);
    const place = redisAt(0, {
      kind: "cluster",
      addresses: nodes.map(({ port }) => ({ kind: "tcp", host: "127.0.0.1", port })),
    });
    const all = [open(place), open(place)];
    await untilShared(...all);
    while (all.some((one) => one.status().instances < 2)) await delay(20);
    const keys = await Promise.all(nodes.map((node) => node.command("DBSIZE")));
    expect(keys.reduce((sum: number, count) => sum + Number(count), 0)).toBe(10);
    await others[0]?.kill();
    const modes = (one: SharingInstance) => new Set(one.shared.status().map(({ mode }) => mode));
    while (all.some((one) => modes(one).size < 2)) await delay(20);
    for (const one of all) one.keepCalling(1, 20);
    while (all.some(({ starts }) => starts.length < 3)) await delay(20);
    expect(all.flatMap(({ failures }) => failures)).toEqual([]);
  }, 120_000);
});

/** The bus of a cluster has the port 10 000 above. */
async function clusterPort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port < 55_000) return port;
  }
}

describe("TLS", () => {
  test("with a CA of one's own, and not without it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "connector-redis-tls-"));
    try {
      const authority = createAuthority("Redis CA");
      const { cert, key } = authority.issue({ names: ["IP:127.0.0.1"] });
      for (const [name, text] of Object.entries({
        "ca.pem": authority.cert,
        "cert.pem": cert,
        "key.pem": key,
      })) {
        writeFileSync(join(folder, name), text);
      }
      const port = await freePort();
      await redis({
        port: 0,
        settings: [
          `tls-port ${port}`,
          `tls-cert-file ${folder}/cert.pem`,
          `tls-key-file ${folder}/key.pem`,
          `tls-ca-cert-file ${folder}/ca.pem`,
          "tls-auth-clients no",
        ],
      });
      await untilShared(open(redisAt(port, { tls: true, caBundle: authority.cert })));
      const untrusting = open(redisAt(port, { tls: true }));
      while (untrusting.troubles.length === 0) await delay(20);
      expect(untrusting.status().mode).toBe("local share");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("SHARE-6: a hostile Redis", () => {
  const big = Buffer.alloc(65_536, "x");
  test.for<readonly [string, (socket: Socket) => void]>([
    ["says nothing", (_socket: Socket) => undefined],
    ["closes at once", (socket: Socket) => void socket.destroy()],
    [
      "answers anything",
      (socket: Socket) => void socket.on("data", () => socket.write("+OK\r\n:7\r\n$-1\r\n")),
    ],
    [
      "is no Redis",
      (socket: Socket) => void socket.on("data", () => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")),
    ],
    [
      "gives a thousand turns at once",
      (socket: Socket) =>
        void socket.on("data", (data: Buffer) => {
          const calls = data.toString().split("evalsha").length - 1;
          const info = data.toString().includes("info") ? "$18\r\nredis_version:7.0.0\r\n" : "";
          const ints = [1, 1, 1, 1, 0, 5000, 5000, 40, 1, 1, ...Array.from({ length: 200 }, () => 0)];
          const answer = `*${ints.length}\r\n${ints.map((int) => `:${int}\r\n`).join("")}`;
          socket.write(calls > 0 ? answer.repeat(calls) : info || "+OK\r\n");
        }),
    ],
    [
      "nests without end",
      (socket: Socket) => void socket.on("data", () => socket.write("*1\r\n".repeat(200_000))),
    ],
    [
      "sends without end",
      (socket: Socket) =>
        void socket.once("data", () => {
          socket.write("$2000000000\r\n");
          const more = (): void => {
            while (!socket.destroyed && socket.write(big));
          };
          socket.on("drain", more);
          more();
        }),
    ],
  ])("that %s costs no call, no memory and no more than the rate", async ([, play]) => {
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      play(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const before = process.memoryUsage.rss();
    const one = open(redisAt(address.port), { rate: 20 });
    one.keepCalling(5, 10);
    while (one.starts.length < 8) await delay(20);
    expect(one.failures).toEqual([]);
    const rate = grantedRate(one.starts);
    expect(rate.maxInOneSecond).toBeLessThanOrEqual(21);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 2 ** 20);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});
