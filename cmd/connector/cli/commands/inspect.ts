import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { type LoadedOutput, loadOutput } from "../../../../pkg/config/load-config.ts";
import type { Flags } from "../../../../pkg/config/sources/read-settings.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { annotationIn } from "../../../../pkg/protocol/annotations.ts";
import { GROUP_TYPE, USER_TYPE } from "../../../../pkg/protocol/ids.ts";
import {
  type Grant,
  type Resource,
  type UserTrait,
  UserTrait_Status_Status,
  UserTraitSchema,
} from "../../../../pkg/protocol/messages.ts";
import { readSyncFile, type StoredRun, type StoredSync } from "../../../../pkg/store/read-sync-file.ts";
import { type Context, processInfo } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { printWarnings } from "../../process/messages.ts";
import type { Column } from "../output/columns.ts";
import { createRowWriter } from "../output/row-writer.ts";

export const INSPECTED = ["runs", "users", "groups", "memberships"] as const;

type Inspected = (typeof INSPECTED)[number];

/** Prints what a `.c1z` file holds: its runs, or the rows of its newest complete run. Needs no pool and no network. */
export async function inspectCommand(
  path: string,
  what: Inspected,
  flags: Flags,
  context: Context,
): Promise<number> {
  const { output, warnings }: LoadedOutput = loadOutput("inspect", flags, processInfo(context));
  printWarnings(warnings, context);
  const file = resolve(context.cwd, path);
  if (!existsSync(file)) {
    throw new GovernanceError("not-found", `${file}: there is no such file; "connector sync" writes one`);
  }
  // The file may be in a directory that only the service may write.
  const sync = await readSyncFile({ file, tempDir: tmpdir() }, context.signal);

  async function print<T>(columns: readonly Column<T>[], items: Iterable<T>): Promise<void> {
    const rows = createRowWriter(output, columns, context.stdout);
    let batch: T[] = [];
    for (const item of items) {
      context.signal.throwIfAborted();
      batch.push(item);
      if (batch.length < BATCH) continue;
      await rows.write(batch);
      batch = [];
    }
    await rows.write(batch);
    await rows.end();
  }

  try {
    switch (what) {
      case "runs":
        await print(RUN_COLUMNS, countedRuns(sync));
        break;
      case "users":
        await print(USER_COLUMNS, usersIn(sync, newestRun(sync, file), file));
        break;
      case "groups":
        await print(GROUP_COLUMNS, resourcesIn(sync, newestRun(sync, file), GROUP_TYPE));
        break;
      case "memberships":
        await print(MEMBERSHIP_COLUMNS, sync.grants(newestRun(sync, file)));
        break;
    }
  } finally {
    sync.close();
  }
  return OK;
}

const BATCH = 500;

function newestRun(sync: StoredSync, file: string): string {
  const run = sync.runs().find(({ endedAt }) => endedAt !== undefined);
  if (run !== undefined) return run.syncId;
  throw new GovernanceError("failed-precondition", `${file} has no complete run; sync again`);
}

interface CountedRun extends StoredRun {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
}

function* countedRuns(sync: StoredSync): Generator<CountedRun> {
  for (const run of sync.runs()) {
    let users = 0;
    let groups = 0;
    let memberships = 0;
    for (const { id } of sync.resources(run.syncId)) {
      if (id?.resourceType === USER_TYPE) users += 1;
      if (id?.resourceType === GROUP_TYPE) groups += 1;
    }
    for (const _ of sync.grants(run.syncId)) memberships += 1;
    yield { ...run, users, groups, memberships };
  }
}

function* resourcesIn(sync: StoredSync, run: string, type: string): Generator<Resource> {
  for (const resource of sync.resources(run)) if (resource.id?.resourceType === type) yield resource;
}

interface StoredUser {
  readonly resource: Resource;
  readonly trait: UserTrait | undefined;
}

function* usersIn(sync: StoredSync, run: string, file: string): Generator<StoredUser> {
  for (const resource of resourcesIn(sync, run, USER_TYPE))
    yield { resource, trait: traitOf(resource, file) };
}

function traitOf({ annotations }: Resource, file: string): UserTrait | undefined {
  try {
    return annotationIn(annotations, UserTraitSchema);
  } catch (error) {
    const message = `${file} is damaged: the trait of a user is not a valid ${UserTraitSchema.name}; sync again`;
    throw new GovernanceError("data-loss", message, { cause: error });
  }
}

const RUN_COLUMNS: readonly Column<CountedRun>[] = [
  { key: "sync_id", value: ({ syncId }) => syncId },
  { key: "type", value: ({ type }) => type },
  { key: "users", value: ({ users }) => users },
  { key: "groups", value: ({ groups }) => groups },
  { key: "memberships", value: ({ memberships }) => memberships },
  { key: "started", value: ({ startedAt }) => startedAt.toISOString() },
  { key: "ended", value: ({ endedAt }) => endedAt?.toISOString() },
];

const USER_COLUMNS: readonly Column<StoredUser>[] = [
  { key: "login", value: ({ trait }) => trait?.login },
  { key: "email", value: ({ trait }) => trait?.emails[0]?.address },
  { key: "status", value: ({ trait }) => trait?.status?.details },
  {
    key: "enabled",
    value: ({ trait }) =>
      trait?.status === undefined ? undefined : trait.status.status === UserTrait_Status_Status.ENABLED,
  },
  { key: "display_name", value: ({ resource }) => resource.displayName },
  {
    key: "created",
    value: ({ trait }) => (trait?.createdAt === undefined ? undefined : dateOf(trait.createdAt)),
  },
  { key: "id", value: ({ resource }) => resource.id?.resource },
];

/** Undefined for a time that no Date can have. */
function dateOf(timestamp: Timestamp): Date | undefined {
  const date = timestampDate(timestamp);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const GROUP_COLUMNS: readonly Column<Resource>[] = [
  { key: "name", value: ({ id }) => id?.resource },
  { key: "display_name", value: ({ displayName }) => displayName },
  { key: "description", value: ({ description }) => (description === "" ? undefined : description) },
];

const MEMBERSHIP_COLUMNS: readonly Column<Grant>[] = [
  { key: "group", value: ({ entitlement }) => entitlement?.resource?.id?.resource },
  { key: "user", value: ({ principal }) => principal?.id?.resource },
];
