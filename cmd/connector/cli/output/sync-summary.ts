import type { OutputFormat } from "../../../../pkg/config/config.ts";
import { isWholePool, syncTypeOf } from "../../../../pkg/core/sync-scope.ts";
import { printable } from "../../../../pkg/ops/printable.ts";
import type { PublishedFile } from "../../../../pkg/store/publish/publish.ts";
import type { SyncResult } from "../../../../pkg/sync/sync-once.ts";
import type { Output } from "../../process/context.ts";
import type { Column } from "./columns.ts";
import { createRowWriter } from "./row-writer.ts";
import { counted, formatDuration, jsonText } from "./text.ts";

/** The result of one sync into a file. */
export interface SyncSummary extends Omit<SyncResult<PublishedFile>, "published"> {
  readonly published: PublishedFile;
  readonly poolId: string;
}

const COLUMNS: readonly Column<SyncSummary>[] = [
  { key: "pool", value: ({ poolId }) => poolId },
  { key: "file", value: ({ published }) => published.file },
  { key: "sync_id", value: ({ published }) => published.id },
  { key: "users", value: ({ published }) => published.counts.users },
  { key: "groups", value: ({ published }) => published.counts.groups },
  { key: "memberships", value: ({ published }) => published.counts.memberships },
  { key: "previous_users", value: ({ published }) => published.previous?.users },
  { key: "previous_groups", value: ({ published }) => published.previous?.groups },
  { key: "previous_memberships", value: ({ published }) => published.previous?.memberships },
  { key: "dropped_groups", value: ({ droppedGroups }) => droppedGroups },
  { key: "recreated_groups", value: ({ published }) => published.recreatedGroups.join(" ") },
  { key: "pages", value: ({ pages }) => pages },
  { key: "calls", value: ({ calls }) => calls },
  { key: "throttles", value: ({ throttles }) => throttles },
  { key: "seconds", value: ({ durationMs }) => Math.round(durationMs) / 1000 },
  { key: "resumed", value: ({ resumed }) => resumed },
  { key: "started", value: ({ published }) => published.startedAt },
  { key: "ended", value: ({ published }) => published.endedAt },
  { key: "runs_in_file", value: ({ published }) => published.runs },
  { key: "bytes", value: ({ published }) => published.bytes },
  { key: "sync_type", value: ({ published }) => syncTypeOf(published.scope) },
];

/** Prints the summary: a few lines for people, otherwise one row. */
export async function printSummary(summary: SyncSummary, format: OutputFormat, out: Output): Promise<void> {
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

function forPeople(summary: SyncSummary): string {
  const { published, poolId, droppedGroups, pages, calls, throttles, durationMs, resumed } = summary;
  const { counts, previous } = published;
  const lines = [
    `Synced ${poolId} to ${printable(published.file)} (${formatBytes(published.bytes)}) in ${formatDuration(durationMs)}`,
    `  users        ${withChange(counts.users, previous?.users)}`,
    `  groups       ${withChange(counts.groups, previous?.groups)}`,
    `  memberships  ${withChange(counts.memberships, previous?.memberships)}`,
    `  calls        ${NUMBER.format(calls)} for ${counted(pages, "page")}, ${NUMBER.format(throttles)} throttled`,
  ];
  if (!isWholePool(published.scope)) {
    lines.push(`  type         ${syncTypeOf(published.scope)}: not everything in the pool was to be read`);
  }
  if (resumed) lines.push(`  resumed      a sync that started at ${published.startedAt.toISOString()}`);
  if (droppedGroups > 0)
    lines.push(`  skipped      ${counted(droppedGroups, "group")}, deleted during the sync`);
  if (published.recreatedGroups.length > 0)
    lines.push(`  made again   ${recreated(published.recreatedGroups)}`);
  return `${lines.join("\n")}\n`;
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

function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 1024)} KiB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
