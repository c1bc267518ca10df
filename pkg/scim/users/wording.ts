import { GovernanceError } from "../../core/errors.ts";
import { pathOfBinding } from "../mapping/binding.ts";
import type { MappingContext } from "../mapping/context.ts";
import { COGNITO_USER_URN } from "../resource.ts";

/** The provisioner's names of fields: those of an account creation, and of Cognito. */
const FIELDS = /\bprofile\.(?:"[^"]*"|\w+(?::\w+)*)|^login\b/g;

const INVITATION = new Set(["sendInviteEmail", "deliverInviteBy"]);

/** The failure with the names that attributes have in SCIM. */
export async function inScimWords<T>(work: Promise<T>, context: MappingContext): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof GovernanceError)) throw error;
    if (error.reason === "group-gone") throw wrongGroup(error);
    const message = error.message.replaceAll(FIELDS, (field) => pathOf(field, context));
    throw message === error.message ? error : error.with({ message });
  }
}

/** A wrong value of the request: a client would take 404 for a user who is gone, and make it again. */
function wrongGroup(error: GovernanceError): GovernanceError {
  const { message, appliedEffects } = error;
  return new GovernanceError("invalid-argument", `groups: ${message}`, { cause: error, appliedEffects });
}

function pathOf(field: string, context: MappingContext): string {
  const name = field.replace(/^profile\./, "").replaceAll('"', "");
  if (INVITATION.has(name)) return `${COGNITO_USER_URN}:desiredDeliveryMediums`;
  const binding = context.bindings.find(({ source }) => source.name === name);
  if (binding !== undefined) return pathOfBinding(binding);
  const isName = name === "login" || context.nameSources.some((source) => source === name);
  return isName ? "userName" : `${COGNITO_USER_URN}:${name}`;
}
