import type { OutputFormat } from "../../../../pkg/config/config.ts";
import { loadConfig, loadReading } from "../../../../pkg/config/load-config.ts";
import type { Flags } from "../../../../pkg/config/sources/read-settings.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { commonScope } from "../../../../pkg/diff/common-scope.ts";
import { compareSides, type Difference } from "../../../../pkg/diff/compare-sides.ts";
import { openInventoryReader } from "../../../../pkg/inventory/open-reader.ts";
import { printable } from "../../../../pkg/ops/printable.ts";
import { openLiveSide } from "../../app/diff/live-side.ts";
import { openSides, type SideSources } from "../../app/diff/open-sides.ts";
import { parseSide, type SidePlace } from "../../app/diff/side-place.ts";
import { syncStatus } from "../../app/sync-status.ts";
import { shortWait } from "../../app/waits.ts";
import { type Context, processInfo, ReaderGone } from "../../process/context.ts";
import { DIFFERENT, OK } from "../../process/exit-codes.ts";
import { printWarnings } from "../../process/messages.ts";
import type { Column } from "../output/columns.ts";
import { type PrintedRows, printRows } from "../output/print-rows.ts";
import { counted } from "../output/text.ts";
import { followSync } from "../progress/follow-sync.ts";
import { readingPlace } from "../reading-place.ts";
import { parseTimeText } from "../time-text.ts";
import { withRuntime } from "../with-runtime.ts";

export interface DiffOptions {
  readonly old: string;
  readonly new: string;
  /** Prints the values of fields. */
  readonly values: boolean;
  readonly allowDifferentPools: boolean;
}

/** Prints what differs between two readings of a pool. Exit code 0 if nothing does, 22 if something does. */
export async function diffCommand(options: DiffOptions, flags: Flags, context: Context): Promise<number> {
  const reading = { cwd: context.cwd, parseTime: (text: string) => parseTimeText(text, context.now()) };
  const places = [parseSide(options.old, reading), parseSide(options.new, reading)] as const;
  if (places.every(({ kind }) => kind === "live")) {
    throw new GovernanceError("invalid-argument", "both sides are live: name another one for OLD");
  }
  const { output, inventory, poolId, warnings } = loadReading("diff", flags, processInfo(context));
  const { signal } = context;
  const sources: SideSources = {
    poolId,
    openInventory: async () => await openInventoryReader(readingPlace(inventory, context), signal),
    readLive: undefined,
    allowDifferentPools: options.allowDifferentPools,
    signal,
  };
  if (!places.some(({ kind }) => kind === "live")) {
    printWarnings(warnings, context);
    return await compare({ places, sources, options, output }, context);
  }
  const { config, warnings: all } = loadConfig("diff", flags, processInfo(context));
  printWarnings(all, context);
  return await withRuntime(
    config,
    context,
    (runtime, { liveLine }) => {
      const follow: Parameters<typeof openLiveSide>[0]["follow"] = (tracker) =>
        followSync(
          () => syncStatus(tracker, runtime),
          { log: runtime.log, liveLine, waiting: () => shortWait(runtime.waits) },
          config,
          context,
        );
      const live: SideSources = {
        ...sources,
        poolId: config.poolId,
        readLive: (scope) => openLiveSide({ config, runtime, context, scope, follow }),
      };
      return compare({ places, sources: live, options, output }, context);
    },
    { showsProgress: true },
  );
}

interface Comparison {
  readonly places: readonly [SidePlace, SidePlace];
  readonly sources: SideSources;
  readonly options: DiffOptions;
  readonly output: OutputFormat;
}

async function compare({ places, sources, options, output }: Comparison, context: Context): Promise<number> {
  const sides = await openSides(places, sources);
  try {
    const [older, newer] = sides;
    const scope = commonScope(older, newer);
    await context.stderr.write(
      `connector: ${printable(`${older.name} against ${newer.name}; ${scope.text}`)}\n`,
    );
    const columns = options.values ? [...COLUMNS, ...VALUE_COLUMNS] : COLUMNS;
    const found = { any: false };
    let printed: PrintedRows;
    try {
      printed = await printRows(noted(compareSides(older, newer, scope), found), {
        output,
        columns,
        context,
        noun: "difference",
      });
    } catch (error) {
      // The reader has seen enough, and the exit code says that there is a difference.
      if (found.any && error instanceof ReaderGone) return DIFFERENT;
      throw error;
    }
    if (printed.exitCode !== OK) return printed.exitCode;
    const verdict = printed.rows === 0 ? "no difference" : counted(printed.rows, "difference");
    if (printed.rows === 0 || (output === "table" && context.stderr.isTerminal)) {
      await context.stderr.write(`connector: ${verdict}\n`);
    }
    return printed.rows === 0 ? OK : DIFFERENT;
  } finally {
    for (const side of sides) await side.close();
  }
}

async function* noted<T>(items: AsyncIterable<T>, found: { any: boolean }): AsyncGenerator<T> {
  for await (const item of items) {
    found.any = true;
    yield item;
  }
}

const COLUMNS: readonly Column<Difference>[] = [
  { key: "kind", value: ({ kind }) => kind },
  { key: "username", value: ({ username }) => username },
  { key: "group_name", value: ({ group }) => group },
  { key: "field", value: ({ field }) => field },
  { key: "sub", value: ({ sub }) => sub },
];

const VALUE_COLUMNS: readonly Column<Difference>[] = [
  { key: "value_before", value: ({ before }) => before },
  { key: "value_after", value: ({ after }) => after },
];
