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
}

/** Cognito refuses more than 60 items a page in every listing. */
export const MAX_PAGE_ITEMS = 60;
