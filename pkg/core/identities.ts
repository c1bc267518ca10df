import type { Identity } from "./user.ts";

/**
 * The `identities` attribute: a JSON array that Cognito writes itself, with dateCreated in epoch milliseconds while
 * every date of the API is in seconds. Any other text yields no identities; the attribute itself is not changed.
 */
export function parseIdentities(text: string | undefined): readonly Identity[] {
  if (text === undefined || text === "") return [];
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return [];
  }
  return Array.isArray(list) ? list.flatMap(identity) : [];
}

function identity(entry: unknown): Identity[] {
  if (typeof entry !== "object" || entry === null) return [];
  const member = (name: string): unknown => Reflect.get(entry, name);
  const userId = nonEmptyText(member("userId"));
  const providerName = nonEmptyText(member("providerName"));
  if (userId === undefined || providerName === undefined) return [];
  const primary = member("primary");
  return [
    {
      providerName,
      providerType: nonEmptyText(member("providerType")) ?? "",
      userId,
      issuer: nonEmptyText(member("issuer")),
      primary: primary === true || primary === "true",
      createdAt: epochMs(member("dateCreated")),
    },
  ];
}

function nonEmptyText(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

// Cognito has sent both a number and a text of digits.
function epochMs(value: unknown): Date | undefined {
  const ms =
    typeof value === "number"
      ? value
      : typeof value === "string" && /^\d+$/.test(value)
        ? Number(value)
        : NaN;
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
