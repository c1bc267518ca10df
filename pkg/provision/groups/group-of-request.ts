import type { EpochMs } from "../../core/clock.ts";
import type { GroupFields } from "../../core/directory-writer.ts";
import type { Group } from "../../core/group.ts";
import { isMadeBetween, LONGEST_CALL_MS } from "../made-between.ts";

/** Whether the group is as CreateGroup of these fields makes it, and of the time of a request that began then. */
export function isGroupOfRequest(fields: GroupFields, group: Group, begunAt: EpochMs): boolean {
  return (
    differingFields(group, fields).length === 0 && isMadeBetween(group, begunAt, begunAt + LONGEST_CALL_MS)
  );
}

/** As the actions name them. */
export function differingFields(group: Group, fields: GroupFields): readonly string[] {
  return [
    ...((group.description ?? "") === (fields.description ?? "") ? [] : ["description"]),
    ...(group.roleArn === fields.roleArn ? [] : ["role_arn"]),
    ...(group.precedence === fields.precedence ? [] : ["precedence"]),
  ];
}
