import { resolve } from "node:path";
import type { OutputFormat } from "../../../../pkg/config/config.ts";
import { loadInventory, loadOutput } from "../../../../pkg/config/load-config.ts";
import { readAtMost } from "../../../../pkg/config/sources/read-at-most.ts";
import type { Flags } from "../../../../pkg/config/sources/read-settings.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { errnoOf } from "../../../../pkg/core/unknown.ts";
import type { SqlCell, SqlResult } from "../../../../pkg/inventory/reader.ts";
import { printable } from "../../../../pkg/ops/printable.ts";
import { openQueryReader } from "../../app/query/open-query-reader.ts";
import { type Context, processInfo, ReaderGone } from "../../process/context.ts";
import { CANCELED, exitCodeOf, OK, PARTIAL } from "../../process/exit-codes.ts";
import { failureLine, printWarnings } from "../../process/messages.ts";
import type { Column } from "../output/columns.ts";
import { createRowWriter } from "../output/row-writer.ts";
import { counted } from "../output/text.ts";
import { readingPlace } from "../reading-place.ts";
import { printSchema } from "./query-list.ts";

export interface AskedQuery {
  readonly sql: string | undefined;
  /** `-`: stdin. */
  readonly file: string | undefined;
  readonly list: boolean;
  readonly timeoutSeconds: number | undefined;
}

const DEFAULT_SECONDS = 60;
const MOST_SECONDS = 86_400;

/** Prints the rows of one query as they come. */
export async function queryCommand(asked: AskedQuery, flags: Flags, context: Context): Promise<number> {
  const ways = [asked.sql !== undefined, asked.file !== undefined, asked.list].filter((given) => given);
  if (ways.length !== 1) {
    throw new GovernanceError(
      "invalid-argument",
      'give one of three: a query, --file, or --list; "connector query --help" shows the usage',
    );
  }
  if (asked.list) {
    const { output, warnings } = loadOutput("query", flags, processInfo(context));
    printWarnings(warnings, context);
    await printSchema(output, context.stdout);
    return OK;
  }
  const { output, inventory, warnings } = loadInventory("query", flags, processInfo(context));
  printWarnings(warnings, context);
  const timeoutMs = timeoutOf(asked.timeoutSeconds);
  const sql = asked.sql ?? (await queryText(asked.file ?? "-", context));
  const place = readingPlace(inventory, context);
  const reader = await openQueryReader(place, context);
  try {
    const result = await reader.query(sql, [], { timeoutMs, signal: context.signal });
    return await printResult(result, output, context);
  } finally {
    await reader.close();
  }
}

function timeoutOf(seconds = DEFAULT_SECONDS): number {
  if (seconds >= 1 && seconds <= MOST_SECONDS) return seconds * 1000;
  throw new GovernanceError("invalid-argument", `--timeout: must be from 1 to ${MOST_SECONDS}`);
}

const MAX_BYTES = 1024 * 1024;

async function queryText(path: string, { cwd, stdin, signal }: Context): Promise<string> {
  if (path === "-") return await stdin.read("end", signal);
  let bytes: Buffer | undefined;
  try {
    bytes = readAtMost(resolve(cwd, path), MAX_BYTES);
  } catch (error) {
    const problem = `--file: ${JSON.stringify(path)} cannot be read (${errnoOf(error)})`;
    throw new GovernanceError("invalid-argument", problem, { cause: error });
  }
  if (bytes === undefined) throw new GovernanceError("invalid-argument", "--file: is longer than 1 MiB");
  return bytes.toString().replace(/^\ufeff/, "");
}

type Row = readonly SqlCell[];

/** Rows are written when there are so many of them, or when they have waited so long. */
const BATCH = { rows: 200, ms: 500 } as const;

async function printResult(
  { columns, rows }: SqlResult,
  output: OutputFormat,
  { stdout, stderr, signal, monotonic }: Context,
): Promise<number> {
  const writer = createRowWriter(output, columnsFor(columns, output), stdout);
  let printed = 0;
  let batch: Row[] = [];
  let writtenMs = monotonic();

  async function flush(): Promise<void> {
    const full = batch;
    batch = [];
    await writer.write(full);
    printed += full.length;
    writtenMs = monotonic();
  }

  try {
    for await (const row of rows) {
      batch.push(row);
      if (batch.length >= BATCH.rows || monotonic() - writtenMs > BATCH.ms) await flush();
    }
    await flush();
    await writer.end();
  } catch (error) {
    if (error instanceof ReaderGone) throw error;
    if (signal.reason instanceof ReaderGone) throw signal.reason;
    if (printed === 0) throw error;
    await stderr.write(failureLine(error, `incomplete output, only ${counted(printed, "row")}`));
    return exitCodeOf(error) === CANCELED ? CANCELED : PARTIAL;
  }
  if (stderr.isTerminal && output === "table") await stderr.write(`${counted(printed, "row")}\n`);
  return OK;
}

/** A name that comes twice gets a number, since a JSON object has each name once. JSON escapes a name by itself. */
function columnsFor(names: readonly string[], output: OutputFormat): readonly Column<Row>[] {
  const isJson = output === "json" || output === "jsonl";
  const taken = new Set<string>();
  return names.map((name, i) => {
    let key = isJson ? name : printable(name);
    for (let n = 2; taken.has(key); n += 1) key = `${isJson ? name : printable(name)}_${n}`;
    taken.add(key);
    return { key, value: (row) => row[i] ?? undefined };
  });
}
