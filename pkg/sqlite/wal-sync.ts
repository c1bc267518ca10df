import { closeSync, fdatasyncSync, openSync } from "node:fs";

/** When a commit is on disk: as soon as it returns, or once the WAL has been synced. */
export type Commits = "on disk" | "on disk after sync";

/**
 * Syncs the WAL of a database once for all that was written since. SQLite takes its locks on the database and not on the WAL,
 * so that closing a descriptor of the WAL drops none of them.
 */
export class WalSync {
  /** By those who opened the database. */
  #isWritten = true;
  #failure: { readonly error: unknown } | undefined;
  readonly #path: string;
  readonly #syncFile: (descriptor: number) => void;

  constructor(database: string, syncFile = fdatasyncSync) {
    this.#path = `${database}-wal`;
    this.#syncFile = syncFile;
  }

  /** A transaction was committed. */
  written(): void {
    this.#isWritten = true;
  }

  /** Throws also after an fsync that has failed: the kernel reports once that it lost pages, and the next fsync succeeds. */
  sync(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (!this.#isWritten) return;
    const descriptor = openSync(this.#path, "r");
    try {
      this.#syncFile(descriptor);
    } catch (error) {
      this.#failure = { error };
      throw error;
    } finally {
      closeSync(descriptor);
    }
    this.#isWritten = false;
  }
}
