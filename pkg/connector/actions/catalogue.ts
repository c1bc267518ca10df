import { GovernanceError } from "../../core/errors.ts";
import { quotedName } from "../../core/text.ts";
import type { BatonActionSchema } from "../../protocol/messages.ts";
import type { Action } from "./action.ts";
import { ATTRIBUTE_ACTIONS } from "./attribute-actions.ts";
import { GROUP_ACTIONS } from "./group-actions.ts";
import { PASSWORD_ACTIONS } from "./password-actions.ts";
import { USER_ACTIONS } from "./user-actions.ts";

const ACTIONS: readonly Action[] = [
  ...USER_ACTIONS,
  ...ATTRIBUTE_ACTIONS,
  ...PASSWORD_ACTIONS,
  ...GROUP_ACTIONS,
];

const BY_NAME: ReadonlyMap<string, Action> = new Map(ACTIONS.map((action) => [action.schema.name, action]));

/** `""`: all schemas. Our actions are global, so no resource type has its own. */
export function actionSchemas(resourceTypeId: string): readonly BatonActionSchema[] {
  return resourceTypeId === "" ? ACTIONS.map(({ schema }) => schema) : [];
}

/**
 * Throws `not-found`, or `invalid-argument` for a resource type without a name. A call may be scoped to the type that the
 * action changes, although the action is global: some platforms scope every call.
 */
export function actionNamed(name: string, resourceTypeId = ""): Action {
  if (resourceTypeId !== "" && name === "") {
    throw new GovernanceError("invalid-argument", "name: must be set when resource_type_id is");
  }
  const action = BY_NAME.get(name);
  if (action !== undefined && (resourceTypeId === "" || resourceTypeId === action.subject.type))
    return action;
  const scope = resourceTypeId === "" ? "" : ` of resource type ${quotedName(resourceTypeId)}`;
  throw new GovernanceError("not-found", `name: there is no action ${quotedName(name)}${scope}`);
}
