import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { create, type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { GovernanceError } from "../core/errors.ts";
import {
  type Entitlement,
  EntitlementSchema,
  type Grant,
  GrantSchema,
  type Resource,
  ResourceSchema,
  type ResourceType,
  ResourceTypeSchema,
} from "../protocol/messages.ts";
import { DatabaseSync } from "../sqlite/database.ts";
import { isDamage, SQLITE, sqliteOf, storeError } from "../sqlite/errors.ts";
import { makePrivateFolder, type TemporarySetting, temporaryError } from "../sqlite/private-folder.ts";
import { bytesIn, optionalTextIn, type SqlRow, textIn } from "../sqlite/rows.ts";
import { type OrderedRun, orderedRun, type RunFile, type RunOrigin, runOrigin } from "./ordered-run.ts";
import { unpack } from "./publish/envelope.ts";
import { parseTimestamp } from "./timestamps.ts";

export interface StoredRun {
  readonly syncId: string;
  /** `full` for ours. Other writers have partial ones too. */
  readonly type: string;
  readonly startedAt: Date;
  /** Undefined: the run was never finished. */
  readonly endedAt: Date | undefined;
}

/** A v1 `.c1z` of any writer, read only. Rows come one by one in the order in which they were stored. */
export interface StoredSync {
  /** The run that ended last comes first, as every reader chooses. */
  runs(): readonly StoredRun[];
  resourceTypes(syncId: string): Iterable<ResourceType>;
  resources(syncId: string): Iterable<Resource>;
  entitlements(syncId: string): Iterable<Entitlement>;
  grants(syncId: string): Iterable<Grant>;
  /** Undefined for a run of another writer. */
  origin(syncId: string): RunOrigin | undefined;
  /**
   * The rows of a run that has an origin, by key: the name of a group, and the id of a user unless `keyOf` gives another
   * key. One such run of a file is read at a time.
   */
  ordered(syncId: string, keyOf?: (user: Resource) => string): OrderedRun;
  close(): void;
}

interface SyncFilePlace {
  readonly file: string;
  readonly tempDir?: string;
  /** What says where `tempDir` is. */
  readonly tempSetting?: TemporarySetting;
}

/**
 * Opens a `.c1z` for reading. It is unpacked into `tempDir`, beside the file by default, and the copy has no name while
 * it is open, so that it cannot outlive the process. `failed-precondition` when it is damaged or of format v3.
 */
export async function readSyncFile(
  { file, tempDir = dirname(resolve(file)), tempSetting = "TMPDIR" }: SyncFilePlace,
  signal: AbortSignal,
): Promise<StoredSync> {
  const folder = makePrivateFolder(tempDir, ".c1z-reading-", tempSetting);
  try {
    const copy = join(folder.path, "database");
    await unpack(file, copy, signal, tempSetting);
    // Immutable: a database that was left in WAL mode opens without a second file.
    const database = new DatabaseSync(new URL(`${pathToFileURL(copy).href}?immutable=1`), { readOnly: true });
    try {
      database.exec("PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8192; SELECT 1 FROM v1_sync_runs");
    } catch (error) {
      database.close();
      throw error;
    }
    return storedSync(file, database);
  } catch (error) {
    throw readError(file, temporaryError(error, tempDir, tempSetting));
  } finally {
    folder.remove();
  }
}

function storedSync(file: string, database: DatabaseSync): StoredSync {
  function* rows(sql: string, ...parameters: readonly string[]): Generator<SqlRow> {
    try {
      yield* database.prepare(sql).iterate(...parameters);
    } catch (error) {
      throw readError(file, error);
    }
  }
  const rowsOf = (columns: string, table: string, syncId: string): Iterable<SqlRow> =>
    rows(`SELECT ${columns} FROM ${table} WHERE sync_id = ? ORDER BY id`, syncId);
  function message<D extends DescMessage>(desc: D, row: SqlRow): MessageShape<D> {
    try {
      return fromBinary(desc, bytesIn(row, "data"));
    } catch (error) {
      throw damaged(file, `a row is not a valid ${desc.name}`, error);
    }
  }
  function* decoded<D extends DescMessage>(
    table: string,
    syncId: string,
    desc: D,
  ): Generator<MessageShape<D>> {
    for (const row of rowsOf("data", table, syncId)) yield message(desc, row);
  }
  const runFile: RunFile = { name: file, database, rows, message };
  return {
    origin: (syncId) => runOrigin(runFile, syncId),
    ordered: (syncId, keyOf) => orderedRun(runFile, syncId, keyOf),
    runs() {
      try {
        const runs = database.prepare("SELECT * FROM v1_sync_runs ORDER BY ended_at DESC, rowid DESC");
        return runs.all().map((row) => runOf(file, row));
      } catch (error) {
        throw readError(file, error);
      }
    },
    resourceTypes: (syncId) => decoded("v1_resource_types", syncId, ResourceTypeSchema),
    resources: (syncId) => decoded("v1_resources", syncId, ResourceSchema),
    entitlements: (syncId) => decoded("v1_entitlements", syncId, EntitlementSchema),
    *grants(syncId) {
      for (const row of rowsOf("*", "v1_grants", syncId)) yield grantOf(row, message(GrantSchema, row));
    },
    close() {
      if (database.isOpen) database.close();
    },
  };
}

function readError(file: string, error: unknown): GovernanceError {
  // A file that is not a database has an error of its own.
  if (!isDamage(error) || sqliteOf(error) === SQLITE.notADatabase) return storeError(error, `read ${file}`);
  return damaged(file, "it has not the tables of a Baton sync", error);
}

function damaged(file: string, why: string, cause?: unknown): GovernanceError {
  const message = `${file} is damaged: ${why}; sync again, or ask the program that wrote it`;
  return new GovernanceError("data-loss", message, { cause });
}

function runOf(file: string, row: SqlRow): StoredRun {
  const time = (text: string): Date => {
    const ms = parseTimestamp(text);
    if (Number.isNaN(ms)) throw damaged(file, "a run has no valid time");
    return new Date(ms);
  };
  const endedAt = optionalTextIn(row, "ended_at");
  return {
    syncId: textIn(row, "sync_id"),
    // An SDK without the column knew no other type; later ones add it with this default.
    type: row["sync_type"] === undefined ? "full" : textIn(row, "sync_type"),
    startedAt: time(textIn(row, "started_at")),
    endedAt: endedAt === undefined ? undefined : time(endedAt),
  };
}

/** Other writers may leave out of the message what is in the columns. */
function grantOf(row: SqlRow, grant: Grant): Grant {
  const id = (type: string, resource: string) => ({
    resourceType: textIn(row, type),
    resource: textIn(row, resource),
  });
  grant.entitlement ??= create(EntitlementSchema, {
    id: textIn(row, "entitlement_id"),
    resource: { id: id("resource_type_id", "resource_id") },
  });
  grant.principal ??= create(ResourceSchema, {
    id: id("principal_resource_type_id", "principal_resource_id"),
  });
  return grant;
}
