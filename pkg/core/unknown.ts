// Reading values of which nothing is known yet: parsed JSON, and what was thrown.

/** Whether it is an object with members, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The system's name of a failure, such as `ENOENT`; "" for an error without one. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
