import { GovernanceError } from "../../core/errors.ts";
import type { Operation } from "../../core/operations.ts";
import { MAX_PAGE_ITEMS, type Page, type PageRequest } from "../../core/page.ts";
import { MalformedAnswer } from "../failures/failure.ts";

/** The page size to send: at most 60, since Cognito rejects more. Less than 1 is `invalid-argument`. */
export function pageLimit({ limit = MAX_PAGE_ITEMS }: PageRequest): number {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new GovernanceError(
      "invalid-argument",
      `page limit must be a whole number of at least 1, got ${limit}`,
    );
  }
  return Math.min(limit, MAX_PAGE_ITEMS);
}

/**
 * One page from an answer. A missing list is a malformed answer and never an empty page (COGNITO-1). A marker that leads
 * back to its own page is an error, since the listing would never end (mark 4).
 */
export function toPage<R, T>(
  operation: Operation,
  member: string,
  list: readonly R[] | undefined,
  next: string | undefined,
  request: PageRequest,
  parse: (operation: Operation, raw: R) => T,
): Page<T> {
  if (!Array.isArray(list)) throw new MalformedAnswer(member);
  // Cognito leaves the marker out at the end; emulators are known to send "".
  const marker = next === "" ? undefined : next;
  if (marker !== undefined && marker === request.marker) {
    throw new GovernanceError(
      "internal",
      `${operation}: Cognito repeated a page marker, so the listing would never end; try again from its first page`,
    );
  }
  return { items: list.map((raw: R) => parse(operation, raw)), next: marker };
}
