import { GovernanceError } from "../../core/errors.ts";

/** Where a value comes from, as messages and `config show` name it. */
export interface Origin {
  readonly kind: "flag" | "environment" | "file" | "default";
  /** The name that the setting has there, such as `--rate`, `BATON_RATE` or `rate in /etc/c.yaml:3`. */
  readonly label: string;
}

/** The text of a setting in one source. */
export interface SourceText {
  readonly text: string;
  readonly origin: Origin;
}

/** One line: where, what is wrong, and the text (unless it is secret). */
export function invalidSetting(
  { text, origin }: SourceText,
  problem: string,
  secret: boolean,
): GovernanceError {
  const got = secret ? "" : `, got ${JSON.stringify(withoutPassword(text))}`;
  return new GovernanceError("invalid-argument", `${origin.label}: ${problem}${got}`);
}

/** The text, with the password of a URL hidden, also of one with too many slashes or too few: Node.js reads them all. */
export function withoutPassword(text: string): string {
  return text.replace(/:(?!\/\/)[^]*@/, ":***@");
}
