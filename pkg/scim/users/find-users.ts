// Who has a value, now.
//
// The newest run and what is kept beside the pool name candidates, and each of them is read from the pool. A search of the pool
// for the value, as it is written and in lower case, finds who was made since: Cognito compares all but e-mail addresses
// letter by letter, so a person whom somebody else has made since, in mixed case, is found by that spelling only.
import type { SearchableAttribute } from "../../core/directory.ts";
import type { User } from "../../core/user.ts";
import { isUuid } from "../../core/uuid.ts";
import type { MappingContext } from "../mapping/context.ts";
import type { NameSource } from "../mapping/name-sources.ts";
import { phoneText } from "../mapping/phone.ts";
import { displayNameSource } from "../mapping/user-resource.ts";
import type { ScimParts } from "../parts.ts";
import type { Equality } from "../protocol/equality.ts";
import type { FoundUser, SearchOptions, UserReader } from "./user-reader.ts";

type Lookup = Pick<ScimParts, "users" | "view" | "records">;

/** How an attribute is looked up: in the run, beside the pool, and by a search of the pool. */
interface Where {
  readonly candidates?: "userName" | "email" | "phone" | "externalId" | "displayName";
  readonly kept?: "userName" | "externalId" | "displayName";
  readonly search: readonly SearchableAttribute[];
  /** Any number of people may have one value. */
  readonly isShared?: boolean;
}

/** To read more people than these is slower than to answer them from the run. */
const MOST_SHARED = 60;

function whereIs({ attribute, value }: Equality, context: MappingContext): Where | undefined {
  switch (attribute) {
    case "userName":
      return { candidates: "userName", kept: "userName", search: nameSearches(value, context) };
    case "externalId":
      return { candidates: "externalId", kept: "externalId", search: [] };
    case "emails":
    case "emails.value":
      return { candidates: "email", search: ["email"], isShared: true };
    case "phoneNumbers":
    case "phoneNumbers.value":
      return { candidates: "phone", search: ["phone_number"], isShared: true };
    case "displayName":
      return {
        candidates: "displayName",
        kept: "displayName",
        search: displayNameSource(context) === "name" ? ["name"] : [],
        isShared: true,
      };
    default:
      return undefined;
  }
}

/** What can hold the name: each search takes a part of the thirty that Cognito answers in a second. */
function nameSearches(name: string, context: MappingContext): readonly NameSource[] {
  const { usernameAttributes, aliasAttributes } = context.pool;
  const isAddress = name.includes("@");
  return context.nameSources.filter((source) => {
    if (source === "email") return isAddress;
    if (source === "phone_number") return phoneText(name) !== undefined;
    if (source === "preferred_username") return true;
    // Cognito generates usernames where people sign in by an address, and takes no address where that is an alias.
    return usernameAttributes.length > 0 ? isUuid(name) : !(isAddress && aliasAttributes.includes("email"));
  });
}

/**
 * Those who may have the value, read from the pool: more than have it, and those whom a client has removed as well.
 * Undefined for an attribute that only a run can answer.
 */
export async function usersWith(
  { users, view, records }: Lookup,
  equality: Equality,
  context: MappingContext,
  signal: AbortSignal,
  options?: SearchOptions,
): Promise<readonly FoundUser[] | undefined> {
  const { attribute, value } = equality;
  if (attribute === "id") {
    const found = await users.byIds([value], signal);
    return await users.withKept([...found.values()]);
  }
  const where = whereIs(equality, context);
  if (where === undefined) return undefined;
  const { candidates, kept, search, isShared = false } = where;
  const [listed, rows] = await Promise.all([
    candidates === undefined ? [] : view.candidates("User", candidates, value, signal),
    kept === undefined ? [] : records.find("User", kept, value, signal),
  ]);
  const named = new Set([...listed, ...rows.map(({ id }) => id)]);
  if (isShared && named.size > MOST_SHARED) return undefined;
  const searches = search.flatMap((by) =>
    spellings(by, value).map((spelling) => users.search(by, spelling, signal, options)),
  );
  const found = new Map((await Promise.all(searches)).flat().map((user) => [user.sub, user]));
  const others = [...named].filter((sub) => !found.has(sub));
  for (const user of await users.bySubs(others, signal)) found.set(user.sub, user);
  return await users.withKept(withoutReplaced([...found.values()], users));
}

/** A username is that of one account: of two, the older one is gone, and a listing or this process still shows it (mark 50). */
function withoutReplaced(found: readonly User[], users: Pick<UserReader, "isRemembered">): readonly User[] {
  const newest = new Map<string, User>();
  for (const user of found) {
    const other = newest.get(user.username);
    const laterMs = other === undefined ? 1 : user.createdAt.getTime() - other.createdAt.getTime();
    if (laterMs > 0 || (laterMs === 0 && users.isRemembered(user.sub))) newest.set(user.username, user);
  }
  return [...newest.values()];
}

/** Cognito ignores the case of e-mail addresses only, and has phone numbers in one form. */
function spellings(by: SearchableAttribute, value: string): readonly string[] {
  if (by === "email") return [value];
  if (by === "phone_number") return [phoneText(value) ?? value];
  return [...new Set([value, value.toLowerCase()])];
}
