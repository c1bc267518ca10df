import { closeSync, open, openSync } from "node:fs";
import { promisify } from "node:util";

const openElsewhere = promisify(open);

const NOTHING = "/dev/null";
/** Linux begins with so many. */
const FIRST_TABLE = 64;

/**
 * Makes the table of open files as large as connections will need it. Linux doubles the table when a connection does not fit,
 * and the thread that accepts it waits until every core has been idle once: up to three seconds were measured beside busy
 * programs, in which nobody was answered. The table never shrinks.
 *
 * Only the file that does not fit is opened by another thread, which waits in place of this one.
 */
export async function makeRoomForFiles(count: number): Promise<void> {
  const opened: number[] = [];
  let next = 0;
  try {
    while (next < count) {
      const file = isFirstBeyond(next) ? await openElsewhere(NOTHING, "r") : openSync(NOTHING, "r");
      opened.push(file);
      next = file + 1;
    }
  } catch {
    // The limit is lower than it was said to be. What there is room for is room.
  } finally {
    for (const file of opened) closeSync(file);
  }
}

/** The sizes of the table are powers of two. */
function isFirstBeyond(fd: number): boolean {
  return fd >= FIRST_TABLE && Number.isInteger(Math.log2(fd));
}
