import type { JsonObject, JsonValue } from "../resource.ts";
import type { Binding } from "./binding.ts";
import { isScimArray, isScimObject, ownMember } from "./values.ts";

/** The value that a resource has for the binding; `null` where it says so. */
export function rawValueAt(resource: JsonObject, { urn, attribute, sub }: Binding): JsonValue | undefined {
  const owner = urn === undefined ? resource : ownMember(resource, urn);
  const value = ownMember(owner, attribute);
  return sub === undefined ? value : ownMember(value, sub);
}

/** As `rawValueAt`, where `null`, a blank text and an empty array are no value. */
export function boundValueAt(resource: JsonObject, binding: Binding): JsonValue | undefined {
  const value = rawValueAt(resource, binding);
  return isUnassigned(value) ? undefined : value;
}

/** Whether SCIM takes the value for none. */
export function isUnassigned(value: JsonValue | undefined): value is null | undefined {
  if (typeof value === "string") return value.trim() === "";
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

/** Whether both are the same JSON. The order of members does not matter, nor does the prototype of an object. */
export function sameValue(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (isScimArray(a) && isScimArray(b)) {
    return a.length === b.length && a.every((one, at) => sameValue(one, b[at]));
  }
  if (!isScimObject(a) || !isScimObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameValue(a[name], b[name]))
  );
}

/** Collects the values of a resource. Names come from the schema, so none can be `__proto__`. */
export class ResourceBuilder {
  readonly #values: Record<string, JsonValue> = {};
  /** The objects that are being filled, by the name that they have in the resource. */
  readonly #objects = new Map<string, Record<string, JsonValue>>();

  set(name: string, value: JsonValue | undefined): void {
    if (value !== undefined) this.#values[name] = value;
  }

  setAt({ urn, attribute, sub }: BoundPlace, value: JsonValue | undefined): void {
    if (value === undefined) return;
    if (urn !== undefined) {
      this.#objectOf(urn)[attribute] = value;
    } else if (sub !== undefined) {
      this.#objectOf(attribute)[sub] = value;
    } else {
      this.#values[attribute] = value;
    }
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  build(): JsonObject {
    return this.#values;
  }

  #objectOf(name: string): Record<string, JsonValue> {
    let object = this.#objects.get(name);
    if (object === undefined) {
      object = {};
      this.#objects.set(name, object);
      this.#values[name] = object;
    }
    return object;
  }
}

type BoundPlace = Pick<Binding, "urn" | "attribute" | "sub">;
