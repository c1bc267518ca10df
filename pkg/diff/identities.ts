import { isRecord } from "../core/unknown.ts";

/**
 * The identities of a user as one text, whichever side they are from: a `.c1z` has them under names of the profile, the
 * inventory as Cognito sent them. Text that yields none stays as it is. Undefined for none.
 */
export function identitiesText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  const identities = value.filter(isRecord).map((identity) => {
    const member = (...names: readonly string[]): unknown =>
      names.map((name) => identity[name]).find((found) => found !== undefined && found !== null);
    const primary = member("primary");
    return {
      provider: text(member("providerName", "provider_name")),
      type: text(member("providerType", "provider_type")),
      user_id: text(member("userId", "user_id")),
      issuer: text(member("issuer")),
      primary: primary === true || primary === "true",
      created_at: time(member("dateCreated", "createdAt", "created_at")),
    };
  });
  const whole = identities.filter(({ provider, user_id }) => provider !== "" && user_id !== "");
  return whole.length === 0 ? undefined : JSON.stringify(whole);
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Cognito sends milliseconds, as a number or as digits. */
function time(value: unknown): string {
  const ms =
    typeof value === "string" && !/^\d+$/.test(value) ? Date.parse(value) : Number(value ?? Number.NaN);
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}
