import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { compareUtf8 } from "./text.ts";

/** What a profile may hold; undefined values are left out. */
export type ProfileValue = JsonValue | undefined;

/**
 * A google.protobuf.Struct with its keys in byte order. The order matters: `baton diff` compares the bytes of an Any,
 * so an unsorted map would show as a modification of somebody who did not change.
 */
export function sortedStruct(entries: Iterable<readonly [string, ProfileValue]>): JsonObject {
  const present: [string, JsonValue][] = [];
  for (const [key, value] of entries) if (value !== undefined) present.push([key, value]);
  present.sort(([a], [b]) => compareUtf8(a, b));
  return Object.fromEntries(present);
}
