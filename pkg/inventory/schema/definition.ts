export const INVENTORY_ENGINES = ["sqlite", "postgres"] as const;

export type InventoryEngine = (typeof INVENTORY_ENGINES)[number];

/**
 * What a column holds, in both engines. SQLite: a `boolean` is 0 or 1, and a `time` is text of 24 characters in UTC, whose
 * order is the order of time.
 */
export type ColumnType = "text" | "integer" | "boolean" | "time" | "json";

export interface ColumnDefinition {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** For docs/inventory.md. */
  readonly meaning: string;
}

export interface IndexDefinition {
  readonly name: string;
  readonly columns: readonly string[];
  readonly unique?: true;
  /**
   * Values of the first column may be longer than the 2,704 bytes that a tree of PostgreSQL takes: there the index is a hash
   * of this column, which finds equal values.
   */
  readonly long?: true;
  /**
   * The index has the first column in lower case, so that a name is found in any letter case. SQLite knows the case of ASCII
   * letters alone.
   */
  readonly folded?: true;
  /** A condition of both engines: the index has only these rows. */
  readonly where?: string;
}

export interface TableDefinition {
  readonly name: string;
  readonly meaning: string;
  readonly columns: readonly ColumnDefinition[];
  readonly key: readonly string[];
  readonly indexes: readonly IndexDefinition[];
  /** SQLite keeps the rows in the order of the key and has no second copy of it: cheaper where rows are narrow. */
  readonly clustered: boolean;
}

export interface ViewDefinition {
  readonly name: string;
  readonly meaning: string;
  readonly columns: readonly ColumnDefinition[];
  /** The SELECT of the view. */
  readonly select: (engine: InventoryEngine) => string;
}

/** A type that ends in `?` may be null. */
type ColumnRow = readonly [name: string, type: ColumnType | `${ColumnType}?`, meaning: string];

const TYPES: Readonly<Record<ColumnRow[1], readonly [ColumnType, boolean]>> = {
  text: ["text", false],
  "text?": ["text", true],
  integer: ["integer", false],
  "integer?": ["integer", true],
  boolean: ["boolean", false],
  "boolean?": ["boolean", true],
  time: ["time", false],
  "time?": ["time", true],
  json: ["json", false],
  "json?": ["json", true],
};

export function defineColumns(rows: readonly ColumnRow[]): readonly ColumnDefinition[] {
  return rows.map(([name, written, meaning]) => {
    const [type, nullable] = TYPES[written];
    return { name, type, nullable, meaning };
  });
}
