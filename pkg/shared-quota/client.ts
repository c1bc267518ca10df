import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { RedisSettings } from "../core/redis-settings.ts";
import { printNoCommands, printNoRefusedInfo } from "./quiet-client.ts";
import { endConnectionsWithStrayReplies } from "./safe-replies.ts";

/** A report that takes longer counts as failed: until then calls wait. */
export const ANSWER_WITHIN_MS = 750;
const CONNECT_WITHIN_MS = 2000;
/** Each instance reports once a second at least, so a connection that is silent for longer is dead. */
const SILENT_MS = 3500;
const MOST_RETRY_MS = 1000;
/** The bytes that one connection may send until a report is answered; an answer has some hundred. */
const MOST_BYTES = 2 ** 20;

endConnectionsWithStrayReplies();
printNoCommands();

export type RedisClient = Redis | Cluster;

/** A client that never queues: what cannot be sent at once fails at once. */
export function createRedisClient(settings: RedisSettings): RedisClient {
  const [first] = nodesOf(settings);
  const tls = settings.tls
    ? { ...(settings.caBundle !== undefined && { ca: settings.caBundle }) }
    : undefined;
  const common = {
    ...(settings.username !== undefined && { username: settings.username }),
    ...(settings.password !== undefined && { password: settings.password.reveal() }),
    ...(tls !== undefined && { tls }),
    // What RESP3 adds is not used here, and proxies before Redis may not have it.
    protocol: 2,
    connectionName: "cognito-connector",
    connectTimeout: CONNECT_WITHIN_MS,
    commandTimeout: ANSWER_WITHIN_MS,
    socketTimeout: SILENT_MS,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    reconnectOnError: reconnectAtReplicas(),
  } satisfies RedisOptions;
  const single = {
    ...common,
    db: settings.database,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: (times: number) => Math.min(MOST_RETRY_MS, times * 100),
  } satisfies RedisOptions;
  switch (settings.kind) {
    case "cluster":
      return bounded(new Cluster(nodesOf(settings), clusterOptions(common)));
    case "sentinel":
      return bounded(
        new Redis({
          ...single,
          sentinels: nodesOf(settings),
          name: settings.masterName,
          ...(settings.sentinelPassword !== undefined && {
            sentinelPassword: settings.sentinelPassword.reveal(),
          }),
          sentinelCommandTimeout: CONNECT_WITHIN_MS,
          sentinelRetryStrategy: (times) => Math.min(MOST_RETRY_MS, times * 100),
          ...(tls !== undefined && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
          // Knows of a new master at once, also where the old one goes on as if nothing had happened.
          failoverDetector: true,
        }),
      );
    case "single":
      return bounded(new Redis({ ...single, ...first }));
  }
}

/** A master that has become a replica: connect again, to the master of now. Once a second, since all reports fail there. */
function reconnectAtReplicas(): (error: Error) => boolean {
  let hasJustDone = false;
  return ({ message }) => {
    if (hasJustDone || !message.startsWith("READONLY")) return false;
    hasJustDone = true;
    setTimeout(() => {
      hasJustDone = false;
    }, MOST_RETRY_MS).unref();
    return true;
  };
}

function clusterOptions<O extends Pick<RedisOptions, "tls">>(redisOptions: O) {
  return {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: (times: number) => Math.min(MOST_RETRY_MS, times * 100),
    slotsRefreshTimeout: CONNECT_WITHIN_MS,
    slotsRefreshInterval: 5000,
    maxRedirections: 4,
    retryDelayOnFailover: 100,
    retryDelayOnClusterDown: 100,
    redisOptions,
    // TLS names are checked against what was set, not against the IP addresses that nodes announce of themselves.
    ...(redisOptions.tls !== undefined && { dnsLookup: keepName }),
  };
}

function keepName(hostname: string, callback: (error: null, address: string) => void): void {
  callback(null, hostname);
}

function nodesOf({ addresses }: RedisSettings): { host: string; port: number }[] {
  return addresses.map(({ host, port }) => ({ host, port }));
}

const received = new WeakMap<Redis, { bytes: number }>();

/** Closes a connection that sends more than the answers to reports can have. */
function bounded<C extends RedisClient>(client: C): C {
  if (client instanceof Redis) bound(client);
  else client.on("+node", bound);
  return client;
}

function bound(node: Redis): void {
  printNoRefusedInfo(node);
  const count = { bytes: 0 };
  received.set(node, count);
  node.on("connect", () => {
    const { stream } = node;
    count.bytes = 0;
    stream.on("data", (chunk: Uint8Array) => {
      count.bytes += chunk.length;
      if (count.bytes > MOST_BYTES) stream.destroy();
    });
  });
  node.on("error", () => undefined);
}

/** A report was answered: what its connection has sent is paid for. */
export function wasAnswered(client: RedisClient): void {
  const nodes = client instanceof Redis ? [client] : client.nodes();
  for (const node of nodes) {
    const count = received.get(node);
    if (count !== undefined) count.bytes = 0;
  }
}
