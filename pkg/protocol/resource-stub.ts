import { create } from "@bufbuild/protobuf";
import { type Resource, ResourceSchema } from "./messages.ts";

/** A resource known by its id alone, where only the id is looked at. */
export function resourceStub(id: { readonly resourceType: string; readonly resource: string }): Resource {
  return create(ResourceSchema, { id });
}
