import { GovernanceError } from "../core/errors.ts";

/** What a log may say of a failure: our own messages, which hold no personal data, and of foreign ones only the place. */
export interface ErrorFields {
  readonly error: string;
  readonly code?: string;
  readonly reason?: string;
  readonly requestId?: string;
  /** The name and the code of each error below, outermost first. */
  readonly causes?: readonly string[];
  /** Where the innermost was thrown: frames without its message, which may quote anything. */
  readonly at?: readonly string[];
}

const MAX_CAUSES = 8;
const MAX_FRAMES = 12;

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
    ...(cause === undefined ? {} : causeFields(cause)),
  };
}

function causeFields(value: unknown): Pick<ErrorFields, "causes" | "at"> {
  const causes: string[] = [];
  let innermost: Error | undefined;
  let current = value;
  while (current instanceof Error && causes.length < MAX_CAUSES) {
    innermost = current;
    const code = "code" in current && typeof current.code === "string" ? ` (${current.code})` : "";
    causes.push(`${current.name}${code}`);
    current = current.cause;
  }
  if (innermost === undefined) return { causes: [typeof value] };
  return { causes, at: framesOf(innermost) };
}

function framesOf({ stack = "" }: Error): readonly string[] {
  return stack
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^at .*:\d+:\d+\)?$/.test(line))
    .slice(0, MAX_FRAMES);
}
