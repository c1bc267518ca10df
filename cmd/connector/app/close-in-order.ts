import type { Logger } from "../../../pkg/ops/logger.ts";

/** One piece of the running program, with the word the log has for it. */
export interface Closable {
  readonly name: string;
  close(): void | Promise<void>;
}

/** Closes one after the other, in the order given; one that fails does not keep the rest open. */
export async function closeInOrder(pieces: readonly Closable[], log: Logger): Promise<void> {
  for (const piece of pieces) {
    try {
      await piece.close();
    } catch (error) {
      log.failure(`closing ${piece.name} failed`, error);
    }
  }
}
