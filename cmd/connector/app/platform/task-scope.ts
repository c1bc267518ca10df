import type { Config } from "../../../../pkg/config/config.ts";
import {
  isWholePool,
  NOTHING,
  type SyncChoice,
  type SyncScope,
  syncTypeOf,
} from "../../../../pkg/core/sync-scope.ts";
import { chooseScope } from "../../../../pkg/sync/choose-scope.ts";

/** Which of the task and the settings decides, as in Go's runner: resources by the settings first, types by the task. */
export function taskScope(asked: SyncChoice, { choice, skipped }: Config["sync"]): SyncScope {
  if (skipped) return NOTHING;
  return chooseScope({
    ...asked,
    resourceTypeIds: asked.resourceTypeIds.length > 0 ? asked.resourceTypeIds : choice.resourceTypeIds,
    resources: choice.resources.length > 0 ? choice.resources : asked.resources,
  });
}

export interface TaskFile {
  readonly name: string;
  /** It stays when the platform has it, since the next run compares itself with it. */
  readonly stays: boolean;
}

/** The file of a scope in the state directory. What is comparable with a later run has its own. */
export function taskFile(scope: SyncScope): TaskFile {
  if (isWholePool(scope)) return { name: "platform.c1z", stays: true };
  const types = [scope.users === "all" ? ["user"] : [], scope.groups === "all" ? ["group"] : []].flat();
  if (syncTypeOf(scope) !== "full" || types.length === 0)
    return { name: "platform-partial.c1z", stays: false };
  return { name: ["platform", ...types, scope.depth].join("-").concat(".c1z"), stays: true };
}
