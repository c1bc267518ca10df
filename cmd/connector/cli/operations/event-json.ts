import { createRegistry, type JsonObject, toJson } from "@bufbuild/protobuf";
import { StructSchema } from "@bufbuild/protobuf/wkt";
import {
  CapabilityPermissionsSchema,
  EntitlementImmutableSchema,
  type Event,
  EventSchema,
  GrantImmutableSchema,
  SkipEntitlementsAndGrantsSchema,
  UserTraitSchema,
} from "../../../../pkg/protocol/messages.ts";

/** Every message that an event holds as an annotation of something. */
const ANNOTATIONS = createRegistry(
  CapabilityPermissionsSchema,
  EntitlementImmutableSchema,
  GrantImmutableSchema,
  SkipEntitlementsAndGrantsSchema,
  StructSchema,
  UserTraitSchema,
);

/** An event as Baton's command line prints it. */
export function eventJson(event: Event): JsonObject {
  const json = toJson(EventSchema, event, { registry: ANNOTATIONS });
  return typeof json === "object" && json !== null && !Array.isArray(json) ? json : {};
}
