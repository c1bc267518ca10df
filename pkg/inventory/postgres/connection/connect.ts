import { existsSync } from "node:fs";
import { Socket } from "node:net";
import pg from "pg";
import { orAborted } from "../../../core/abort.ts";
import { GovernanceError } from "../../../core/errors.ts";
import { accessName, isSocket, type PostgresAccess, type PostgresHost, type SessionKind } from "./access.ts";
import { type FailureScene, isCut, postgresError, sqlStateOf } from "./errors.ts";
import { passwordFromFile, SOCKET_FOLDERS } from "./pass-file.ts";
import { type Protection, protections } from "./tls.ts";

/** An open connection, and what messages call it. */
export interface OpenClient {
  readonly client: pg.Client;
  readonly name: string;
  /** Ends it at once, whatever the server does. */
  destroy(): void;
}

/** Connects to the first host that answers and is of the wanted kind, as libpq does. */
export async function connect(place: PostgresAccess, signal: AbortSignal): Promise<OpenClient> {
  let first: GovernanceError | undefined;
  const kinds: readonly SessionKind[] =
    place.sessionKind === "prefer-standby" ? ["standby", "any"] : [place.sessionKind];
  for (const kind of kinds) {
    for (const host of place.hosts) {
      const scene = { name: accessName(place, host), doing: "connect to", user: place.user };
      try {
        const open = await connectTo(place, host, scene, signal);
        if (await isOfKindInTime(open, kind, place, signal)) return open;
        open.destroy();
        first ??= new GovernanceError(
          "failed-precondition",
          `cannot connect to ${scene.name}: it is not the kind of server that target_session_attrs=${kind} asks for; name the other hosts too`,
        );
      } catch (error) {
        signal.throwIfAborted();
        const failure = postgresError(error, scene);
        // Where a server has answered and refused, another one would too.
        if (!maySucceedElsewhere(error)) throw failure;
        first ??= failure;
      }
    }
  }
  throw first ?? new GovernanceError("internal", "the inventory has no host");
}

/** A host that was not reached, or whose server is starting up. */
function maySucceedElsewhere(error: unknown): boolean {
  if (error instanceof GovernanceError) return false;
  const state = sqlStateOf(error);
  return state === undefined || isCut(error) || state.startsWith("53");
}

async function connectTo(
  place: PostgresAccess,
  host: PostgresHost,
  scene: FailureScene,
  signal: AbortSignal,
): Promise<OpenClient> {
  const attempts = protections(place, host);
  let failure: unknown;
  for (const [index, protection] of attempts.entries()) {
    signal.throwIfAborted();
    try {
      return await attempt(place, host, { protection, scene, signal });
    } catch (error) {
      failure = error;
      if (index + 1 < attempts.length && !wantsOtherProtection(error, protection)) break;
    }
  }
  throw failure;
}

/** Whether the server may take the same session with TLS, or without. */
function wantsOtherProtection(error: unknown, protection: Protection): boolean {
  const state = sqlStateOf(error);
  if (state !== undefined) return state === "28000";
  return protection !== false && !(error instanceof GovernanceError) && /SSL|TLS/i.test(String(error));
}

interface Attempt {
  readonly protection: Protection;
  readonly scene: FailureScene;
  readonly signal: AbortSignal;
}

async function attempt(
  place: PostgresAccess,
  host: PostgresHost,
  { protection, scene, signal }: Attempt,
): Promise<OpenClient> {
  const socket = new Socket();
  const destroy = (): void => void socket.destroy();
  const client = new pg.Client({
    host: addressOf(host),
    port: host.port,
    user: place.user,
    database: place.database,
    // Called only where the server asks for it.
    password: () => place.password?.reveal() ?? passwordFromFile(place, host) ?? noPassword(scene),
    ssl: protection,
    sslnegotiation: protection !== false && place.directTls ? "direct" : "postgres",
    enableChannelBinding: place.channelBinding && protection !== false,
    connectionTimeoutMillis: place.connectTimeoutMs,
    keepAlive: place.keepAliveMs !== undefined,
    keepAliveInitialDelayMillis: place.keepAliveMs ?? 0,
    application_name: place.applicationName,
    client_encoding: "UTF8",
    ...(place.options === undefined ? {} : { options: place.options }),
    stream: () => socket,
  });
  // A connection that is cut while nobody waits for it fails the next call.
  client.on("error", () => {});
  signal.addEventListener("abort", destroy, { once: true });
  try {
    await client.connect();
    return { client, name: scene.name, destroy };
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", destroy);
  }
}

function noPassword({ name, user }: FailureScene): never {
  throw new GovernanceError(
    "unauthenticated",
    `cannot connect to ${name}: the server asks for the password of the role ${user} and none is known; give it by PGPASSWORD, --inventory-password-file or ~/.pgpass`,
  );
}

/** Where pg connects to: a path is the folder of a socket. */
function addressOf(host: PostgresHost): string {
  if (!isSocket(host)) return host.address ?? host.host;
  if (host.host !== "") return host.host;
  return SOCKET_FOLDERS.find((folder) => existsSync(`${folder}/.s.PGSQL.${host.port}`)) ?? "127.0.0.1";
}

/** A server that lets a session in and then says nothing counts as one that was not reached. */
async function isOfKindInTime(
  open: OpenClient,
  kind: SessionKind,
  { connectTimeoutMs }: PostgresAccess,
  signal: AbortSignal,
): Promise<boolean> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error("timeout expired")), connectTimeoutMs);
  try {
    return await orAborted(isOfKind(open, kind), AbortSignal.any([signal, late.signal]));
  } catch (error) {
    open.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function isOfKind({ client }: OpenClient, kind: SessionKind): Promise<boolean> {
  if (kind === "any" || kind === "prefer-standby") return true;
  const { rows } = await client.query<{ standby: boolean; readonly: string }>(
    "SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') AS readonly",
  );
  const { standby = false, readonly = "off" } = rows[0] ?? {};
  if (kind === "primary" || kind === "standby") return standby === (kind === "standby");
  return (standby || readonly === "on") === (kind === "read-only");
}
