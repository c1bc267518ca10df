import type { AttributePath, Filter } from "./protocol/filter-tree.ts";
import type { Projection, ResourceKind } from "./resource.ts";

export interface ListQuery {
  readonly kinds: readonly ResourceKind[];
  readonly filter: Filter | undefined;
  readonly sort: { readonly path: AttributePath; readonly descending: boolean } | undefined;
  readonly start:
    | { readonly by: "index"; readonly startIndex: number }
    /** "" begins. */
    | { readonly by: "cursor"; readonly cursor: string };
  readonly count: number;
  readonly projection: Projection;
  /** The pages of one caller and query are of one state of the pool. */
  readonly caller: string;
}

export interface ListAnswer {
  readonly totalResults: number;
  /** Undefined for a page by cursor. */
  readonly startIndex: number | undefined;
  readonly itemsPerPage: number;
  /** The JSON text of the array, or its bytes in UTF-8, which the caller of `list` frees. */
  readonly resources: string | Uint8Array;
  readonly nextCursor: string | undefined;
  /** When the reading began; undefined for an answer from the pool itself. */
  readonly readAt: Date | undefined;
}

/** The pool as the newest run of the inventory has it, with what this program has changed since. Only for lists. */
export interface PoolView {
  /** Rejects with a ScimError 503 with Retry-After before the first run is complete. */
  list(query: ListQuery, signal: AbortSignal): Promise<ListAnswer>;
  /** Candidates for a lookup in the pool, as subs or group names. Empty before the first run. */
  candidates(
    kind: ResourceKind,
    attribute: "userName" | "email" | "phone" | "externalId" | "displayName",
    value: string,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  close(): Promise<void>;
}
