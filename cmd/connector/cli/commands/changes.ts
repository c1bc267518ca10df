import type { OutputFormat } from "../../../../pkg/config/config.ts";
import { loadReading } from "../../../../pkg/config/load-config.ts";
import type { Flags } from "../../../../pkg/config/sources/read-settings.ts";
import { requireGroup, subsNamed } from "../../../../pkg/inventory/changes/named-subjects.ts";
import {
  type ChangeFilter,
  type RecordedChange,
  readChanges,
} from "../../../../pkg/inventory/changes/read-changes.ts";
import { openInventoryReader } from "../../../../pkg/inventory/open-reader.ts";
import type { InventoryReader } from "../../../../pkg/inventory/reader.ts";
import {
  chosenPool,
  firstRun,
  type InventoryRun,
  newestRun,
  noRunOf,
  runAt,
  runBegunBefore,
} from "../../../../pkg/inventory/runs.ts";
import { printable } from "../../../../pkg/ops/printable.ts";
import { type Context, processInfo } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { printWarnings } from "../../process/messages.ts";
import type { Column } from "../output/columns.ts";
import { printRows } from "../output/print-rows.ts";
import { counted } from "../output/text.ts";
import { readingPlace } from "../reading-place.ts";
import { type ChangeOptions, changeFilter, type ParsedChangeOptions, wrongOrder } from "./change-filter.ts";

/** Prints the changes that runs of the inventory have recorded, oldest first. */
export async function changesCommand(
  options: ChangeOptions,
  flags: Flags,
  context: Context,
): Promise<number> {
  const { signal } = context;
  const parsed = changeFilter(options, context.now());
  const { output, inventory, poolId, warnings } = loadReading("changes", flags, processInfo(context));
  printWarnings(warnings, context);
  const reader = await openInventoryReader(readingPlace(inventory, context), signal);
  try {
    return await printChanges(reader, parsed, { poolId, output, values: options.values }, context);
  } finally {
    await reader.close();
  }
}

interface Printing {
  readonly poolId: string | undefined;
  readonly output: OutputFormat;
  readonly values: boolean;
}

async function printChanges(
  reader: InventoryReader,
  parsed: ParsedChangeOptions,
  { output, values, ...named }: Printing,
  context: Context,
): Promise<number> {
  const { signal, stderr } = context;
  const say = (text: string): Promise<void> => stderr.write(`connector: ${printable(text)}\n`);
  const poolId = await chosenPool(reader, named.poolId, signal);
  const [first, newest] = [await firstRun(reader, poolId, signal), await newestRun(reader, poolId, signal)];
  if (first === undefined || newest === undefined) throw noRunOf(reader, poolId);
  const filter = await filterFor(reader, poolId, parsed, { first, newest }, signal);
  const tally = { unknown: 0 };
  const printed = await printRows(counting(readChanges(reader, filter, { values }, signal), tally), {
    output,
    columns: columnsFor(output, values),
    context,
    noun: "change",
  });
  if (printed.exitCode !== OK) return printed.exitCode;
  if (first.run === newest.run) {
    await say(
      `the inventory has only one run of the pool, which ended ${timeText(newest.endedAt)}: changes are known from the second one on`,
    );
  } else if (
    parsed.since !== undefined &&
    "atMs" in parsed.since &&
    parsed.since.atMs < first.beganAt.getTime()
  ) {
    await say(
      `the inventory begins with the run that ended ${timeText(first.endedAt)}: earlier changes are not known`,
    );
  }
  if (printed.rows === 0 && first.run !== newest.run)
    await say(`no change; the newest run ended ${timeText(newest.endedAt)}`);
  if (tally.unknown > 0) {
    await say(
      `of ${counted(tally.unknown, "change")} it is not known whether the connector made it: the audit log of the time was not whole`,
    );
  }
  if (printed.rows > 0 && output === "table" && stderr.isTerminal) await say(counted(printed.rows, "change"));
  return OK;
}

async function filterFor(
  reader: InventoryReader,
  poolId: string,
  { since, until, user, ...filter }: ParsedChangeOptions,
  runs: { readonly first: InventoryRun; readonly newest: InventoryRun },
  signal: AbortSignal,
): Promise<ChangeFilter> {
  if (filter.group !== undefined) await requireGroup(reader, poolId, filter.group, signal);
  const subs = user === undefined ? undefined : await subsNamed(reader, poolId, user, signal);
  let [afterRun, upToRun]: (number | undefined)[] = [];
  if (since !== undefined && "atMs" in since) {
    // The first run that ended later may have found something of that time.
    afterRun = (await runAt(reader, poolId, new Date(since.atMs), signal))?.run;
  } else afterRun = since?.runIn(runs);
  if (until !== undefined && "atMs" in until) {
    // What changed while a run read may be found by the next one.
    const last = await runBegunBefore(reader, poolId, new Date(until.atMs), signal);
    upToRun = last === undefined ? 0 : last.run + 1;
  } else upToRun = until?.runIn(runs);
  const areRuns = since !== undefined && "runIn" in since && until !== undefined && "runIn" in until;
  if (areRuns && afterRun !== undefined && upToRun !== undefined && afterRun > upToRun) throw wrongOrder();
  return { ...filter, poolId, subs, afterRun, upToRun };
}

async function* counting(
  changes: AsyncIterable<RecordedChange>,
  tally: { unknown: number },
): AsyncGenerator<RecordedChange> {
  for await (const change of changes) {
    if (change.origin === "unknown") tally.unknown += 1;
    yield change;
  }
}

function timeText(time: Date): string {
  return time.toISOString();
}

const VALUES: readonly Column<RecordedChange>[] = [
  { key: "value_before", value: ({ valueBefore }) => valueBefore },
  { key: "value_after", value: ({ valueAfter }) => valueAfter },
];

const TABLE_COLUMNS: readonly Column<RecordedChange>[] = [
  { key: "after", value: ({ after }) => after },
  { key: "before", value: ({ before }) => before },
  { key: "kind", value: ({ kind }) => kind },
  { key: "username", value: ({ username, sub }) => username ?? sub },
  { key: "group_name", value: ({ group }) => group },
  { key: "field", value: ({ field }) => field },
  { key: "requested_by", value: requesterText },
];

const ALL_COLUMNS: readonly Column<RecordedChange>[] = [
  { key: "run", value: ({ run }) => run },
  ...TABLE_COLUMNS.slice(0, 3),
  { key: "sub", value: ({ sub }) => sub },
  { key: "username", value: ({ username }) => username },
  { key: "group_name", value: ({ group }) => group },
  { key: "field", value: ({ field }) => field },
  { key: "origin", value: ({ origin }) => origin },
  { key: "requested_by", value: ({ requestedBy }) => requestedBy },
  { key: "change", value: ({ change }) => change },
];

function columnsFor(output: OutputFormat, values: boolean): readonly Column<RecordedChange>[] {
  const columns = output === "table" ? TABLE_COLUMNS : ALL_COLUMNS;
  return values ? [...columns, ...VALUES] : columns;
}

function requesterText({ origin, requestedBy }: RecordedChange): string {
  return requestedBy ?? (origin === "outside" ? "outside the connector" : "unknown");
}
