import { GovernanceError } from "../core/errors.ts";
import { parseIdentities } from "../core/identities.ts";
import { isRecord } from "../core/unknown.ts";
import type { User } from "../core/user.ts";
import { ATTRIBUTE_COLUMNS } from "./attribute-columns.ts";
import type { SqlCell } from "./reader.ts";
import { storedTime } from "./stored-time.ts";
import { USER_ROW_COLUMNS } from "./user-row.ts";

/** Where each column is in a row of `USER_ROW_COLUMNS`. */
const AT = new Map(USER_ROW_COLUMNS.map((name, at) => [name, at]));
const ATTRIBUTE_PLACES = new Map(ATTRIBUTE_COLUMNS.map(([name]) => [name as string, placeOf(name)]));
const [SUB, USERNAME, ENABLED, STATUS, CREATED_AT, MODIFIED_AT] = [
  placeOf("sub"),
  placeOf("username"),
  placeOf("enabled"),
  placeOf("status"),
  placeOf("created_at"),
  placeOf("modified_at"),
];
const OTHERS = placeOf("attributes");
const IDENTITIES = placeOf("identities");

/**
 * What `userOfRow` makes of a row with the cells of `USER_ROW_COLUMNS`. Attributes are looked up where they are: of many
 * people few are asked for all of theirs.
 */
export function userOfCells(cells: readonly SqlCell[]): User {
  const identities = textAt(cells, IDENTITIES);
  return {
    sub: textAt(cells, SUB),
    username: textAt(cells, USERNAME),
    enabled: cells[ENABLED] === true,
    status: textAt(cells, STATUS),
    createdAt: storedTime(cells[CREATED_AT], "created_at"),
    modifiedAt: storedTime(cells[MODIFIED_AT], "modified_at"),
    attributes: new CellAttributes(cells),
    identities: identities === "[]" ? NO_IDENTITIES : parseIdentities(identities),
  };
}

const NO_IDENTITIES: User["identities"] = [];

class CellAttributes implements ReadonlyMap<string, string> {
  readonly #cells: readonly SqlCell[];
  #others: Readonly<Record<string, unknown>> | undefined;
  #all: ReadonlyMap<string, string> | undefined;

  constructor(cells: readonly SqlCell[]) {
    this.#cells = cells;
  }

  get(name: string): string | undefined {
    if (name === "sub") return textAt(this.#cells, SUB);
    const at = ATTRIBUTE_PLACES.get(name);
    const cell = at === undefined ? null : (this.#cells[at] ?? null);
    if (cell !== null) return typeof cell === "string" ? cell : String(cell);
    if (name === "identities") {
      const identities = textAt(this.#cells, IDENTITIES);
      if (identities !== "[]") return identities;
    }
    const other = Object.hasOwn(this.#other, name) ? this.#other[name] : undefined;
    return typeof other === "string" ? other : undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get size(): number {
    return this.#whole.size;
  }

  forEach(callback: (value: string, name: string, map: ReadonlyMap<string, string>) => void): void {
    for (const [name, value] of this.#whole) callback(value, name, this);
  }

  entries(): MapIterator<[string, string]> {
    return this.#whole.entries();
  }

  keys(): MapIterator<string> {
    return this.#whole.keys();
  }

  values(): MapIterator<string> {
    return this.#whole.values();
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.#whole.entries();
  }

  get #whole(): ReadonlyMap<string, string> {
    this.#all ??= new Map(
      ["sub", "identities", ...Object.keys(this.#other), ...ATTRIBUTE_PLACES.keys()].flatMap((name) => {
        const value = this.get(name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
    return this.#all;
  }

  get #other(): Readonly<Record<string, unknown>> {
    this.#others ??= parsedOthers(textAt(this.#cells, OTHERS));
    return this.#others;
  }
}

const NO_OTHERS: Readonly<Record<string, unknown>> = {};

function parsedOthers(text: string): Readonly<Record<string, unknown>> {
  if (text === "{}") return NO_OTHERS;
  try {
    const others: unknown = JSON.parse(text);
    return isRecord(others) ? others : NO_OTHERS;
  } catch (error) {
    throw new GovernanceError("data-loss", "the inventory is damaged: attributes is not JSON", {
      cause: error,
    });
  }
}

function textAt(cells: readonly SqlCell[], at: number): string {
  const cell = cells[at];
  if (typeof cell === "string") return cell;
  throw new GovernanceError(
    "data-loss",
    `the inventory is damaged: ${USER_ROW_COLUMNS[at] ?? "a column"} has another type`,
  );
}

function placeOf(name: string): number {
  const at = AT.get(name);
  if (at === undefined) throw new RangeError(`a user has no column ${name}`);
  return at;
}
