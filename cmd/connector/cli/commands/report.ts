import { resolve } from "node:path";
import { loadReading } from "../../../../pkg/config/load-config.ts";
import type { Flags } from "../../../../pkg/config/sources/read-settings.ts";
import type { EpochMs } from "../../../../pkg/core/clock.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { openInventoryReader } from "../../../../pkg/inventory/open-reader.ts";
import { chosenPool } from "../../../../pkg/inventory/runs.ts";
import { printable } from "../../../../pkg/ops/printable.ts";
import { writeCsvReport } from "../../../../pkg/report/write-csv.ts";
import { type ReportOptions, writePage } from "../../../../pkg/report/write-page.ts";
import { requireInventory } from "../../app/inventory/inventory-place.ts";
import { type Context, type Output, processInfo } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { printWarnings } from "../../process/messages.ts";
import { packageVersion } from "../../process/version.ts";
import { counted, formatBytes } from "../output/text.ts";
import { timeOption } from "../time-text.ts";

export interface AskedReport {
  /** The page, or the folder of CSV files. */
  readonly out: string;
  readonly format: "html" | "csv";
  /** A date, a date with a time, or how long ago. */
  readonly since: string | undefined;
}

const DEFAULT_SINCE = "90d";

/** Writes the access review of the newest run of the inventory. The inventory itself is only read. */
export async function reportCommand(asked: AskedReport, flags: Flags, context: Context): Promise<number> {
  const { cwd, signal, stdout } = context;
  const now = context.now();
  const since = sinceOf(asked.since, now);
  const { inventory, poolId: wanted, warnings } = loadReading("report", flags, processInfo(context));
  printWarnings(warnings, context);
  const reader = await openInventoryReader(requireInventory(inventory, context), signal);
  try {
    const done = await reader.snapshot(async (one) => {
      const poolId = await chosenPool({ ...one, name: reader.name }, wanted, signal);
      const options: ReportOptions = {
        source: { reader: one, poolId, since },
        now: new Date(now),
        version: packageVersion(),
        path: resolve(cwd, asked.out),
      };
      return asked.format === "csv" ? folderText(asked, options) : pageText(asked, options, context);
    }, signal);
    await printDone(done, stdout);
    return OK;
  } finally {
    await reader.close();
  }
}

async function printDone(text: string, stdout: Output): Promise<void> {
  try {
    await stdout.write(`${printable(text)}\n`);
  } catch (error) {
    if (!(error instanceof GovernanceError)) throw error;
    throw error.with({ message: `the report is written, but this is not printed: ${error.message}` });
  }
}

function sinceOf(text: string | undefined, now: EpochMs): Date {
  const atMs = timeOption("since", text ?? DEFAULT_SINCE, now) ?? now;
  if (atMs <= now) return new Date(atMs);
  throw new GovernanceError("invalid-argument", "--since must not be in the future");
}

async function pageText({ out }: AskedReport, options: ReportOptions, { stderr }: Context): Promise<string> {
  const { bytes, stateOf, folder, files, groupsInFiles } = await writePage(options);
  if (folder !== undefined) {
    const groups =
      groupsInFiles === 0 ? "" : `, among them the members of ${counted(groupsInFiles, "group")}`;
    const rest = `${counted(files, "list")} ${files === 1 ? "is" : "are"} longer than the page can show${groups}`;
    await stderr.write(`connector: ${printable(`${rest}; all of it is in ${folder}`)}\n`);
  }
  return `Wrote ${out} (${formatBytes(bytes)}): ${options.source.poolId} as of ${stateOf.toISOString()}`;
}

async function folderText({ out }: AskedReport, options: ReportOptions): Promise<string> {
  const { files, stateOf } = await writeCsvReport(options);
  return `Wrote ${counted(files, "CSV file")} to ${out}: ${options.source.poolId} as of ${stateOf.toISOString()}`;
}
