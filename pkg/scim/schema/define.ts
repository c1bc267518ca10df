import type { AttributeDefinition } from "./attribute.ts";

type DefinitionChanges = Partial<Omit<AttributeDefinition, "name" | "description">>;

/** A single text that a client may write, compared without regard to letter case. */
export function define(
  name: string,
  description: string,
  changes: DefinitionChanges = {},
): AttributeDefinition {
  return {
    name,
    type: "string",
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: "readWrite",
    returned: "default",
    uniqueness: "none",
    description,
    ...changes,
  };
}
