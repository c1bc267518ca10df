import { toBinary } from "@bufbuild/protobuf";
import type { ListingCursor, SyncCounts } from "../../core/sync-plan.ts";
import type { Unlisted } from "../../core/unlisted-users.ts";
import { MessageWriter } from "../../protocol/message-writer.ts";
import { type ResourceType, ResourceTypeSchema } from "../../protocol/messages.ts";
import type { CompleteRun, PublishOptions, SyncPage, SyncRun, SyncTarget } from "../../sync/target.ts";
import { connectWorker, type WorkerCalls } from "../../worker/connect-worker.ts";
import type { PublishedFile } from "../publish/publish.ts";
import { packPage, principalKeys } from "../run/packed-page.ts";
import type { Answered, SyncFileService, SyncFileSettings, SyncFileState } from "./sync-file-service.ts";

/**
 * Opens a `.c1z` as `openSyncFile` does, in a thread of its own: its checks, commits and its publication hold up nobody
 * else in the process. The thread ends with `close`. When it dies, every later call fails, and what was committed is kept.
 */
export async function openSyncFileThread(
  settings: SyncFileSettings,
  signal: AbortSignal,
): Promise<SyncTarget<PublishedFile>> {
  const thread = connectWorker<SyncFileService>({
    beside: import.meta.url,
    module: "sync-file-worker",
    argument: settings,
    subject: "the sync file",
  });
  try {
    const { state } = await thread.call("open", signal);
    return new SyncFileThread(thread, state);
  } catch (error) {
    await thread.end();
    throw error;
  }
}

class SyncFileThread implements SyncTarget<PublishedFile> {
  readonly #thread: WorkerCalls<SyncFileService>;
  readonly #writer = new MessageWriter();
  #state: SyncFileState;
  #isClosed = false;

  constructor(thread: WorkerCalls<SyncFileService>, state: SyncFileState) {
    this.#thread = thread;
    this.#state = state;
  }

  get name(): string {
    return this.#state.name;
  }

  get run(): SyncRun | undefined {
    return this.#state.run;
  }

  get resumed(): boolean {
    return this.#state.resumed;
  }

  get discarded(): string | undefined {
    return this.#state.discarded;
  }

  get complete(): CompleteRun | undefined {
    return this.#state.complete;
  }

  get counts(): SyncCounts {
    return this.#state.counts;
  }

  discard(): Promise<void> {
    return this.#valueOf(this.#thread.call("discard"));
  }

  begin(
    run: SyncRun,
    resourceTypes: readonly ResourceType[],
    listings: readonly ListingCursor[],
  ): Promise<void> {
    const types = resourceTypes.map((type) => toBinary(ResourceTypeSchema, type));
    return this.#valueOf(this.#thread.call("begin", run, types, listings));
  }

  listings(): Promise<readonly ListingCursor[]> {
    return this.#valueOf(this.#thread.call("listings"));
  }

  async commit(page: SyncPage): Promise<readonly ListingCursor[]> {
    // Most users of a page are in the run already: a sync reads each as often as it has memberships.
    const lacking = await this.#valueOf(this.#thread.call("lacking", principalKeys(page)));
    return await this.#valueOf(this.#thread.call("commit", packPage(page, new Set(lacking), this.#writer)));
  }

  dropGroup(cursor: ListingCursor): Promise<void> {
    return this.#valueOf(this.#thread.call("dropGroup", cursor));
  }

  rewind(cursors: readonly ListingCursor[]): Promise<void> {
    return this.#valueOf(this.#thread.call("rewind", cursors));
  }

  previousMembers(groups: readonly string[]): Promise<readonly number[]> {
    return this.#valueOf(this.#thread.call("previousMembers", groups));
  }

  unlisted(most: number): Promise<Unlisted> {
    return this.#valueOf(this.#thread.call("unlisted", most));
  }

  check(options: PublishOptions): Promise<void> {
    return this.#valueOf(this.#thread.call("check", options));
  }

  publish(options: PublishOptions, signal: AbortSignal): Promise<PublishedFile> {
    return this.#valueOf(this.#thread.call("publish", options, signal));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#valueOf(this.#thread.call("close"));
    } finally {
      await this.#thread.end();
    }
  }

  async #valueOf<T>(answer: Promise<Answered<T>>): Promise<T> {
    const { value, state } = await answer;
    this.#state = state;
    return value;
  }
}
