/** A path to an attribute, resolved against the schemas: canonical names. */
export interface AttributePath {
  /** The extension; undefined for the core schema. */
  readonly urn: string | undefined;
  readonly attribute: string;
  readonly sub: string | undefined;
}

export type ComparisonOperator = "eq" | "ne" | "co" | "sw" | "ew" | "gt" | "ge" | "lt" | "le";

/** How the values of an attribute are compared. */
export type Comparison = "caseExact" | "caseIgnore" | "dateTime" | "number" | "boolean";

/** A filter after parsing. */
export type Filter =
  | {
      readonly kind: "compare";
      readonly path: AttributePath;
      readonly operator: ComparisonOperator;
      /** Of the type that `as` names: a text for an instant. Null asks whether there is a value. */
      readonly value: string | number | boolean | null;
      readonly as: Comparison;
    }
  | { readonly kind: "present"; readonly path: AttributePath }
  /** `attribute[filter]`: one item meets all of it. */
  | { readonly kind: "item"; readonly path: AttributePath; readonly filter: Filter }
  | { readonly kind: "and" | "or"; readonly filters: readonly Filter[] }
  | { readonly kind: "not"; readonly filter: Filter };
