// One change of several parts of a user: its plan and its calls. recover-parts.ts finishes one that was cut off.
import type { UndoRecord } from "../../core/change.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { WriteOperation } from "../../core/operations.ts";
import type { User, UserDetails } from "../../core/user.ts";
import { checkPassword, setPasswordStep, withPassword } from "../accounts/credentials.ts";
import type { Plan, Steps } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Family } from "../family.ts";
import { endsSessions } from "../groups/end-sessions.ts";
import { groupsOfUser } from "../groups/listings.ts";
import {
  addMemberStep,
  checkGrantable,
  checkGroupCount,
  removeMemberStep,
} from "../groups/membership-steps.ts";
import type { ChangedParts, UserChange, WriteContext } from "../provisioner.ts";
import { disableStep, enableStep, signOutStep } from "../users/access-steps.ts";
import {
  type AttributeDifference,
  asWritten,
  attributeDifference,
  attributeHints,
  attributeSteps,
  NO_DIFFERENCE,
  pendingOf,
  writtenFields,
} from "../users/attribute-steps.ts";
import { changeUser } from "../users/user-change.ts";
import { readBack } from "../visibility.ts";
import { reconcileParts } from "./recover-parts.ts";

/** What of the change differs from the user as it is. */
interface PartDifference {
  readonly disable: boolean;
  readonly signOut: boolean;
  readonly attributes: AttributeDifference;
  readonly password: UserChange["password"];
  readonly removedGroups: readonly string[];
  /** The user is signed out once the groups are lost. */
  readonly endSessions: boolean;
  readonly addedGroups: readonly string[];
  readonly enable: boolean;
}

export function createUserChange(deps: Deps): Family<"changeUser", "change-user"> {
  return {
    methods: {
      changeUser: (user, change, context, signal) =>
        changeUser(
          deps,
          {
            kind: "change-user",
            user,
            plan: (now, inner) => planParts(deps, now, change, context, inner),
          },
          context,
          signal,
        ),
    },
    reconcile: { "change-user": (change, steps) => reconcileParts(deps, change, steps) },
  };
}

async function planParts(
  deps: Deps,
  user: UserDetails,
  change: UserChange,
  context: WriteContext,
  signal: AbortSignal,
): Promise<Plan<ChangedParts>> {
  const groups = await groupDifference(deps, user, change, signal);
  const attributes = await checkedAttributes(deps, user, change, signal);
  const disable = change.enabled === false && user.enabled;
  const parts: PartDifference = {
    ...groups,
    attributes,
    password: change.password,
    disable,
    signOut: change.signOut === true && (disable || change.enabled !== false),
    endSessions: groups.removedGroups.length > 0 && endsSessions(deps, context) && change.signOut !== true,
    enable: change.enabled === true && !user.enabled,
  };
  const planned = callsOf(parts);
  const preview = previewOf(user, parts);
  if (planned.length === 0) return { kind: "nothing-to-do", result: preview };
  return {
    kind: "change",
    steps: planned,
    preview,
    budgets: parts.disable ? ["disables"] : [],
    hints: {
      username: user.username,
      ...attributeHints(deps, attributes),
      disable: parts.disable,
      signOut: parts.signOut,
      password: parts.password !== undefined,
      removedGroups: parts.removedGroups,
      endSessions: parts.endSessions,
      addedGroups: parts.addedGroups,
      enable: parts.enable,
    },
    undo: undoOf(parts),
    async apply(steps) {
      await applyParts(deps, steps, user, parts);
      const enabled = parts.enable || (user.enabled && !parts.disable);
      const written = { ...asWritten(user, attributes), enabled };
      const { password } = parts;
      const made = password === undefined ? written : withPassword(written, password.permanent);
      const now = await readBack(deps, made, steps.signal);
      const pending = pendingOf(now, attributes.set);
      const set = preview.set.filter((name) => !pending.includes(name));
      return { ...preview, user: now, set, pending };
    },
  };
}

