import { AwsError, groupNotFound, invalidParameter, userNotFound } from "../errors.ts";
import { parseFilter } from "../filter.ts";
import { authEventJson, groupJson, userDetailJson, userJson } from "../model.ts";
import type { UserView } from "../pool-reader.ts";
import { optionalText, textOf, textsOf } from "../validate.ts";
import { members } from "./members.ts";
import { type Operation, type OperationCall, pageJson, pageOf } from "./operation.ts";

/** Refuses attributes that the pool lacks, and ones that a user of the page lacks, as ListUsers does. */
function projector(call: OperationCall): (user: UserView) => string {
  const wanted = textsOf(call.input, "AttributesToGet");
  if (wanted === undefined) return (user) => user.json();
  const known = new Set(call.pool.settings.schema.map((one) => one.name));
  if (wanted.some((name) => !known.has(name))) {
    throw invalidParameter("One or more requested attributes do not exist.");
  }
  const only = new Set(wanted);
  return (user) => {
    const record = user.record();
    if (wanted.some((name) => name !== "sub" && !record.attributes.has(name))) {
      throw invalidParameter("Input fails to satisfy the constraints.");
    }
    return userJson(record, only);
  };
}

export const listUsers: Operation = {
  name: "ListUsers",
  category: "UserList",
  writes: false,
  members: members(["UserPoolId"], ["AttributesToGet", "Limit", "PaginationToken", "Filter"]),
  run(call) {
    const text = optionalText(call.input, "Filter") ?? "";
    const filter = parseFilter(text);
    const project = projector(call);
    const page = pageOf(call, "PaginationToken", text, (after, want) => call.pool.users(after, want, filter));
    return pageJson("Users", "PaginationToken", { ...page, items: page.items.map(project) });
  },
};

export const listUsersInGroup: Operation = {
  name: "ListUsersInGroup",
  category: "UserList",
  writes: false,
  members: members(["UserPoolId", "GroupName"], ["Limit", "NextToken"]),
  run(call) {
    const name = textOf(call.input, "GroupName");
    if (call.pool.findGroup(name) === undefined) throw groupNotFound();
    const page = pageOf(call, "NextToken", name, (after, want) => call.pool.members(name, after, want));
    return pageJson("Users", "NextToken", { ...page, items: page.items.map((user) => user.json()) });
  },
};

export const adminGetUser: Operation = {
  name: "AdminGetUser",
  category: "UserRead",
  writes: false,
  members: members(["UserPoolId", "Username"]),
  run(call) {
    const user = call.pool.findUser(textOf(call.input, "Username"));
    if (user === undefined) throw userNotFound();
    return userDetailJson(user.record());
  },
};

export const adminListUserAuthEvents: Operation = {
  name: "AdminListUserAuthEvents",
  category: "UserResourceRead",
  writes: false,
  members: members(["UserPoolId", "Username"], ["MaxResults", "NextToken"]),
  run(call) {
    if (call.pool.settings.advancedSecurity === "OFF") {
      throw new AwsError("UserPoolAddOnNotEnabledException", "Threat protection is not enabled.");
    }
    const user = call.pool.findUser(textOf(call.input, "Username"));
    if (user === undefined) throw userNotFound();
    const { events } = user.record();
    const page = pageOf(call, "NextToken", user.username, (after, want) => {
      const items = events.slice(after + 1, after + 1 + want);
      const last = after + items.length;
      return { items, next: last + 1 < events.length ? last : undefined };
    });
    return pageJson("AuthEvents", "NextToken", { ...page, items: page.items.map(authEventJson) });
  },
};

export const adminListGroupsForUser: Operation = {
  name: "AdminListGroupsForUser",
  category: "UserResourceRead",
  writes: false,
  members: members(["UserPoolId", "Username"], ["Limit", "NextToken"]),
  run(call) {
    const user = call.pool.findUser(textOf(call.input, "Username"));
    if (user === undefined) throw userNotFound();
    const { id } = call.pool.settings;
    const page = pageOf(call, "NextToken", user.username, (after, want) =>
      call.pool.groupsOf(user.username, after, want),
    );
    return pageJson("Groups", "NextToken", {
      ...page,
      items: page.items.map((group) => groupJson(group, id)),
    });
  },
};
