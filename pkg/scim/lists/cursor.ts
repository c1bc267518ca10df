import { badRequest } from "../scim-error.ts";

/** Where the pages of a query go on: a state of the pool, and how many resources are before. */
export interface ListPlace {
  readonly run: number;
  readonly seq: number;
  readonly offset: number;
}

/** Hex digest. */
export type HexDigest = (text: string) => string;

const CURSOR = /^(\d{1,15})\.(\d{1,15})\.(\d{1,15})\.([0-9a-f]{20})$/;

/** A cursor of unreserved characters. It belongs to one caller and query: `owner` names both. */
export function writeCursor({ run, seq, offset }: ListPlace, owner: string, sha256: HexDigest): string {
  const place = `${run}.${seq}.${offset}`;
  return `${place}.${checkOf(place, owner, sha256)}`;
}

export function readCursor(cursor: string, owner: string, sha256: HexDigest): ListPlace {
  const [, run = "", seq = "", offset = "", check = ""] = CURSOR.exec(cursor) ?? [];
  if (check === "" || checkOf(`${run}.${seq}.${offset}`, owner, sha256) !== check) {
    throw badRequest(
      "invalidCursor",
      "the cursor is not one of this query: all other parameters stay as they were with the page that gave it",
    );
  }
  return { run: Number(run), seq: Number(seq), offset: Number(offset) };
}

export function expiredCursor(): Error {
  return badRequest(
    "expiredCursor",
    "the pool has been read again since the cursor was given: begin again without one",
  );
}

function checkOf(place: string, owner: string, sha256: HexDigest): string {
  return sha256(`${place}\n${owner}`).slice(0, 20);
}
