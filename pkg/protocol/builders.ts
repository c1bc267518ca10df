import {
  create,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { type Resource, ResourceSchema } from "./messages.ts";
import { compareUtf8 } from "./utf8-order.ts";

/** A message as an annotation, under the type URL that the Baton SDK looks for. */
export function annotation<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): Any {
  return anyPack(schema, create(schema, init));
}

/** A resource with its id alone, for messages of which Baton reads only the id. */
export function resourceStub(id: { readonly resourceType: string; readonly resource: string }): Resource {
  return create(ResourceSchema, { id });
}

/** What a profile may hold; undefined values are left out. */
export type ProfileValue = JsonValue | undefined;

/**
 * A google.protobuf.Struct with its keys in byte order. The order matters: `baton diff` compares the bytes of an Any,
 * so an unsorted map would show a user who did not change as modified.
 */
export function sortedStruct(entries: Iterable<readonly [string, ProfileValue]>): JsonObject {
  const present: [string, JsonValue][] = [];
  for (const [key, value] of entries) if (value !== undefined) present.push([key, value]);
  present.sort(([a], [b]) => compareUtf8(a, b));
  return Object.fromEntries(present);
}
