import {
  AdminAddUserToGroupCommand,
  AdminRemoveUserFromGroupCommand,
  CreateGroupCommand,
  DeleteGroupCommand,
  UpdateGroupCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import type { Directory } from "../../core/directory.ts";
import type { DirectoryWriter, GroupFields } from "../../core/directory-writer.ts";
import type { AwsCaller } from "../calls/call.ts";
import { refineMissingGroup } from "../calls/missing-group.ts";
import { createWriteCaller } from "../calls/write.ts";
import { parseGroup } from "../mapping/parse.ts";

type GroupWriter = Pick<
  DirectoryWriter,
  "addMember" | "removeMember" | "createGroup" | "updateGroup" | "deleteGroup"
>;

/** Groups and their members. Reads `directory` to find out whether the group or the whole pool is missing. */
export function createGroupWriter(caller: AwsCaller, UserPoolId: string, directory: Directory): GroupWriter {
  const write = createWriteCaller(caller);
  const writeToGroup = createWriteCaller(caller, (operation, signal) =>
    refineMissingGroup(operation, directory, signal),
  );
  return {
    addMember: (GroupName, Username, signal) =>
      writeToGroup.send(
        "AdminAddUserToGroup",
        (sdk, http) => sdk.send(new AdminAddUserToGroupCommand({ UserPoolId, GroupName, Username }), http),
        signal,
      ),

    removeMember: (GroupName, Username, signal) =>
      writeToGroup.send(
        "AdminRemoveUserFromGroup",
        (sdk, http) =>
          sdk.send(new AdminRemoveUserFromGroupCommand({ UserPoolId, GroupName, Username }), http),
        signal,
      ),

    createGroup: (GroupName, fields, signal) =>
      write.sendForResult(
        "CreateGroup",
        "Group",
        (sdk, http) =>
          sdk.send(new CreateGroupCommand({ UserPoolId, GroupName, ...membersOf(fields) }), http),
        ({ Group }) => Group && parseGroup("CreateGroup", Group),
        signal,
      ),

    updateGroup: (GroupName, fields, signal) =>
      writeToGroup.sendForResult(
        "UpdateGroup",
        "Group",
        (sdk, http) =>
          sdk.send(new UpdateGroupCommand({ UserPoolId, GroupName, ...membersOf(fields) }), http),
        ({ Group }) => Group && parseGroup("UpdateGroup", Group),
        signal,
      ),

    deleteGroup: (GroupName, signal) =>
      writeToGroup.send(
        "DeleteGroup",
        (sdk, http) => sdk.send(new DeleteGroupCommand({ UserPoolId, GroupName }), http),
        signal,
      ),
  };
}

/** The SDK does not send undefined members. Precedence 0 is the strongest and must be sent as 0 (mark 36). */
function membersOf({ description, roleArn, precedence }: GroupFields): {
  readonly Description: string | undefined;
  readonly RoleArn: string | undefined;
  readonly Precedence: number | undefined;
} {
  return { Description: description, RoleArn: roleArn, Precedence: precedence };
}