/** The groups that differ. They are checked before the first call, as in a grant and a revoke. */
async function groupDifference(
  deps: Deps,
  user: User,
  { addGroups = [], removeGroups = [] }: UserChange,
  signal: AbortSignal,
): Promise<Pick<PartDifference, "addedGroups" | "removedGroups">> {
  if (addGroups.length === 0 && removeGroups.length === 0) return { addedGroups: [], removedGroups: [] };
  const both = addGroups.find((name) => removeGroups.includes(name));
  if (both !== undefined) {
    throw new GovernanceError(
      "invalid-argument",
      `group ${both}: is added and removed by the same change; leave it out of one of them`,
    );
  }
  const memberOf = await groupsOfUser(deps.directory, user.username, signal);
  const isUnsure = (name: string): boolean =>
    deps.recentMembers.contradicts(name, user.username, memberOf.has(name));
  const addedGroups = [...new Set(addGroups)].filter((name) => !memberOf.has(name) || isUnsure(name));
  const removedGroups = [...new Set(removeGroups)].filter((name) => memberOf.has(name) || isUnsure(name));
  for (const name of removedGroups) deps.policy.notManaged(name);
  for (const name of addedGroups) await checkGrantable(deps, name, signal);
  const after = new Set([...memberOf, ...addedGroups]);
  for (const name of removedGroups) after.delete(name);
  checkGroupCount(deps, `user ${user.sub}`, memberOf.size, after.size);
  return { addedGroups, removedGroups };
}

/** The attributes that differ; the password is checked with them, because both need the pool. */
async function checkedAttributes(
  { pool: recentPool, policy }: Deps,
  user: User,
  { set = new Map(), remove = [], password }: UserChange,
  signal: AbortSignal,
): Promise<AttributeDifference> {
  if (password !== undefined) policy.ownProfile(user, "a password");
  if (password === undefined && set.size === 0 && remove.length === 0) return NO_DIFFERENCE;
  const pool = await recentPool(signal);
  if (password !== undefined) checkPassword(pool, password.secret, "password");
  const difference = attributeDifference(pool, user, { set, remove });
  if (difference.set.size > 0 || difference.removed.length > 0) {
    policy.ownProfile(user, "a change of attributes");
  }
  return difference;
}

function callsOf(parts: PartDifference): readonly WriteOperation[] {
  const { attributes, removedGroups, addedGroups } = parts;
  const all: readonly (readonly [boolean | number, WriteOperation])[] = [
    [parts.disable, "AdminDisableUser"],
    [parts.signOut, "AdminUserGlobalSignOut"],
    [attributes.set.size > 0, "AdminUpdateUserAttributes"],
    [attributes.removed.length > 0, "AdminDeleteUserAttributes"],
    [parts.password !== undefined, "AdminSetUserPassword"],
    [removedGroups.length, "AdminRemoveUserFromGroup"],
    [parts.endSessions, "AdminUserGlobalSignOut"],
    [addedGroups.length, "AdminAddUserToGroup"],
    [parts.enable, "AdminEnableUser"],
  ];
  return all.flatMap(([times, operation]) => Array<WriteOperation>(Number(times)).fill(operation));
}

async function applyParts(deps: Deps, steps: Steps, user: User, parts: PartDifference): Promise<void> {
  if (parts.disable) await disableStep(deps, steps, user);
  if (parts.signOut) await signOutStep(deps, steps, user);
  await attributeSteps(deps, steps, user, parts.attributes);
  const { password } = parts;
  if (password !== undefined) {
    const { attributes } = parts;
    const isAsRead = !parts.disable && attributes.set.size + attributes.removed.length === 0;
    const chosen = { ...password, generated: false };
    await setPasswordStep(deps, steps, user.username, chosen, isAsRead ? user : undefined);
  }
  for (const name of parts.removedGroups) await removeMemberStep(deps, steps, user, name);
  if (parts.endSessions) await signOutStep(deps, steps, user);
  for (const name of parts.addedGroups) await addMemberStep(deps, steps, user, name);
  if (parts.enable) await enableStep(deps, steps, user);
}

function previewOf(user: User, { attributes, addedGroups, removedGroups }: PartDifference): ChangedParts {
  const { set, removed } = attributes;
  return { user, set: [...set.keys()], removed, pending: [], addedGroups, removedGroups };
}

/** The audit line names what is written, without values. */
function undoOf({
  attributes,
  password,
  disable,
  enable,
  addedGroups,
  removedGroups,
}: PartDifference): UndoRecord {
  const fields = [
    ...writtenFields(attributes),
    ...(disable || enable ? ["enabled"] : []),
    ...(password === undefined ? [] : ["password"]),
  ];
  return {
    fields,
    ...(addedGroups.length === 0 ? {} : { addedGroups }),
    ...(removedGroups.length === 0 ? {} : { removedGroups }),
  };
}
