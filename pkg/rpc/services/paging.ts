import type { Listing, ListRequest } from "../../connector/connector.ts";
import { GovernanceError } from "../../core/errors.ts";

/** The most bytes of items in one answer, below the 4 MiB of a message. */
export const LISTING_BYTES = 3.5 * 1024 * 1024;

interface PagedRequest {
  readonly pageToken: string;
  readonly pageSize: number;
}

/** A paged request for the connector. A size of 0, which Baton's syncer always sends, stays 0. */
export function listRequest({ pageToken, pageSize }: PagedRequest): ListRequest {
  return { pageToken, pageSize, maxBytes: LISTING_BYTES };
}

/**
 * The listing that answers a paged request. A next token equal to the one just used is `internal`: Baton's client does not
 * notice and would ask without end.
 */
export function requireProgress<T>(request: PagedRequest, listing: Listing<T>): Listing<T> {
  if (request.pageToken !== "" && listing.nextPageToken === request.pageToken) {
    throw new GovernanceError(
      "internal",
      "next_page_token is the same as the page_token that was asked for: the listing does not move on",
    );
  }
  return listing;
}

/** For listings of one page, which never give out a token (D10). */
export function onlyPage<T>(request: PagedRequest, items: readonly T[]): { list: T[] } {
  if (request.pageToken !== "") {
    throw new GovernanceError(
      "invalid-argument",
      "page_token: this listing has one page, so no token of it exists; begin again with an empty page_token",
    );
  }
  return { list: [...items] };
}
