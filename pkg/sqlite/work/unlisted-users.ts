import type { PageProof, Unlisted } from "../../core/unlisted-users.ts";
import type { DatabaseSync, StatementSync } from "../database.ts";
import { numberIn, textIn } from "../rows.ts";

/** In every working database: the users of the run whom no page has listed yet. */
export const UNLISTED_TABLE = `
  CREATE TABLE unlisted (
    user_id TEXT PRIMARY KEY,
    is_new INTEGER NOT NULL
  ) WITHOUT ROWID;`;

const SQL = {
  add: "INSERT INTO unlisted (user_id, is_new) VALUES (?, ?) ON CONFLICT DO NOTHING",
  remove: "DELETE FROM unlisted WHERE user_id = ?",
  count: "SELECT count(*) AS total, coalesce(sum(is_new), 0) AS new FROM unlisted",
  some: "SELECT user_id FROM unlisted WHERE is_new = 0 LIMIT ?",
} as const;

/** The caller has begun a transaction where rows move with them. */
export class UnlistedUsers {
  readonly #sql: Readonly<Record<keyof typeof SQL, StatementSync>>;

  constructor(database: DatabaseSync) {
    this.#sql = {
      add: database.prepare(SQL.add),
      remove: database.prepare(SQL.remove),
      count: database.prepare(SQL.count),
      some: database.prepare(SQL.some),
    };
  }

  /** `isAdded`: the run did not have the user at this place before. */
  note(proof: PageProof | undefined, place: number, isAdded: boolean): void {
    const user = proof?.users[place];
    if (proof === undefined || user === undefined) return;
    if (!proof.lists && isAdded) this.#sql.add.run(user.id, Number(user.isNew));
    if (proof.lists && !isAdded) this.#sql.remove.run(user.id);
  }

  read(most: number): Unlisted {
    const counts = this.#sql.count.get();
    return {
      total: numberIn(counts, "total"),
      isNew: numberIn(counts, "new"),
      ids: this.#sql.some.all(most).map((row) => textIn(row, "user_id")),
    };
  }
}
