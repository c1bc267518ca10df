import { closeSync, fdatasyncSync, openSync } from "node:fs";

/**
 * Syncs the WAL of a database once for all that was written since. SQLite takes its locks on the database and not on the WAL,
 * so that closing a descriptor of the WAL drops none of them.
 */
export class WalSync {
  readonly #path: string;
  #descriptor: number | undefined;
  #isWritten = false;

  readonly #syncFile: (descriptor: number) => void;

  constructor(database: string, syncFile = fdatasyncSync) {
    this.#path = `${database}-wal`;
    this.#syncFile = syncFile;
  }

  /** A transaction was committed. */
  written(): void {
    this.#isWritten = true;
  }

  sync(): void {
    if (!this.#isWritten) return;
    this.#descriptor ??= openSync(this.#path, "r");
    this.#syncFile(this.#descriptor);
    this.#isWritten = false;
  }

  /** What is not synced then makes a later `sync` throw. */
  end(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
