// A PostgreSQL server of the machine's own packages, for the tests that need one: a cluster in a temporary folder, with a
// random port, that ends with the test.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import pg from "pg";
import type { KeyAndCertificate } from "./certificates.ts";
import { ended, freePort } from "./programs.ts";

export interface PostgresOptions {
  readonly tls?: KeyAndCertificate & { readonly clientCa?: string };
  /** Lines of pg_hba.conf before the usual ones: the owner by the socket, everybody else by password. */
  readonly hba?: readonly string[];
  /** Lines of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly walSegmentMiB?: number;
  /** Not in memory, where a test that needs no disk is better off. */
  readonly isOnDisk?: true;
}

/** The end of a server: `fast` cuts the connections, `immediate` is a crash, after which the next start recovers. */
export type ServerEnd = "fast" | "immediate";

export type Row = Readonly<Record<string, unknown>>;

export interface PostgresServer {
  readonly port: number;
  readonly host: "127.0.0.1";
  /** The folder of the Unix socket. */
  readonly socket: string;
  readonly version: number;
  /** A role of the name with the password, and a database of the name that it owns. */
  createDatabase(name: string, password: string): Promise<void>;
  /** As the owner of the cluster, over the Unix socket. */
  sql(text: string, database?: string): Promise<readonly Row[]>;
  end(how?: ServerEnd): Promise<void>;
  /** `fileKiB`: the largest file that it may write, which is how a disk gets full without one. */
  start(limits?: { readonly fileKiB?: number }): Promise<void>;
  restart(how?: ServerEnd): Promise<void>;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
  log(): string;
}

const OWNER = "owner";

/** The folder of `postgres` and `initdb`; undefined where the machine has none. */
export function postgresPrograms(): string | undefined {
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    ...globSync("/usr/lib/postgresql/*/bin").toSorted(byVersion).toReversed(),
  ];
  return folders.find((folder) => ["postgres", "initdb"].every((name) => existsSync(join(folder, name))));
}

function byVersion(a: string, b: string): number {
  const version = (path: string) => Number(/\d+/.exec(path)?.[0] ?? 0);
  return version(a) - version(b);
}

const ROOM_BYTES = 4 * 2 ** 30;

function roomOfTests(): string {
  const memory = "/dev/shm";
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= ROOM_BYTES ? memory : tmpdir();
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string, name: string) =>
    Number(spawnSync("id", [flag, name], { encoding: "utf8" }).stdout || Number.NaN);
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = [id("-u", name), id("-g", name)];
    if (Number.isInteger(uid) && Number.isInteger(gid)) return { uid, gid };
  }
  return { uid: 65534, gid: 65534 };
}

export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error("no PostgreSQL server on this machine");
  const owner = unprivileged();
  const folder = mkdtempSync(join(options.isOnDisk === true ? tmpdir() : roomOfTests(), "connector-pg-"));
  const data = join(folder, "data");
  const give = (path: string): void => {
    if (owner.uid !== undefined && owner.gid !== undefined) chownSync(path, owner.uid, owner.gid);
  };
  const write = (path: string, content: string): void => {
    writeFileSync(path, content, { mode: 0o600 });
    give(path);
  };
  chmodSync(folder, 0o755);
  mkdirSync(data, { mode: 0o700 });
  for (const path of [folder, data]) give(path);

  const made = spawnSync(
    join(programs, "initdb"),
    ["-D", data, "-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"].concat([
      "--auth-local=trust",
      "--auth-host=scram-sha-256",
      `--wal-segsize=${options.walSegmentMiB ?? 16}`,
    ]),
    { ...owner, cwd: folder, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}${made.stdout}`);
  const port = await freePort();
  const { tls } = options;
  if (tls !== undefined) {
    write(join(data, "server.crt"), tls.cert);
    write(join(data, "server.key"), tls.key);
    if (tls.clientCa !== undefined) write(join(data, "clients.crt"), tls.clientCa);
  }
  const settings = {
    port,
    listen_addresses: "127.0.0.1,::1",
    unix_socket_directories: folder,
    // What a crash of the machine would need and a crash of the server does not.
    fsync: "off",
    full_page_writes: "off",
    max_connections: 40,
    shared_buffers: "128MB",
    ...(tls === undefined ? {} : { ssl: "on" }),
    ...(tls?.clientCa === undefined ? {} : { ssl_ca_file: "clients.crt" }),
    ...options.settings,
  };
  write(
    join(data, "postgresql.auto.conf"),
    Object.entries(settings)
      .map(([name, value]) => `${name} = '${value}'\n`)
      .join(""),
  );
  const hba = [
    `local all ${OWNER} trust`,
    ...(options.hba ?? []),
    "local all all scram-sha-256",
    "host all all 127.0.0.1/32 scram-sha-256",
    "host all all ::1/128 scram-sha-256",
  ];
  write(join(data, "pg_hba.conf"), hba.map((line) => `${line}\n`).join(""));

  const logFile = join(folder, "log");
  write(logFile, "");
  let server: ChildProcess | undefined;

  async function query(text: string, database = "postgres"): Promise<readonly Row[]> {
    const client = new pg.Client({ host: folder, port, user: OWNER, database, ssl: false });
    client.on("error", () => {});
    try {
      await client.connect();
      const { rows } = await client.query<Row>(text);
      return rows;
    } finally {
      await client.end().catch(() => {});
    }
  }

  async function start({ fileKiB }: { readonly fileKiB?: number } = {}): Promise<void> {
    const limit = fileKiB === undefined ? "" : `ulimit -f ${fileKiB}; `;
    const command = `${limit}trap '' XFSZ; exec "$0" "$@" >>"${logFile}" 2>&1`;
    const child = spawn("bash", ["-c", command, join(programs ?? "", "postgres"), "-D", data], {
      ...owner,
      cwd: folder,
      stdio: "ignore",
    });
    server = child;
    const isReady = () => /status|ready/.test(readFileOr(join(data, "postmaster.pid")).split("\n")[7] ?? "");
    while (child.exitCode === null && !isReady()) await new Promise((resolve) => setTimeout(resolve, 20));
    if (child.exitCode !== null)
      throw new Error(`PostgreSQL did not start:\n${readFileSync(logFile, "utf8")}`);
  }

  async function end(how: ServerEnd = "fast"): Promise<void> {
    const child = server;
    server = undefined;
    await ended(child, how === "fast" ? "SIGINT" : "SIGQUIT");
  }

  // Also where a test, or its runner, ends before it removes the server.
  const removeAtExit = (): void => {
    server?.kill("SIGQUIT");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", removeAtExit);
  await start();
  const [row] = await query("SELECT current_setting('server_version_num')::int AS version");
  return {
    port,
    host: "127.0.0.1",
    socket: folder,
    version: Number(row?.["version"]),
    async createDatabase(name, password) {
      await query(`CREATE ROLE "${name}" LOGIN PASSWORD '${password}'`);
      await query(`CREATE DATABASE "${name}" OWNER "${name}"`);
    },
    sql: query,
    start,
    end,
    async restart(how) {
      await end(how);
      await start();
    },
    async remove() {
      await end("immediate");
      process.off("exit", removeAtExit);
      rmSync(folder, { recursive: true, force: true });
    },
    log: () => readFileOr(logFile),
  };
}

function readFileOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
