import type { OutputFormat } from "../../../../pkg/config/config.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { isWholePool, syncTypeOf } from "../../../../pkg/core/sync-scope.ts";
import type { PublishedInventory } from "../../../../pkg/inventory/target/published.ts";
import { printable } from "../../../../pkg/ops/printable.ts";
import type { PublishedFile } from "../../../../pkg/store/publish/publish.ts";
import type { SyncResult } from "../../../../pkg/sync/sync-once.ts";
import type { Output } from "../../process/context.ts";
import type { Column } from "./columns.ts";
import { createRowWriter } from "./row-writer.ts";
import { counted, formatBytes, formatDuration, jsonText } from "./text.ts";

/** The result of one sync: one row, however many targets it filled. */
export interface SyncSummary extends SyncResult<PublishedFile | PublishedInventory> {
  readonly poolId: string;
}

/** What all targets of the sync have in common, and each kind of target. */
interface SummaryRow extends SyncSummary {
  readonly run: PublishedFile | PublishedInventory;
  readonly file: PublishedFile | undefined;
  readonly inventory: PublishedInventory | undefined;
}

function rowOf(summary: SyncSummary): SummaryRow {
  const { published } = summary;
  const [run] = published;
  if (run === undefined) throw new GovernanceError("internal", "a sync ended and published nothing");
  const file = published.find((one) => one.kind === "c1z");
  const inventory = published.find((one) => one.kind === "inventory");
  return { ...summary, run, file, inventory };
}

const COLUMNS: readonly Column<SummaryRow>[] = [
  { key: "pool", value: ({ poolId }) => poolId },
  { key: "file", value: ({ file }) => file?.file },
  { key: "sync_id", value: ({ run }) => run.id },
  { key: "users", value: ({ run }) => run.counts.users },
  { key: "groups", value: ({ run }) => run.counts.groups },
  { key: "memberships", value: ({ run }) => run.counts.memberships },
  { key: "previous_users", value: ({ run }) => run.previous?.users },
  { key: "previous_groups", value: ({ run }) => run.previous?.groups },
  { key: "previous_memberships", value: ({ run }) => run.previous?.memberships },
  { key: "dropped_groups", value: ({ droppedGroups }) => droppedGroups },
  { key: "recreated_groups", value: ({ file }) => file?.recreatedGroups.join(" ") },
  { key: "pages", value: ({ pages }) => pages },
  { key: "calls", value: ({ calls }) => calls },
  { key: "throttles", value: ({ throttles }) => throttles },
  { key: "seconds", value: ({ durationMs }) => Math.round(durationMs) / 1000 },
  { key: "resumed", value: ({ resumed }) => resumed },
  { key: "started", value: ({ run }) => run.startedAt },
  { key: "ended", value: ({ run }) => run.endedAt },
  { key: "runs_in_file", value: ({ file }) => file?.runs },
  { key: "bytes", value: ({ file }) => file?.bytes },
  { key: "sync_type", value: ({ run }) => syncTypeOf(run.scope) },
  { key: "inventory", value: ({ inventory }) => inventory?.inventory },
  { key: "run", value: ({ inventory }) => inventory?.runNumber },
  { key: "changes", value: ({ inventory }) => inventory?.changes },
  { key: "users_read", value: ({ usersRead }) => usersRead },
  { key: "members_read", value: ({ membersRead }) => membersRead },
  { key: "members_read_reason", value: ({ membersReason }) => membersReason },
];

/** Prints the summary: a few lines for people, otherwise one row. */
export async function printSummary(result: SyncSummary, format: OutputFormat, out: Output): Promise<void> {
  const summary = rowOf(result);
  if (format === "table") {
    await out.write(forPeople(summary));
    return;
  }
  if (format === "json") {
    const row = COLUMNS.map(({ key, value }) => [key, value(summary) ?? null] as const);
    await out.write(`${jsonText(Object.fromEntries(row), 2)}\n`);
    return;
  }
  const rows = createRowWriter(format, COLUMNS, out);
  await rows.write([summary]);
  await rows.end();
}

const SHOWN_GROUPS = 10;

const NUMBER = new Intl.NumberFormat("en");

function forPeople(summary: SummaryRow): string {
  const { run, file, inventory, poolId, droppedGroups, usersRead, pages, calls, throttles } = summary;
  const { durationMs, resumed, membersRead, membersReason } = summary;
  const { counts, previous } = run;
  const places = [
    ...(file === undefined ? [] : [`${printable(file.file)} (${formatBytes(file.bytes)})`]),
    ...(inventory === undefined ? [] : [`${printable(inventory.inventory)} (run ${inventory.runNumber})`]),
  ];
  const lines = [
    `Synced ${poolId} to ${places.join(" and ")} in ${formatDuration(durationMs)}`,
    `  users        ${withChange(counts.users, previous?.users)}`,
    `  groups       ${withChange(counts.groups, previous?.groups)}`,
    `  memberships  ${withChange(counts.memberships, previous?.memberships)}`,
    `  calls        ${NUMBER.format(calls)} for ${counted(pages, "page")}, ${NUMBER.format(throttles)} throttled`,
  ];
  if (!isWholePool(run.scope)) {
    lines.push(`  type         ${syncTypeOf(run.scope)}: not everything in the pool was to be read`);
  }
  if (usersRead === "in parts") lines.push("  users read   in parts, which are proved to be all");
  if (usersRead === "again")
    lines.push("  users read   in parts, which were not proved to be all, and then whole");
  if (membersRead === "by user")
    lines.push(`  members read by user${membersReason === undefined ? "" : `: ${membersReason}`}`);
  if (resumed) lines.push(`  resumed      a sync that started at ${run.startedAt.toISOString()}`);
  if (droppedGroups > 0)
    lines.push(`  skipped      ${counted(droppedGroups, "group")}, deleted during the sync`);
  if (file !== undefined && file.recreatedGroups.length > 0)
    lines.push(`  made again   ${recreated(file.recreatedGroups)}`);
  if (inventory !== undefined) lines.push(historyLine(inventory));
  return `${lines.join("\n")}\n`;
}

function historyLine({ runNumber, changes }: PublishedInventory): string {
  return runNumber === 1
    ? "  history      begins with this run: the inventory has no earlier one of the pool"
    : `  changes      ${NUMBER.format(changes)} since run ${runNumber - 1}`;
}

function recreated(groups: readonly string[]): string {
  const count = `${counted(groups.length, "group")}, deleted and created under ${groups.length === 1 ? "its name" : "their names"}: `;
  const shown = groups.slice(0, SHOWN_GROUPS).map(printable).join(", ");
  return count + shown + (groups.length > SHOWN_GROUPS ? ", …" : "");
}

function withChange(now: number, before: number | undefined): string {
  if (before === undefined) return NUMBER.format(now);
  const change = now - before;
  const sign = change > 0 ? "+" : "";
  return `${NUMBER.format(now)} (${change === 0 ? "unchanged" : `${sign}${NUMBER.format(change)}`})`;
}
