// Which users the run has: every member of a group is looked for. They are in memory as far as they fit, and in `names` beyond
// that. Nobody is in both, so that a run that goes on knows whom it has to read into memory.
import { USER_TYPE } from "../../protocol/ids.ts";
import { readEarlierUsers } from "./earlier-users.ts";
import { foundIn, type RunStatements } from "./run-statements.ts";
import { type FoundRow, UuidTable } from "./uuid-table.ts";

export class RunUsers {
  readonly #sql: RunStatements;
  readonly #memory: UuidTable;
  /** Of this transaction: what goes into memory with `keep`. */
  readonly #changed = new Map<string, FoundRow>();
  /** Of this transaction: what was found in `names`, or put there. */
  readonly #named = new Map<string, FoundRow>();
  #hasNames = false;

  /** Of a run without users. */
  constructor(sql: RunStatements, memory: UuidTable = new UuidTable()) {
    this.#sql = sql;
    this.#memory = memory;
  }

  /** Reads the users of a run that goes on, whose number is known. Rejects with the reason of the signal. */
  async readEarlier(users: number, signal: AbortSignal): Promise<void> {
    this.#hasNames = await readEarlierUsers(this.#sql, { users, memory: this.#memory }, signal);
  }

  find(id: string): FoundRow | undefined {
    const changed = this.#changed.size === 0 ? undefined : this.#changed.get(id);
    const known = changed ?? this.#memory.find(id);
    if (known !== undefined || !this.#hasNames) return known;
    const found = this.#named.get(id) ?? foundIn(this.#sql.findResource.get(USER_TYPE, id));
    if (found !== undefined) this.#named.set(id, found);
    return found;
  }

  /** A user whom `find` did not find. */
  add(id: string, found: FoundRow): void {
    if (this.#memory.makeRoom(id, found.row, this.#changed.size)) {
      this.#changed.set(id, found);
      return;
    }
    this.#sql.insertName.run(USER_TYPE, id, found.row, found.stamp);
    this.#named.set(id, found);
    this.#hasNames = true;
  }

  /** Another stamp of a user whom `find` found in this transaction. */
  change(id: string, found: FoundRow): void {
    if (!this.#named.has(id)) {
      this.#changed.set(id, found);
      return;
    }
    this.#sql.updateName.run(found.stamp, USER_TYPE, id);
    this.#named.set(id, found);
  }

  /** The transaction is committed. */
  keep(): void {
    for (const [id, found] of this.#changed) this.#memory.put(id, found);
  }

  /** The transaction is over. */
  forget(): void {
    this.#changed.clear();
    this.#named.clear();
  }
}
