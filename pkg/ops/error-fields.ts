import { GovernanceError } from "../core/errors.ts";

/** What a log may say about a failure: our own messages, which have no personal data, and the place of a foreign error. */
interface ErrorFields {
  readonly error: string;
  readonly code?: string;
  readonly reason?: string;
  readonly requestId?: string;
  /** The name and the code of each cause, outermost first. */
  readonly causes?: readonly string[];
  /** For unexpected errors: where the innermost cause was thrown, without its message, which may quote anything. */
  readonly at?: readonly string[];
}

const MAX_CAUSES = 8;
const MAX_STACK_FRAMES = 12;

export function errorFields(value: unknown): ErrorFields {
  if (!(value instanceof GovernanceError)) {
    return { error: "unexpected failure", ...causeFields(value) };
  }
  const { message, code, reason, requestId, cause } = value;
  return {
    error: message,
    code,
    ...(reason === undefined ? {} : { reason }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(cause === undefined ? {} : code === "internal" ? causeFields(cause) : { causes: namesOf(cause) }),
  };
}

function causeFields(value: unknown): Pick<ErrorFields, "causes" | "at"> {
  const innermost = errorsBelow(value).at(-1);
  return { causes: namesOf(value), ...(innermost === undefined ? {} : { at: stackFramesOf(innermost) }) };
}

function namesOf(value: unknown): readonly string[] {
  const errors = errorsBelow(value);
  if (errors.length === 0) return [typeof value];
  return errors.map((error) => {
    const code = "code" in error && typeof error.code === "string" ? ` (${error.code})` : "";
    return `${error.name}${code}`;
  });
}

function errorsBelow(value: unknown): readonly Error[] {
  const errors: Error[] = [];
  for (let current = value; current instanceof Error && errors.length < MAX_CAUSES; current = current.cause) {
    errors.push(current);
  }
  return errors;
}

function stackFramesOf({ stack = "" }: Error): readonly string[] {
  return stack
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^at .*:\d+:\d+\)?$/.test(line))
    .slice(0, MAX_STACK_FRAMES);
}
