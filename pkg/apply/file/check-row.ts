import { groupNameProblem } from "../../core/attributes/names.ts";
import { justificationProblem } from "../../core/justification.ts";
import { mediaNamed } from "../../provision/invitation-media.ts";
import type { BatchProblem, BatchRow, RowAction, RowChange } from "../batch.ts";
import { ACTION_NAMED, COLUMNS, COLUMNS_OF, type ColumnName } from "./columns.ts";
import { badRow, type RawRow } from "./raw-row.ts";

/** One row by itself, without the pool: the row, or everything that is wrong with it. No message repeats a value. */
export function checkRow(raw: RawRow): BatchRow | readonly BatchProblem[] {
  const { line, values } = raw;
  const action = rowActionNamed(values.get("action"));
  if (action === undefined) {
    const what = values.has("action") ? "is not an action" : "missing";
    return [badRow(line, `action: ${what}; give grant, revoke, create, disable, enable or delete`)];
  }
  const problems = [...foreignColumns(raw, action), ...wrongValues(raw, action)];
  if (problems.length > 0) return problems.map((message) => badRow(line, message));
  return { line, change: changeOf(raw, action), justification: values.get("reason")?.trim() };
}

export function rowActionNamed(word: string | undefined): RowAction | undefined {
  return ACTION_NAMED.get(word?.trim().toLowerCase() ?? "");
}

function foreignColumns({ values, attributes }: RawRow, action: RowAction): string[] {
  const foreign = COLUMNS.filter((name) => values.has(name) && !COLUMNS_OF[action].includes(name));
  const problems = foreign.map((name) =>
    name === "user" && action === "create"
      ? "user: a new account has none; give login or email"
      : `${name}: ${action} does not take it; leave it empty`,
  );
  if (attributes.size > 0 && action !== "create") {
    problems.push(`attribute: ${action} does not take attributes; leave them empty`);
  }
  return problems;
}

function wrongValues({ values }: RawRow, action: RowAction): string[] {
  const problems: string[] = [];
  const check = (name: ColumnName, problem: string | undefined): void => {
    if (problem !== undefined) problems.push(`${name}: ${problem}`);
  };
  const user = values.get("user");
  const group = values.get("group");
  const reason = values.get("reason");
  if (action === "create") {
    if (!values.has("login") && !values.has("email")) problems.push("login: missing; give login or email");
    check("login", blankProblem(values.get("login")));
    check("email", blankProblem(values.get("email")));
    check("invite", inviteOf(values) === undefined ? "must be true or false" : undefined);
    check("deliver_by", deliveryProblem(values));
  } else {
    check(
      "user",
      user === undefined ? "missing; give a sub, username or e-mail address" : blankProblem(user),
    );
  }
  if (action === "grant" || action === "revoke") {
    if (group === undefined) problems.push("group: missing; give the name of a group");
    else check("group", nameProblemOf(group));
  }
  check("reason", reason === undefined ? undefined : justificationProblem(reason));
  return problems;
}

function nameProblemOf(group: string): string | undefined {
  const problem = groupNameProblem(group);
  return problem === undefined ? undefined : `the name ${problem}`;
}

function blankProblem(text: string | undefined): string | undefined {
  if (text === undefined || !/^[\s\p{White_Space}]|[\s\p{White_Space}]$/u.test(text)) return undefined;
  return "begins or ends with white space, which no user has; remove it";
}

function deliveryProblem(values: RawRow["values"]): string | undefined {
  const word = values.get("deliver_by");
  if (word === undefined) return undefined;
  if (mediaNamed(word) === undefined) return "must be EMAIL, SMS or both";
  return inviteOf(values) === true
    ? undefined
    : "no invitation is asked for; set invite to true, or leave it empty";
}

function inviteOf(values: RawRow["values"]): boolean | undefined {
  const word = values.get("invite")?.trim().toLowerCase() ?? "false";
  if (word === "true") return true;
  return word === "false" ? false : undefined;
}

function changeOf({ values, attributes }: RawRow, action: RowAction): RowChange {
  const user = values.get("user") ?? "";
  if (action === "grant" || action === "revoke") return { action, user, group: values.get("group") ?? "" };
  if (action !== "create") return { action, user };
  const invite = inviteOf(values) === true;
  const deliver = values.get("deliver_by");
  const email = values.get("email");
  const profile = new Map<string, unknown>([
    ...attributes,
    ...(invite ? ([["sendInviteEmail", true]] as const) : []),
    ...(deliver === undefined ? [] : ([["deliverInviteBy", deliver]] as const)),
  ]);
  return {
    action,
    account: {
      login: values.get("login"),
      emails: email === undefined ? [] : [email],
      profile,
      credential: { kind: "none" },
    },
    invite,
    deliverBy: deliver === undefined ? undefined : mediaNamed(deliver),
  };
}
