import { groupListOfUser } from "../../provision/groups/listings.ts";
import type { MappingContext } from "../mapping/context.ts";
import type { ScimParts } from "../parts.ts";
import type { Equality } from "../protocol/equality.ts";
import { foldCase } from "../protocol/fold.ts";
import type { MemberRef } from "../resource.ts";
import {
  displayNameOf,
  type FoundGroup,
  findGroup,
  groupsByName,
  shownGroup,
  withKeptGroups,
} from "./group-answer.ts";

type Lookup = Pick<ScimParts, "groups" | "view" | "records" | "context">;

/**
 * The groups that may have the value, read from the pool: more than have it. Undefined for an attribute that only a run can
 * answer.
 */
export async function groupsWith(
  parts: Lookup,
  { attribute, value }: Equality,
  signal: AbortSignal,
): Promise<readonly FoundGroup[] | undefined> {
  const { view, records } = parts;
  switch (attribute) {
    case "id": {
      const found = await findGroup(parts, value, signal);
      return found === undefined ? [] : [found];
    }
    case "displayName":
    case "externalId": {
      const [kept, listed] = await Promise.all([
        records.find("Group", attribute, value, signal),
        view.candidates("Group", attribute, value, signal),
      ]);
      const known = [...kept.map(({ id }) => id), ...listed];
      return await groupsByName(
        parts,
        attribute === "displayName" ? [...known, ...spellings(value, known.length > 0)] : known,
        signal,
      );
    }
    default:
      return undefined;
  }
}

/** Cognito tells the cases of a group's name apart, and answers five questions about groups in a second. */
function spellings(name: string, isKnown: boolean): readonly string[] {
  return isKnown ? [name] : [name, name.toLowerCase()];
}

/** A user with all groups that have this member. */
export interface FoundMember {
  readonly member: MemberRef;
  readonly groups: readonly FoundGroup[];
}

/** Undefined: nobody has the id, so no group has the member. */
export async function groupsOfMember(
  parts: Pick<ScimParts, "users" | "records" | "directory">,
  userId: string,
  signal: AbortSignal,
): Promise<FoundMember | undefined> {
  const [found] = await parts.users.withKept([...(await parts.users.byIds([userId], signal)).values()]);
  if (found === undefined || found.kept?.hidden === true) return undefined;
  const { user } = found;
  const groups = await groupListOfUser(parts.directory, user.username, signal);
  return {
    member: { sub: user.sub, username: user.username },
    groups: await withKeptGroups(parts, groups),
  };
}

/** The groups that have this displayName, in any letter case. */
export async function groupsNamed(
  parts: Lookup,
  displayName: string,
  context: MappingContext,
  signal: AbortSignal,
): Promise<readonly FoundGroup[]> {
  const found = (await groupsWith(parts, { attribute: "displayName", value: displayName }, signal)) ?? [];
  const folded = foldCase(displayName);
  return found.filter((one) => foldCase(displayNameOf(shownGroup(one, undefined, context)) ?? "") === folded);
}
