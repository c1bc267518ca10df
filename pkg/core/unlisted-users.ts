// The users whom a run has met, and whether a page has listed them (SYNC-12 in pkg/sync/DESIGN.md).

/** What a page says of its users, place by place. */
export interface PageProof {
  /** The page lists them. Otherwise it meets them in a group. */
  readonly lists: boolean;
  readonly users: readonly {
    /** Of their row. */
    readonly id: string;
    /** The run had begun before they were created, so nobody needs to have listed them. */
    readonly isNew: boolean;
  }[];
}

/** Users of a run whom no page has listed. */
export interface Unlisted {
  readonly total: number;
  readonly isNew: number;
  /** Ids of those who are not new, as many as were asked for at most. */
  readonly ids: readonly string[];
}
