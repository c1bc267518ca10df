import type { AttributeType } from "@aws-sdk/client-cognito-identity-provider";

/**
 * The attributes of a user as Cognito listed them. Of a name that comes twice the last value counts, and a value that is not text
 * is empty. The map of all is made at its first use: of two users in three of a sync, and of each membership over gRPC, nobody
 * asks for more than the id.
 */
export class ListedAttributes implements ReadonlyMap<string, string> {
  readonly #list: readonly AttributeType[];
  readonly #sub: string | undefined;
  readonly #identities: string | undefined;
  #map: ReadonlyMap<string, string> | undefined;

  /** Throws where an item is not an object, and not when somebody asks for it later. */
  constructor(list: readonly AttributeType[]) {
    let sub: AttributeType | undefined;
    let identities: AttributeType | undefined;
    for (const attribute of list) {
      if (attribute.Name === "sub") sub = attribute;
      else if (attribute.Name === "identities") identities = attribute;
    }
    this.#list = list;
    this.#sub = sub && textOf(sub);
    this.#identities = identities && textOf(identities);
  }

  get(name: string): string | undefined {
    if (name === "sub") return this.#sub;
    if (name === "identities") return this.#identities;
    return this.#all.get(name);
  }

  has(name: string): boolean {
    return this.#all.has(name);
  }

  get size(): number {
    return this.#all.size;
  }

  forEach(callback: (value: string, name: string, map: ReadonlyMap<string, string>) => void): void {
    for (const [name, value] of this.#all) callback(value, name, this);
  }

  entries(): MapIterator<[string, string]> {
    return this.#all.entries();
  }

  keys(): MapIterator<string> {
    return this.#all.keys();
  }

  values(): MapIterator<string> {
    return this.#all.values();
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.#all.entries();
  }

  get #all(): ReadonlyMap<string, string> {
    this.#map ??= mapOf(this.#list);
    return this.#map;
  }
}

function mapOf(list: readonly AttributeType[]): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  for (const attribute of list) {
    if (typeof attribute.Name === "string") all.set(attribute.Name, textOf(attribute));
  }
  return all;
}

function textOf({ Value: value }: AttributeType): string {
  return typeof value === "string" ? value : "";
}
