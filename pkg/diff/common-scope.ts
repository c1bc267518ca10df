import { GovernanceError } from "../core/errors.ts";
import type { ScopeSelection } from "../core/sync-scope.ts";
import type { ComparedUser, Side, SideScope } from "./side.ts";

/** What both sides have (DIFF-3). */
export interface CommonScope {
  readonly hasUser: (user: Pick<ComparedUser, "sub" | "username">) => boolean;
  readonly hasGroup: (name: string) => boolean;
  readonly users: boolean;
  readonly groups: boolean;
  /** Memberships of the groups. */
  readonly memberships: boolean;
  /** What is compared, and of what it is only a part. */
  readonly text: string;
}

export function commonScope(older: Side, newer: Side): CommonScope {
  const scopes = [older.scope, newer.scope];
  const users = scopes.every((scope) => selectsSome(scope.users));
  const groups = scopes.every((scope) => selectsSome(scope.groups));
  const memberships = groups && scopes.every(({ depth }) => depth === "grants");
  if (!users && !groups) {
    throw new GovernanceError(
      "failed-precondition",
      `${older.name} and ${newer.name} have nothing in common that could be compared`,
    );
  }
  const choosesUser = scopes.map(userChoice);
  const choosesGroup = scopes.map((scope) => choice(scope.groups));
  return {
    hasUser: (user) => choosesUser.every((chooses) => chooses(user)),
    hasGroup: (name) => choosesGroup.every((chooses) => chooses(name)),
    users,
    groups,
    memberships,
    text: textOf([older, newer], { users, groups, memberships }),
  };
}

function selectsSome(selection: ScopeSelection): boolean {
  return selection === "all" || selection.length > 0;
}

function userChoice({ users, userIdKind }: SideScope): CommonScope["hasUser"] {
  const chooses = choice(users);
  return (user) => chooses(userIdKind === "sub" ? user.sub : user.username);
}

function choice(selection: ScopeSelection): (id: string) => boolean {
  if (selection === "all") return () => true;
  const chosen = new Set(selection);
  return (id) => chosen.has(id);
}

const USER_FIELDS = "users (username, status, enabled, every attribute, identities, modified_at)";
const GROUP_FIELDS = "groups (creation, description, precedence, role_arn, modified_at)";

function textOf(
  sides: readonly Side[],
  { users, groups, memberships }: Pick<CommonScope, "users" | "groups" | "memberships">,
): string {
  const compared = [
    ...(users ? [USER_FIELDS] : []),
    ...(groups ? [GROUP_FIELDS] : []),
    ...(memberships ? ["memberships"] : []),
  ];
  const parts = sides.flatMap(({ name, scope }) => {
    const limits = limitsOf(scope);
    return limits.length === 0 ? [] : [`${name} has only ${limits.join(" and ")}`];
  });
  return [`compared: ${compared.join(", ")}`, ...parts].join("; ");
}

function limitsOf({ users, groups, depth }: SideScope): readonly string[] {
  const limited = users !== "all" || groups !== "all";
  const has = [
    ...(users === "all" ? ["users"] : users.length > 0 ? [counted(users.length, "chosen user")] : []),
    ...(groups === "all" ? ["groups"] : groups.length > 0 ? [counted(groups.length, "chosen group")] : []),
  ];
  if (depth !== "grants") return [...has, "no memberships"];
  return limited ? has : [];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
