import type { OutputFormat } from "../../../../pkg/config/config.ts";
import { type Context, ReaderGone } from "../../process/context.ts";
import { CANCELED, exitCodeOf, OK, PARTIAL } from "../../process/exit-codes.ts";
import { failureLine } from "../../process/messages.ts";
import type { Column } from "./columns.ts";
import { createRowWriter } from "./row-writer.ts";
import { counted } from "./text.ts";

const BATCH = 200;

export interface PrintedRows {
  readonly rows: number;
  /** `PARTIAL` where reading failed after some rows. */
  readonly exitCode: number;
}

export interface RowsToPrint<T> {
  readonly output: OutputFormat;
  readonly columns: readonly Column<T>[];
  readonly context: Context;
  /** What one row is, for the message about an output that is not whole. */
  readonly noun: string;
}

/** Prints rows as they come, and holds one batch of them. Throws a failure before the first row. */
export async function printRows<T>(
  items: AsyncIterable<T>,
  { output, columns, context, noun }: RowsToPrint<T>,
): Promise<PrintedRows> {
  const { stdout, stderr, signal } = context;
  const writer = createRowWriter(output, columns, stdout);
  let rows = 0;
  let batch: T[] = [];
  async function flush(): Promise<void> {
    const full = batch;
    batch = [];
    await writer.write(full);
    rows += full.length;
  }
  try {
    for await (const item of items) {
      signal.throwIfAborted();
      batch.push(item);
      if (batch.length === BATCH) await flush();
    }
    await flush();
    await writer.end();
    return { rows, exitCode: OK };
  } catch (error) {
    if (error instanceof ReaderGone) throw error;
    if (signal.reason instanceof ReaderGone) throw signal.reason;
    await flush();
    if (rows === 0) throw error;
    await stderr.write(failureLine(error, `incomplete output, only ${counted(rows, noun)}`));
    const code = exitCodeOf(error);
    return { rows, exitCode: code === CANCELED ? CANCELED : PARTIAL };
  }
}
