import { isRecord } from "../../core/unknown.ts";
import type { JsonObject } from "../resource.ts";
import { ownMember } from "./values.ts";

/** The members of an address in SCIM with their names in OpenID Connect, which Cognito's `address` has as JSON. */
const NAMES = [
  ["formatted", "formatted"],
  ["streetAddress", "street_address"],
  ["locality", "locality"],
  ["region", "region"],
  ["postalCode", "postal_code"],
  ["country", "country"],
] as const;

/** Undefined when the address has none of the members. */
export function textOfAddress(item: JsonObject): string | undefined {
  const entries = NAMES.flatMap(([name, claim]) => {
    const value = ownMember(item, name);
    return typeof value === "string" && value.trim() !== "" ? [[claim, value] as const] : [];
  });
  return entries.length === 0 ? undefined : JSON.stringify(Object.fromEntries(entries));
}

/** A text that is not JSON of OpenID Connect is the formatted address. */
export function addressOfText(text: string): JsonObject {
  const claims = claimsOf(text);
  const entries = NAMES.flatMap(([name, claim]) => {
    const value = claims === undefined || !Object.hasOwn(claims, claim) ? undefined : claims[claim];
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  return entries.length === 0 ? { formatted: text } : Object.fromEntries(entries);
}

function claimsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const claims: unknown = JSON.parse(text);
    return isRecord(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}
