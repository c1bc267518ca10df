const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether the text has the form of a UUID, in either case. Cognito's `sub` has it, and so have the ids of changes. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
