import type { Pool } from "../pool.ts";
import { isSeen, showOnlyUnseen } from "../text.ts";
import { emailProblem, phoneProblem } from "./formats.ts";

const MAX_NAME = 128;
const MAX_TEXT = 2048;

/** The largest precedence of a group that Cognito accepts. */
export const MAX_PRECEDENCE = 2 ** 31 - 1;

/**
 * Why the pool would refuse the login at creation, in words that do not repeat it. If users sign in by e-mail or phone, it
 * must be such an address; if those are aliases, a username must not look like one.
 */
export function loginProblem(
  pool: Pick<Pool, "usernameAttributes" | "aliasAttributes">,
  login: string,
): string | undefined {
  const byEmail = emailProblem(login);
  const byPhone = phoneProblem(login);
  const { usernameAttributes, aliasAttributes } = pool;
  if (usernameAttributes.length > 0) {
    const problems = [
      ...(usernameAttributes.includes("email") ? [byEmail] : []),
      ...(usernameAttributes.includes("phone_number") ? [byPhone] : []),
    ];
    if (problems.length === 2 && !problems.includes(undefined)) {
      return "must be an e-mail address or an E.164 phone number, which people of this pool sign in by";
    }
    if (problems.length === 1 && problems[0] !== undefined) return problems[0];
    return nameProblem(login);
  }
  if (aliasAttributes.includes("email") && byEmail === undefined) {
    return "must not be an e-mail address, which is an alias in this pool; choose a username and give email beside it";
  }
  if (aliasAttributes.includes("phone_number") && byPhone === undefined) {
    return "must not be a phone number, which is an alias in this pool; choose a username and give phone_number beside it";
  }
  return nameProblem(login);
}

/** Why Cognito would refuse the group name. Names are never trimmed or rewritten: they are the group's id (D2). */
export function groupNameProblem(text: string): string | undefined {
  return nameProblem(text);
}

/** Why the ARN is not that of a role. An empty ARN is refused too: to give a group no role, leave the ARN out. */
export function roleArnProblem(text: string): string | undefined {
  if (text.length < 20 || text.length > MAX_TEXT) return "must be an IAM role ARN of 20 to 2048 characters";
  // Cognito accepts any ARN, but members can assume only a role.
  return /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/u.test(text)
    ? undefined
    : "must be the ARN of an IAM role, as in arn:aws:iam::123456789012:role/name";
}

/** 0 is a valid precedence, and the highest. */
export function precedenceProblem(value: number): string | undefined {
  return Number.isInteger(value) && value >= 0 && value <= MAX_PRECEDENCE
    ? undefined
    : `must be a whole number from 0 to ${MAX_PRECEDENCE}`;
}

export function descriptionProblem(text: string): string | undefined {
  if (!text.isWellFormed()) return "is not well-formed Unicode text";
  return Array.from(text).length > MAX_TEXT ? `is longer than ${MAX_TEXT} characters` : undefined;
}

/**
 * Why no account can be named so: by username, id, e-mail address or phone number. An address may be longer than a
 * username. The text is not repeated; what nobody can see in it is shown.
 */
export function userNameProblem(text: string): string | undefined {
  const problem = nameProblem(text);
  if (problem === undefined) return undefined;
  if (Array.from(text).every(isSeen)) return text.includes("@") && isTooLong(text) ? undefined : problem;
  return `${problem}: ${JSON.stringify(showOnlyUnseen(text))}`;
}

// Lengths count code points, as the API's own model does. If AWS counts a name as longer, AWS refuses it before anything is
// written; if this check counted more than AWS, an existing group could not be named.
function nameProblem(text: string): string | undefined {
  if (text === "") return "is empty";
  if (/[\s\p{White_Space}]/u.test(text)) return "must not contain white space";
  if (/\p{Cc}/u.test(text)) return "must not contain control characters";
  if (!/^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u.test(text)) {
    return "must not contain invisible or unassigned characters: letters, marks, digits, symbols and punctuation only";
  }
  return isTooLong(text) ? `is longer than ${MAX_NAME} characters` : undefined;
}

function isTooLong(name: string): boolean {
  return Array.from(name).length > MAX_NAME;
}
