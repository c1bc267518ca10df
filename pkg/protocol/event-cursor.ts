import { Buffer } from "node:buffer";
import type { FeedPosition } from "../core/change-feed.ts";
import { GovernanceError } from "../core/errors.ts";

const VERSION = "e1:";

/** The position as an opaque text. It refers to no state, so it is valid for as long as the inventory has the change. */
export function encodeEventCursor(poolId: string, position: FeedPosition): string {
  const place =
    position.kind === "after" ? [position.change, position.runId] : [position.at?.getTime() ?? null];
  return VERSION + Buffer.from(JSON.stringify([poolId, ...place]), "utf8").toString("base64url");
}

/** Throws `invalid-argument` for a cursor that this connector did not issue for this pool. */
export function decodeEventCursor(cursor: string, poolId: string): FeedPosition {
  const parsed = cursor.startsWith(VERSION) ? parse(cursor.slice(VERSION.length)) : undefined;
  if (parsed === undefined) {
    throw new GovernanceError(
      "invalid-argument",
      "cursor: not issued by this connector; begin again with an empty cursor",
    );
  }
  if (parsed.poolId !== poolId) {
    throw new GovernanceError(
      "invalid-argument",
      `cursor: issued for another user pool, not for ${poolId}; begin again with an empty cursor`,
    );
  }
  return parsed.position;
}

function parse(encoded: string): { readonly poolId: string; readonly position: FeedPosition } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(encoded, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const [poolId, place, runId] = value as readonly unknown[];
  if (typeof poolId !== "string") return undefined;
  const position =
    value.length === 3 ? afterChange(place, runId) : value.length === 2 ? start(place) : undefined;
  return position === undefined ? undefined : { poolId, position };
}

function afterChange(change: unknown, runId: unknown): FeedPosition | undefined {
  if (typeof change !== "number" || !Number.isSafeInteger(change) || change < 1) return undefined;
  return typeof runId === "string" && runId !== "" ? { kind: "after", change, runId } : undefined;
}

function start(ms: unknown): FeedPosition | undefined {
  if (ms === null) return { kind: "start", at: undefined };
  const at = typeof ms === "number" ? new Date(ms) : undefined;
  return at === undefined || Number.isNaN(at.getTime()) ? undefined : { kind: "start", at };
}
