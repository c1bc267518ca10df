import { passwordProblem } from "../../core/passwords/check.ts";
import { Secret } from "../../core/secret.ts";
import { COGNITO_USER_URN, type ScimResource } from "../resource.ts";
import type { MappingContext } from "./context.ts";
import { invalidScimValue, ownMember, sentAttribute } from "./values.ts";

/** A password that a client sent and the policy of the pool takes. */
export interface SentPassword {
  readonly secret: Secret;
  readonly permanent: boolean;
}

/** Undefined without a password, and where the setting ignores it. */
export function sentPassword(resource: ScimResource, context: MappingContext): SentPassword | undefined {
  const text = sentAttribute(resource, "password");
  if (context.password === "ignore" || text === undefined || text === "") return undefined;
  if (typeof text !== "string") throw invalidScimValue("password", "must be text");
  const problem = passwordProblem(context.pool.passwordPolicy, text);
  if (problem !== undefined) throw invalidScimValue("password", problem);
  return {
    secret: new Secret(text),
    permanent: givenPermanence(resource, context) ?? context.password === "permanent",
  };
}

/** Whether the client itself, and not the setting, makes the password permanent. */
export function isSaidToBePermanent(resource: ScimResource, context: MappingContext): boolean {
  return givenPermanence(resource, context) === true;
}

function givenPermanence(resource: ScimResource, { profile }: MappingContext): boolean | undefined {
  const given = ownMember(sentAttribute(resource, COGNITO_USER_URN), "isPasswordPermanent") ?? undefined;
  if (profile !== "starling" || given === undefined) return undefined;
  if (typeof given === "boolean") return given;
  throw invalidScimValue(`${COGNITO_USER_URN}:isPasswordPermanent`, "must be true or false");
}
