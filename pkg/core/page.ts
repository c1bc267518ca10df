/** One page of a listing. Only a missing `next` means the end; a short or an empty page does not. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** Where a page starts and how many items it may hold. Without a marker: the first page. */
export interface PageRequest {
  readonly marker?: string | undefined;
  /** 1 to 60. Cognito's own default differs between operations, so it is always sent. */
  readonly limit?: number | undefined;
  /** Given where nobody has asked for the page yet: it is read with the least priority, and tried once. */
  readonly ahead?: AheadProgress | undefined;
  /** About how many pages come after it: the page of a long listing is read before that of a short one. */
  readonly callsAfter?: number | undefined;
}

/** How far the reading of a page is that nobody has asked for. */
export interface AheadProgress {
  /** It has its turn and is on its way to AWS. */
  sent(): void;
  /** The attempt has failed. Another one is made unless the reading is aborted now. */
  failed(): void;
}

/** Cognito refuses more than 60 items a page in every listing. */
export const MAX_PAGE_ITEMS = 60;
