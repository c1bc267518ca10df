import { GroupPattern } from "../../../core/group-pattern.ts";
import type { Parsed } from "../setting.ts";

const LONGEST = 128;
/** Counted in characters, as Cognito does. */
const TOO_LONG = new RegExp(`.{${LONGEST + 1}}`, "su");

/** The characters of a group name in Cognito; `*` and `?` count as punctuation. */
const NAME = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u;

/**
 * Parses `admins,team-*`. An empty pattern is refused: a typing error must not change silently which groups may be
 * changed.
 */
export function parseGroupPatterns(given: string): Parsed<readonly GroupPattern[]> {
  const patterns = given.split(",").map((piece) => piece.trim());
  for (const pattern of patterns) {
    if (pattern === "") return { problem: `${SHAPE}: a pattern is empty` };
    if (TOO_LONG.test(pattern)) {
      return { problem: `${SHAPE}: a pattern is longer than the ${LONGEST} characters of a group name` };
    }
    if (!NAME.test(pattern)) {
      return {
        problem: `${SHAPE}: "${pattern}" has white space or a control character, which no group name has`,
      };
    }
  }
  return { value: [...new Set(patterns)].map((text) => new GroupPattern(text)) };
}

const SHAPE = "must be names of groups with commas between them, such as admins,team-*";
