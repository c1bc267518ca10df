import type { TcpAddress } from "../../../core/listen-address.ts";
import type { RedisSettings } from "../../../core/redis-settings.ts";
import type { Parsed } from "../setting.ts";

/** What the URL of a Redis says. User name and password are decoded. */
export interface RedisUrl
  extends Pick<RedisSettings, "kind" | "addresses" | "masterName" | "database" | "tls"> {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const SHAPE =
  "must be redis://host:port/database, redis+sentinel://host:port,host:port/master or redis+cluster://host:port,host:port; with TLS rediss";
const URL_PARTS = /^redis(s)?(?:\+(sentinel|cluster))?:\/\/(?:([^@/?#\s]*)@)?([^@/?#\s]+)(?:\/([^?#\s]*))?$/;
const ADDRESS = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/;
const MASTER = /^([\w.-]{1,100})(?:\/(\d{1,5}))?$/;
const DATABASE = /^\d{0,5}$/;
const PORT = 6379;
const SENTINEL_PORT = 26_379;
const MOST_ADDRESSES = 50;

/** The text as it is, if it is such a URL. */
export function redisUrl(given: string): Parsed<string> {
  const read = readRedisUrl(given);
  return "problem" in read ? read : { value: given };
}

export function readRedisUrl(given: string): Parsed<RedisUrl> {
  const parts = URL_PARTS.exec(given);
  if (parts === null) return { problem: SHAPE };
  const [, tls, form, login = "", hosts = "", path = ""] = parts;
  const kind = form === "sentinel" || form === "cluster" ? form : "single";
  const addresses = hosts
    .split(",")
    .map((host) => addressOf(host, kind === "sentinel" ? SENTINEL_PORT : PORT));
  const known = addresses.filter((address) => address !== undefined);
  if (known.length < addresses.length || known.length > MOST_ADDRESSES) return { problem: SHAPE };
  if (kind === "single" && known.length > 1) {
    return { problem: "must name one server; several are redis+sentinel:// or redis+cluster://" };
  }
  const [, masterName = "", masterDatabase] = (kind === "sentinel" ? MASTER.exec(path) : null) ?? [];
  if (kind === "sentinel" && masterName === "") {
    return { problem: "must end with the name of the master that the Sentinels know, such as /mymaster" };
  }
  if (kind === "cluster" && path !== "" && path !== "0")
    return { problem: "must have no path: a cluster has database 0 alone" };
  if (kind === "single" && !DATABASE.test(path)) return { problem: SHAPE };
  const [username, password] = loginOf(login);
  if (username === null || password === null) {
    return { problem: "must have user name and password in percent-encoding, such as %40 for @" };
  }
  return {
    value: {
      kind,
      addresses: known,
      masterName,
      database: Number(kind === "sentinel" ? (masterDatabase ?? 0) : kind === "single" ? path || 0 : 0),
      tls: tls !== undefined,
      username,
      password,
    },
  };
}

function addressOf(text: string, usualPort: number): TcpAddress | undefined {
  const [, v6, name, port] = ADDRESS.exec(text) ?? [];
  const host = v6 ?? name;
  const number = Number(port ?? usualPort);
  return host === undefined || number < 1 || number > 65_535
    ? undefined
    : { kind: "tcp", host, port: number };
}

/** Null for what is not percent-encoded. */
function loginOf(login: string): readonly [string | undefined | null, string | undefined | null] {
  const at = login.indexOf(":");
  const username = decoded(at < 0 ? login : login.slice(0, at));
  const password = at < 0 ? undefined : decoded(login.slice(at + 1));
  return [username === "" ? undefined : username, password === "" ? undefined : password];
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
