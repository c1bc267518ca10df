import type { SchemaAttribute } from "../../core/pool.ts";

/** How a value of SCIM becomes the text of one attribute of the pool. */
export type BindingForm =
  | "text"
  | "reference"
  | "boolean"
  | "integer"
  | "dateTime"
  | "emails"
  | "phoneNumbers"
  | "addresses"
  | "photos"
  | "manager";

/** One attribute of SCIM with the attribute of the pool that holds it. */
export interface Binding {
  /** The extension; undefined for the core schema. */
  readonly urn: string | undefined;
  readonly attribute: string;
  readonly sub: string | undefined;
  readonly form: BindingForm;
  readonly source: SchemaAttribute;
  readonly description: string;
}

/** How messages name the attribute. */
export function pathOfBinding({ urn, attribute, sub }: Binding): string {
  const path = sub === undefined ? attribute : `${attribute}.${sub}`;
  return urn === undefined ? path : `${urn}:${path}`;
}
