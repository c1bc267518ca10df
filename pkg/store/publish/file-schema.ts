// The SQLite database inside a v1 `.c1z`. Tables, columns and the names of indices are those of the Baton SDK, which
// upserts through the unique ones when it syncs on. Two names on v1_resources are swapped there, so they are here.

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

const ID = "id integer primary key";
// Read back by the Go driver as a time only where the column is declared `datetime`.
const OF_RUN = ["data blob not null", "sync_id text not null", "discovered_at datetime not null"];

const TABLES: readonly Table[] = [
  { name: "v1_resource_types", columns: [ID, "external_id text not null", ...OF_RUN] },
  {
    name: "v1_resources",
    columns: [
      ID,
      "resource_type_id text not null",
      "external_id text not null",
      "parent_resource_type_id text",
      "parent_resource_id text",
      ...OF_RUN,
    ],
  },
  {
    name: "v1_entitlements",
    columns: [
      ID,
      "resource_type_id text not null",
      "resource_id text not null",
      "external_id text not null",
      ...OF_RUN,
    ],
  },
  {
    name: "v1_grants",
    columns: [
      ID,
      "resource_type_id text not null",
      "resource_id text not null",
      "entitlement_id text not null",
      "principal_resource_type_id text not null",
      "principal_resource_id text not null",
      "external_id text not null",
      "expansion blob",
      "needs_expansion integer not null default 0",
      ...OF_RUN,
    ],
  },
  {
    name: "v1_assets",
    columns: [ID, "external_id text not null", "content_type text not null", ...OF_RUN],
  },
  {
    name: "v1_sync_runs",
    columns: [
      ID,
      "sync_id text not null",
      "started_at datetime not null",
      "ended_at datetime",
      "sync_token text not null",
      "sync_type text not null default 'full'",
      "parent_sync_id text not null default ''",
      "linked_sync_id text not null default ''",
      "supports_diff integer not null default 0",
      "grants_backfilled integer not null default 0",
      "stats text",
      "ingest_invariant_generation text not null default ''",
      "ingest_invariant_coverage text not null default ''",
      "ingest_invariant_mode text not null default ''",
    ],
  },
  {
    name: "v1_connector_sessions",
    columns: [ID, "sync_id text not null", "key text not null", "value blob not null"],
  },
  // Ours, and how we know our own files (STORE-2). Other readers leave it alone.
  {
    name: "connector_runs",
    columns: [
      "sync_id text primary key not null",
      "user_pool_id text not null",
      "user_id_kind text not null",
      "mapping_version integer not null",
      "connector_version text not null",
      "user_rows integer not null",
      "group_rows integer not null",
      "membership_rows integer not null",
      "scope text not null default ''",
    ],
  },
];

interface Index {
  readonly name: string;
  readonly on: string;
  readonly unique?: true;
  readonly where?: string;
  /** Made before the rows: they come in its order, or it holds none of them, so that is cheaper than a sort. */
  readonly early?: true;
}

const INDICES: readonly Index[] = [
  {
    name: "idx_resource_types_external_sync_v1",
    on: "v1_resource_types (external_id, sync_id)",
    unique: true,
  },
  { name: "idx_resources_resource_type_id_v1", on: "v1_resources (resource_type_id)", early: true },
  {
    name: "idx_resources_external_sync_v1",
    on: "v1_resources (parent_resource_type_id, parent_resource_id)",
    early: true,
  },
  { name: "idx_resources_parent_resource_id_v1", on: "v1_resources (external_id, sync_id)", unique: true },
  { name: "idx_entitlements_resource_id_v1", on: "v1_entitlements (resource_type_id, resource_id)" },
  { name: "idx_entitlements_external_sync_v1", on: "v1_entitlements (external_id, sync_id)", unique: true },
  { name: "idx_sync_runs_sync_id_v1", on: "v1_sync_runs (sync_id)", unique: true },
  { name: "idx_grants_resource_type_id_resource_id_v1", on: "v1_grants (resource_type_id, resource_id)" },
  {
    name: "idx_grants_principal_id_v1",
    on: "v1_grants (principal_resource_type_id, principal_resource_id)",
  },
  {
    name: "idx_grants_entitlement_id_principal_id_v1",
    on: "v1_grants (entitlement_id, principal_resource_type_id, principal_resource_id)",
  },
  { name: "idx_grants_external_sync_v1", on: "v1_grants (external_id, sync_id)", unique: true },
  { name: "idx_grants_entitlement_sync_grant_v1", on: "v1_grants (entitlement_id, sync_id, id)" },
  {
    name: "idx_grants_sync_expansion_v1",
    on: "v1_grants (sync_id)",
    where: "expansion is not null",
    early: true,
  },
  {
    name: "idx_grants_sync_needs_expansion_v1",
    on: "v1_grants (sync_id)",
    where: "needs_expansion = 1",
    early: true,
  },
  { name: "idx_assets_external_sync_v1", on: "v1_assets (external_id, sync_id)", unique: true, early: true },
  {
    name: "idx_session_store_sync_key_v1",
    on: "v1_connector_sessions (sync_id, key)",
    unique: true,
    early: true,
  },
];

/** Tables and the indices that are made before the rows, in the attached database `schema`. */
export function beforeRows(schema: string): readonly string[] {
  const tables = TABLES.map(({ name, columns }) => `CREATE TABLE ${schema}.${name} (${columns.join(", ")})`);
  return [...tables, ...INDICES.filter((index) => index.early).map((index) => createIndex(schema, index))];
}

export function afterRows(schema: string): readonly string[] {
  return INDICES.filter((index) => !index.early).map((index) => createIndex(schema, index));
}

function createIndex(schema: string, { name, on, unique, where }: Index): string {
  const condition = where === undefined ? "" : ` WHERE ${where}`;
  return `CREATE ${unique ? "UNIQUE " : ""}INDEX ${schema}.${name} ON ${on}${condition}`;
}

/** The columns of a table without its row number, as a run is copied from file to file. */
export function columnsOf(table: string): readonly string[] {
  const columns = TABLES.find(({ name }) => name === table)?.columns ?? [];
  return columns.map((column) => column.slice(0, column.indexOf(" "))).filter((name) => name !== "id");
}

/** The tables whose rows belong to a run by `sync_id`, in the order in which they are copied. */
export const RUN_TABLES = [
  "v1_resource_types",
  "v1_resources",
  "v1_entitlements",
  "v1_grants",
  "v1_sync_runs",
  "connector_runs",
] as const;
