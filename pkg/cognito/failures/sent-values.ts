import type { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";

/** What a request carried, by the error that it ended with. A successful call costs nothing. */
const SENT = new WeakMap<object, readonly string[]>();

/** Members whose text is ours or the pool's, and personal of nobody. */
const NOT_PERSONAL: ReadonlySet<string> = new Set([
  "UserPoolId",
  "MessageAction",
  "DesiredDeliveryMediums",
  "UserAttributeNames",
  // Of an attribute; the value is in `Value`.
  "Name",
]);

/** Remembers the values of each request that fails, so that they can be taken out of the error's text. */
export function rememberSentValues({ middlewareStack }: CognitoIdentityProviderClient): void {
  middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (typeof error === "object" && error !== null) SENT.set(error, textsIn(args.input));
        throw error;
      }
    },
    { step: "initialize", name: "rememberSentValues" },
  );
}

/** Every text and number of the request that failed so. Undefined if the request is not known. */
export function sentValuesOf(error: unknown): readonly string[] | undefined {
  return typeof error === "object" && error !== null ? SENT.get(error) : undefined;
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => (NOT_PERSONAL.has(name) ? [] : textsIn(member)));
}
