import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { quotedName } from "../../core/text.ts";
import { invalidField } from "../requests.ts";
import type { Subject } from "./action.ts";

/** The key names under which platforms send the type of a resource, and its id. */
const TYPE_KEYS = ["resource_type_id", "resource_type", "resourceTypeId", "resourceType"] as const;
const ID_KEYS = ["resource_id", "resource", "resourceId", "id"] as const;

/** A type may be sent beside an id: as an argument of its own, or as the scope of the call. */
export const TYPE_ARGUMENTS: readonly string[] = TYPE_KEYS;

/**
 * The id of the user or group that an action changes: a string, or an object of type and id. It may be sent under several
 * names; if it is sent twice, both must be equal.
 */
export function subjectId(subject: Subject, given: ReadonlyMap<string, JsonValue>): string {
  for (const key of TYPE_KEYS) {
    const type = given.get(key);
    if (type !== undefined) checkType(subject, key, type);
  }
  const names = [subject.argument, ...subject.aliases].filter((name) => given.has(name));
  const [first, ...others] = names;
  if (first === undefined) {
    throw invalidField(`args.${subject.argument}`, `missing; give the resource id of the ${subject.type}`);
  }
  const id = idOf(subject, first, given.get(first));
  for (const other of others) {
    if (idOf(subject, other, given.get(other)) !== id) {
      throw invalidField(
        `args.${other}`,
        `names another ${subject.type} than args.${first}; give one of them`,
      );
    }
  }
  return id;
}

function idOf(subject: Subject, name: string, value: JsonValue | undefined): string {
  const { type } = subject;
  if (typeof value === "string") {
    if (value !== "") return value;
    throw invalidField(`args.${name}`, `empty; give the resource id of the ${type}`);
  }
  const found = isObject(value) ? idIn(value) : undefined;
  if (found === undefined) {
    throw invalidField(
      `args.${name}`,
      `must be the resource id of a ${type}: a string, or an object of resource_type_id and resource_id`,
    );
  }
  checkType(subject, name, found.type);
  return found.id;
}

/** From a resource id, or from a resource that has one. */
function idIn(object: JsonObject): { readonly type: JsonValue; readonly id: string } | undefined {
  const id = ID_KEYS.map((key) => object[key]).find((value) => value !== undefined && value !== null);
  if (isObject(id)) return idIn(id);
  const type = TYPE_KEYS.map((key) => object[key]).find((value) => value !== undefined && value !== null);
  return typeof id === "string" && id !== "" && type !== undefined ? { type, id } : undefined;
}

function checkType({ type }: Subject, name: string, given: JsonValue): void {
  if (given === type) return;
  const which = typeof given === "string" ? `of type ${quotedName(given)}` : "whose type is no string";
  throw invalidField(`args.${name}`, `names a resource ${which}; this action is for a ${type}`);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
