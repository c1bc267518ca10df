import type { ResourceKind } from "../resource.ts";

export interface AttributeDefinition {
  readonly name: string;
  readonly type:
    | "string"
    | "boolean"
    | "integer"
    | "decimal"
    | "dateTime"
    | "reference"
    | "binary"
    | "complex";
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: "readOnly" | "readWrite" | "immutable" | "writeOnly";
  readonly returned: "always" | "never" | "default" | "request";
  readonly uniqueness: "none" | "server";
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly description: string;
  readonly subAttributes?: readonly AttributeDefinition[];
}

export interface SchemaDefinition {
  /** The URN. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly AttributeDefinition[];
}

/** What a type of resource has: the core schema and its extensions. */
export interface ResourceSchemas {
  readonly kind: ResourceKind;
  readonly core: SchemaDefinition;
  readonly extensions: readonly SchemaDefinition[];
}
