// A platform that gives tasks: changes one after the other, and full syncs.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Any, anyUnpack } from "@bufbuild/protobuf/wkt";
import { BatonActionStatus, InvokeActionResponseSchema } from "../../pkg/gen/c1/connector/v2/action_pb.ts";
import { taskId } from "../support/fake-platform-client.ts";
import type { PlatformServer, PlatformTask } from "../support/platform-server.ts";
import { runsIn } from "../support/platform-stage.ts";
import { groupKey, userKey } from "./serve-keys.ts";
import { isDoubtful, tookMs } from "./serve-ledger.ts";
import { type Answer, type Asked, type Front, HANG_MS, type World } from "./serve-world.ts";

type Work = NonNullable<PlatformTask["taskType"]>;

const groupOf = (group: string) => ({ id: { resourceType: "group", resource: group } });
const userOf = (sub: string) => ({ id: { resourceType: "user", resource: sub } });

function workOf({ kind, sub, username, group, value }: Asked): Work {
  const entitlement = { id: `group:${group}:member`, resource: groupOf(group) };
  switch (kind) {
    case "grant":
      return { case: "grant", value: { entitlement, principal: userOf(sub) } };
    case "revoke": {
      const grant = { id: `group:${group}:member:user:${sub}`, entitlement, principal: userOf(sub) };
      return { case: "revoke", value: { grant } };
    }
    case "create-user":
      return { case: "createAccount", value: { accountInfo: { login: username } } };
    case "delete-user":
      return { case: "deleteResource", value: { resourceId: userOf(sub).id } };
    case "delete-group":
      return { case: "deleteResource", value: { resourceId: groupOf(group).id } };
    case "create-group":
      return { case: "createResource", value: { resource: groupOf(group) } };
    case "enable":
    case "disable":
      return { case: "actionInvoke", value: { name: `${kind}_user`, args: { user_id: sub } } };
    case "set-nickname":
      return {
        case: "actionInvoke",
        value: { name: "update_user_attributes", args: { user_id: sub, set: { nickname: value } } },
      };
  }
}

export function platformFront(world: World, platform: PlatformServer, name: string): Front {
  let count = 0;
  const idOf = (): string => taskId(`${name}t${count}x`);
  return {
    requester: () => {
      count += 1;
      return `task ${idOf()}`;
    },
    async ask(asked) {
      const id = idOf();
      const task = { id, taskType: workOf(asked) };
      platform.tasks.push(task);
      const { finished, times } = await finishOf(world, platform, task);
      if (finished === undefined)
        return { said: "no answer", code: "", text: "the process of the task ended", times };
      const { finalState, status } = finished;
      if (finalState.case === "success") {
        return {
          said: isUnderWay(finalState.value.response) ? "unknown" : "fine",
          code: "OK",
          text: "",
          times,
        };
      }
      // The second line is that of the official client.
      const text = (status?.message ?? "").replace(/\ntask failed and is non-retryable$/, "");
      return {
        said: isDoubtful(text) ? "unknown" : "refused",
        code: String(status?.code),
        text,
        times,
      } satisfies Answer;
    },
    close() {},
  };
}

function isUnderWay(response: Any | undefined): boolean {
  const answer = response === undefined ? undefined : anyUnpack(response, InvokeActionResponseSchema);
  return answer?.status === BatonActionStatus.RUNNING;
}

/** Undefined where the process that had the task ended without a word. A lost report is asked for again, by the same task. */
async function finishOf({ service, ledger }: World, platform: PlatformServer, task: PlatformTask) {
  const found = () => platform.finished.find(({ taskId: of }) => of === task.id);
  const reports = () =>
    platform.calls.filter(({ call, taskId: of }) => call === "FinishTask" && of === task.id);
  const late = AbortSignal.timeout(HANG_MS);
  let refused = 0;
  let times = 1;
  for (;;) {
    const number = await service.up();
    const isGone = service.ended(number).then(() => "gone" as const);
    const isLate = new Promise<"late">((resolve) => late.addEventListener("abort", () => resolve("late")));
    const isReported = platform.until(() => found() !== undefined || reports().length > refused);
    const how = await Promise.race([isReported, isGone, isLate]);
    const finished = found();
    if (finished !== undefined) return { finished, times };
    if (how === "late") {
      ledger.differences.push(`task ${task.id} was not finished after ${HANG_MS} ms`);
      return { finished, times };
    }
    if (how === undefined) {
      refused = reports().length;
      times += 1;
      platform.tasks.push(task);
    } else if (!platform.tasks.some(({ id }) => id === task.id)) return { finished, times };
  }
}

/** A full sync, which the platform asks for again where its process ended. */
export async function readByPlatform(world: World, platform: PlatformServer, name: string): Promise<void> {
  const { ledger, folder } = world;
  const fromMs = Date.now();
  const what = "a full sync of the platform";
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const id = taskId(`${name}s${platform.finished.length}x${attempt}x`);
    const task: PlatformTask = { id, taskType: { case: "syncFull", value: {} } };
    platform.tasks.push(task);
    const { finished } = await finishOf(world, platform, task);
    if (finished === undefined) continue;
    if (finished.finalState.case !== "success") {
      ledger.refusals.push({
        what,
        code: String(finished.status?.code),
        text: finished.status?.message ?? "",
      });
      continue;
    }
    tookMs(ledger, what, Date.now() - fromMs);
    const bytes = platform.uploads.find((upload) => upload.taskId === id)?.bytes;
    if (bytes === undefined) {
      ledger.differences.push(`${what} (${id}) ended well, and nothing was uploaded`);
      return;
    }
    const file = join(folder, `uploaded-${id}.c1z`);
    writeFileSync(file, bytes);
    await readingOfFile(world, what, file, fromMs, Date.now());
    return;
  }
}

/** What the newest run of a `.c1z` says. The file may be replaced until it is read: `toMs` is when that was, unless it is given. */
export async function readingOfFile(
  { ledger }: Pick<World, "ledger">,
  what: string,
  file: string,
  fromMs: number,
  toMs?: number,
): Promise<void> {
  const run = (await runsIn(file))[0];
  const keys = new Set<string>();
  for (const id of run?.resources ?? []) {
    keys.add(id.startsWith("user:") ? userKey(id.slice(5)) : groupKey(id.slice(6)));
  }
  for (const id of run?.grants ?? []) {
    const [, group, sub] = /^group:(.*):member:user:([^:]*)$/s.exec(id) ?? [];
    keys.add(`member ${sub} ${group}`);
  }
  ledger.readings.push({
    what,
    fromMs,
    askedMs: fromMs,
    toMs: toMs ?? Date.now(),
    keys: [...keys],
    cover: "pool",
  });
}
