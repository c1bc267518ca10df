import type { ChangeOrigin } from "./change-origins.ts";
import type { MergeSession, MergeValue } from "./merge-session.ts";
import { CREATE_ORIGINS, DROP_ORIGINS, insertOrigins } from "./merge-sql.ts";

/** Puts origins where the merge looks for them. They come oldest first, and are never all in memory. */
export class OriginsTable {
  readonly #session: MergeSession;
  #next = 1;

  private constructor(session: MergeSession) {
    this.#session = session;
  }

  /** Empty. Outside of the transaction of the merge, which would wait for the reading of the audit log. */
  static async create(session: MergeSession): Promise<OriginsTable> {
    await session.run(DROP_ORIGINS);
    for (const statement of CREATE_ORIGINS) await session.run(statement);
    return new OriginsTable(session);
  }

  async add(origins: readonly ChangeOrigin[]): Promise<void> {
    const rows = origins.flatMap((origin) => this.#rowsOf(origin));
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      const some = rows.slice(from, from + ROWS_AT_ONCE);
      await this.#session.run(insertOrigins(some.length), some.flat());
    }
  }

  #rowsOf({ at, kind, sub = "", groupName = "", fields = [""], requestedBy, change }: ChangeOrigin) {
    const place = this.#next;
    this.#next += 1;
    return fields.map((field): readonly MergeValue[] => [
      place,
      kind,
      sub,
      groupName,
      field,
      requestedBy,
      change,
      at.toISOString(),
    ]);
  }
}

const ROWS_AT_ONCE = 50;
