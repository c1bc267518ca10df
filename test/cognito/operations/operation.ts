import { AwsError } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { atStart, type PoolReader, type Slice } from "../pool-reader.ts";
import type { Category } from "../rates.ts";
import type { TokenIssuer } from "../tokens.ts";
import { type Input, type Members, optionalNumber, optionalText } from "../validate.ts";

/** What a fault rule may do to the page that is being built. */
export interface PageBend {
  /** Fewer items than asked for; 0 gives an empty page with a token. */
  readonly maxItems: number | undefined;
  /** A token although nothing is left, so that an empty last page follows. */
  readonly trailingToken: boolean;
  /** Puts another token in place of the true one. */
  token(real: string): string;
}

/** One call that passed authentication, rates and validation. */
export interface OperationCall {
  readonly operation: string;
  readonly pool: PoolReader;
  readonly input: Input;
  readonly clockMs: number;
  readonly tokens: TokenIssuer;
  readonly defaultPageSize: number;
  readonly bend: PageBend;
}

export interface Operation {
  readonly name: string;
  readonly category: Category;
  readonly writes: boolean;
  readonly members: Members;
  /** The JSON text of the answer, or an AwsError. */
  run(call: OperationCall): string;
}

const isStored = (pool: PoolReader): pool is Pool => "addUser" in pool;

/** The pool as something that can change; a generated pool cannot. */
export function writable(call: OperationCall): Pool {
  if (isStored(call.pool)) return call.pool;
  throw new AwsError("InternalErrorException", "This generated pool is read-only.", 500);
}

/** The answer of an operation that returns nothing. */
export const nothing = "{}";

export interface Page<T> {
  readonly items: readonly T[];
  readonly token: string | undefined;
}

// A place behind every list, for the token before an empty last page.
const pastTheEnd = Number.MAX_SAFE_INTEGER;

/**
 * One page of a list. `bound` is what the token is tied to besides operation and pool. Limit 0 and no Limit both
 * mean the default size: AWS does not document what 0 means.
 */
export function pageOf<T>(
  call: OperationCall,
  tokenMember: "NextToken" | "PaginationToken",
  bound: string,
  read: (after: number, want: number) => Slice<T>,
): Page<T> {
  const scope = { operation: call.operation, poolId: call.pool.settings.id, bound };
  const sent = optionalText(call.input, tokenMember);
  const after = sent === undefined ? atStart : call.tokens.open(scope, sent, call.clockMs);
  const limit = optionalNumber(call.input, "Limit") ?? optionalNumber(call.input, "MaxResults");
  const asked = limit === undefined || limit === 0 ? call.defaultPageSize : limit;
  const want = Math.min(asked, call.bend.maxItems ?? asked);
  const slice = want === 0 ? { items: [], next: after } : read(after, want);
  const next = slice.next ?? (call.bend.trailingToken ? pastTheEnd : undefined);
  const token =
    next === undefined ? undefined : call.bend.token(call.tokens.issue(scope, next, call.clockMs));
  return { items: slice.items, token };
}

/** A list answer from items that are JSON already. */
export function pageJson(listMember: string, tokenMember: string, page: Page<string>): string {
  const token = page.token === undefined ? "" : `,"${tokenMember}":${JSON.stringify(page.token)}`;
  return `{"${listMember}":[${page.items.join(",")}]${token}}`;
}
