import { fromBinary } from "@bufbuild/protobuf";
import type { EpochClock } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { ListingCursor } from "../../core/sync-plan.ts";
import { ResourceTypeSchema } from "../../protocol/messages.ts";
import type { PublishOptions, SyncRun } from "../../sync/target.ts";
import { type PackedPage, unpackPage } from "../run/packed-page.ts";
import type { PrincipalKey } from "../run/run-page.ts";
import { openSyncFile, type SyncFile, type SyncFileOptions } from "../sync-file.ts";

/** What the other thread keeps of the file, so that it can be read without waiting. */
export type SyncFileState = Pick<SyncFile, "name" | "run" | "resumed" | "discarded" | "complete" | "counts">;

export interface Answered<T> {
  readonly value: T;
  readonly state: SyncFileState;
}

/** A sync file by calls that are only data. */
export type SyncFileService = ReturnType<typeof createSyncFileService>;

export type SyncFileSettings = Omit<SyncFileOptions, "now">;

export function createSyncFileService(settings: SyncFileSettings, now: EpochClock) {
  let opened: SyncFile | undefined;

  async function answer<T>(work: (file: SyncFile) => Promise<T>): Promise<Answered<T>> {
    if (opened === undefined) throw new GovernanceError("internal", "the sync file is not open");
    const value = await work(opened);
    const { name, run, resumed, discarded, complete, counts } = opened;
    return { value, state: { name, run, resumed, discarded, complete, counts } };
  }

  return {
    async open(signal: AbortSignal) {
      opened = await openSyncFile({ ...settings, now }, signal);
      return await answer(async () => undefined);
    },
    discard: () => answer((file) => file.discard()),
    begin: (run: SyncRun, types: readonly Uint8Array[], listings: readonly ListingCursor[]) =>
      answer((file) =>
        file.begin(
          run,
          types.map((bytes) => fromBinary(ResourceTypeSchema, bytes)),
          listings,
        ),
      ),
    listings: () => answer((file) => file.listings()),
    commit: (page: PackedPage) => answer((file) => file.commitRows(unpackPage(page))),
    lacking: (principals: readonly PrincipalKey[]) => answer((file) => file.lacking(principals)),
    dropGroup: (cursor: ListingCursor) => answer((file) => file.dropGroup(cursor)),
    rewind: (cursors: readonly ListingCursor[]) => answer((file) => file.rewind(cursors)),
    previousMembers: (groups: readonly string[]) => answer((file) => file.previousMembers(groups)),
    unlisted: (most: number) => answer((file) => file.unlisted(most)),
    check: (options: PublishOptions) => answer((file) => file.check(options)),
    publish: (options: PublishOptions, signal: AbortSignal) =>
      answer((file) => file.publish(options, signal)),
    close: () => answer((file) => file.close()),
  };
}
