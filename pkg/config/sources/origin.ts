import { GovernanceError } from "../../core/errors.ts";

/** Where a value came from, as messages and `config show` name it. */
export interface Origin {
  readonly kind: "flag" | "environment" | "file" | "default";
  /** The setting under the name it has there, such as `--rate`, `BATON_RATE` or `rate in /etc/c.yaml:3`. */
  readonly label: string;
}

/** A text that a source has for a setting. */
export interface GivenText {
  readonly text: string;
  readonly origin: Origin;
}

/** One line: where, what is wrong, what was given (unless secret). */
export function invalidSetting(
  { text, origin }: GivenText,
  problem: string,
  secret: boolean,
): GovernanceError {
  const got = secret ? "" : `, got ${JSON.stringify(withoutPassword(text))}`;
  return new GovernanceError("invalid-argument", `${origin.label}: ${problem}${got}`);
}

/** The text with the password of a URL in it hidden. */
export function withoutPassword(text: string): string {
  return text.replace(/^((?:\w+:\/\/)?[^/?#@:]*):[^/?#]*@/, "$1:***@");
}
