import { AwsError, groupNotFound, invalidParameter } from "../errors.ts";
import { type GroupRecord, groupJson } from "../model.ts";
import { atStart } from "../pool-reader.ts";
import { type Input, optionalNumber, optionalText, textOf } from "../validate.ts";
import { members } from "./members.ts";
import { nothing, type Operation, type OperationCall, writable } from "./operation.ts";
import { subjectOf } from "./write-users.ts";

const groupMembers = members(["UserPoolId", "GroupName"], ["Description", "RoleArn", "Precedence"]);

const fieldsOf = (input: Input): Pick<GroupRecord, "description" | "roleArn" | "precedence"> => ({
  description: optionalText(input, "Description"),
  roleArn: optionalText(input, "RoleArn"),
  precedence: optionalNumber(input, "Precedence"),
});

const answer = (call: OperationCall, group: GroupRecord): string =>
  `{"Group":${groupJson(group, call.pool.settings.id)}}`;

export const createGroup: Operation = {
  name: "CreateGroup",
  category: "UserPoolResourceUpdate",
  writes: true,
  members: groupMembers,
  run(call) {
    const pool = writable(call);
    const name = textOf(call.input, "GroupName");
    if (pool.findGroup(name) !== undefined) {
      throw new AwsError("GroupExistsException", "A group with the name already exists.");
    }
    if (pool.groupCount() >= pool.settings.behaviour.groupsPerPool) {
      throw new AwsError(
        "LimitExceededException",
        "Exceeded limit on the number of groups in the user pool.",
      );
    }
    const { description, roleArn, precedence } = fieldsOf(call.input);
    const group = pool.addGroup({
      name,
      createdAt: new Date(call.clockMs),
      ...(description === undefined ? {} : { description }),
      ...(roleArn === undefined ? {} : { roleArn }),
      ...(precedence === undefined ? {} : { precedence }),
    });
    return answer(call, group);
  },
};

/** No documented way clears a field; whether one left out is kept is a setting of the pool. */
export const updateGroup: Operation = {
  name: "UpdateGroup",
  category: "UserPoolResourceUpdate",
  writes: true,
  members: groupMembers,
  run(call) {
    const pool = writable(call);
    const before = pool.findGroup(textOf(call.input, "GroupName"));
    if (before === undefined) throw groupNotFound();
    const given = fieldsOf(call.input);
    const keeps = pool.settings.behaviour.updateGroup === "merge";
    const group: GroupRecord = {
      ...before,
      description: given.description ?? (keeps ? before.description : undefined),
      roleArn: given.roleArn ?? (keeps ? before.roleArn : undefined),
      precedence: given.precedence ?? (keeps ? before.precedence : undefined),
      modifiedMs: call.clockMs,
    };
    pool.replaceGroup(group);
    return answer(call, group);
  },
};

export const deleteGroup: Operation = {
  name: "DeleteGroup",
  category: "UserPoolResourceUpdate",
  writes: true,
  members: members(["UserPoolId", "GroupName"]),
  run(call) {
    const pool = writable(call);
    const name = textOf(call.input, "GroupName");
    if (pool.findGroup(name) === undefined) throw groupNotFound();
    const isEmpty = pool.members(name, atStart, 1).items.length === 0;
    if (!isEmpty && pool.settings.behaviour.deleteGroup === "only-empty") {
      throw invalidParameter("Only empty groups can be deleted.");
    }
    pool.deleteGroup(name);
    return nothing;
  },
};

const membershipMembers = members(["UserPoolId", "Username", "GroupName"]);

/** Adding a member again succeeds and changes nothing. */
export const adminAddUserToGroup: Operation = {
  name: "AdminAddUserToGroup",
  category: "UserUpdate",
  writes: true,
  members: membershipMembers,
  run(call) {
    const { pool, user } = subjectOf(call);
    const name = textOf(call.input, "GroupName");
    if (pool.findGroup(name) === undefined) throw groupNotFound();
    const { groupsPerUser } = pool.settings.behaviour;
    const own = pool.groupsOf(user.username, atStart, groupsPerUser).items;
    if (own.length >= groupsPerUser && !own.some((group) => group.name === name)) {
      // The model does not declare this error for the operation, and AWS sends it.
      throw new AwsError("LimitExceededException", "Exceeded limit on the number of groups for a user.");
    }
    pool.join(user.username, name);
    return nothing;
  },
};

/** Removing a user who is not a member succeeds too. */
export const adminRemoveUserFromGroup: Operation = {
  name: "AdminRemoveUserFromGroup",
  category: "UserUpdate",
  writes: true,
  members: membershipMembers,
  run(call) {
    const { pool, user } = subjectOf(call);
    const name = textOf(call.input, "GroupName");
    if (pool.findGroup(name) === undefined) throw groupNotFound();
    pool.leave(user.username, name);
    return nothing;
  },
};
