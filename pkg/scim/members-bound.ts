import { badRequest, type ScimError } from "./scim-error.ts";

/** Members in one answer: those of a group, or of the groups of a page. */
export const MEMBERS_OF_AN_ANSWER = 100_000;

/** Refuses a page of groups with more. */
export function requireRoomForMembers(members: number): void {
  if (members <= MEMBERS_OF_AN_ANSWER) return;
  throw badRequest(
    "tooMany",
    `the groups of this page have more than ${MEMBERS_OF_AN_ANSWER} members: ask for fewer with count, or leave them out with excludedAttributes=members`,
  );
}

export function tooManyMembers(): ScimError {
  return badRequest(
    "tooMany",
    `the group has more than ${MEMBERS_OF_AN_ANSWER} members: leave them out with excludedAttributes=members`,
  );
}
