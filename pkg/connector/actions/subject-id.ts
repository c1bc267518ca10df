import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { invalidField } from "../requests.ts";
import type { Subject } from "./action.ts";

/** The key names under which platforms send a resource id as an object: type, id. */
const SPELLINGS = [
  ["resource_type_id", "resource_id"],
  ["resource_type", "resource"],
  ["resourceTypeId", "resourceId"],
] as const;

/**
 * The id of the user or group that an action changes: a string, or an object of type and id. It may be sent under several
 * names; if it is sent twice, both must be equal.
 */
export function subjectId(subject: Subject, given: ReadonlyMap<string, JsonValue>): string {
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

function idOf({ type }: Subject, name: string, value: JsonValue | undefined): string {
  if (typeof value === "string") {
    if (value !== "") return value;
    throw invalidField(`args.${name}`, `empty; give the resource id of the ${type}`);
  }
  const shape = `must be the resource id of a ${type}: a string, or an object of resource_type_id and resource_id`;
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalidField(`args.${name}`, shape);
  const object: JsonObject = value;
  for (const [typeKey, idKey] of SPELLINGS) {
    const givenType = object[typeKey];
    const id = object[idKey];
    if (typeof givenType !== "string" || typeof id !== "string" || id === "") continue;
    if (givenType === type) return id;
    throw invalidField(
      `args.${name}`,
      `names a resource of type ${JSON.stringify(givenType)}; this action is for a ${type}`,
    );
  }
  throw invalidField(`args.${name}`, shape);
}
