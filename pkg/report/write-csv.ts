import { aboutReport } from "./about-report.ts";
import { createCsvFiles } from "./files/csv-files.ts";
import { reportDiskError } from "./files/disk-errors.ts";
import { folderPlace } from "./files/places.ts";
import { CHANGE_COUNTS, changesByKind, changesOverTime, peopleByState } from "./model/charts.ts";
import { groupsBySize, readGroups } from "./model/groups.ts";
import {
  listChangesSince,
  listDisabledInGroups,
  listMemberships,
  listRoleAccess,
  listSharedEmails,
  listUnusedAccounts,
  listWithoutSecondFactor,
  type ReviewListing,
} from "./model/listings.ts";
import { type Overview, readOverview } from "./model/overview.ts";
import { askRows, type ReportSource } from "./model/rows.ts";
import { chartRange } from "./sections/changes.ts";
import { DECISION_COLUMNS } from "./sections/group-review.ts";
import { writeGroupsFile } from "./sections/groups.ts";
import type { CsvFolder } from "./sections/page-context.ts";
import type { ReportOptions } from "./write-page.ts";

export interface WrittenFolder {
  readonly files: number;
  /** When the reading ended whose state the report shows. */
  readonly stateOf: Date;
}

type Cells = readonly (string | number | boolean | null)[];

/** Writes the access review as a folder of CSV files. The folder of an earlier report is replaced only by a whole one. */
export async function writeCsvReport({ source, now, version, path }: ReportOptions): Promise<WrittenFolder> {
  const files = createCsvFiles(folderPlace(path), path, now.getTime());
  try {
    const overview = await readOverview(source);
    const groups = await readGroups(source);
    await writeTable(files, "summary.csv", ["finding", "number"], summary(overview));
    await writeTable(
      files,
      "people-by-state.csv",
      ["status", "enabled", "disabled"],
      (await peopleByState(source)).map(({ status, enabled, disabled }) => [status, enabled, disabled]),
    );
    await writeTable(
      files,
      "groups-by-size.csv",
      ["members", "groups"],
      groupsBySize(groups).map((size) => [size.label, size.groups]),
    );
    await writeChangeTables(files, source, overview);
    for (const listing of [
      listRoleAccess(source),
      listUnusedAccounts(source),
      listDisabledInGroups(source),
      listWithoutSecondFactor(source),
      listSharedEmails(source),
      listChangesSince(source),
    ]) {
      await writeListingFile(files, source, listing);
    }
    await writeGroupsFile(files, groups);
    await writeListingFile(files, source, listMemberships(source, overview), DECISION_COLUMNS);
    const { count } = files;
    await files.publish(aboutReport({ overview, source, now }, version));
    return { files: count + 1, stateOf: overview.lastRun.endedAt };
  } catch (error) {
    await files.discard();
    throw reportDiskError(path, error);
  }
}

async function writeChangeTables(files: CsvFolder, source: ReportSource, overview: Overview): Promise<void> {
  const periods = await changesOverTime(source, chartRange(source, overview));
  await writeTable(
    files,
    "changes-over-time.csv",
    ["from", ...CHANGE_COUNTS],
    periods.map(({ from, counts }) => [
      from.toISOString().slice(0, 10),
      ...CHANGE_COUNTS.map((count) => counts[count]),
    ]),
  );
  await writeTable(
    files,
    "changes-by-kind.csv",
    ["kind", "connector", "outside", "unknown"],
    (await changesByKind(source)).map(({ kind, origins: { connector, outside, unknown } }) => [
      kind,
      connector,
      outside,
      unknown,
    ]),
  );
}

async function writeTable(
  files: CsvFolder,
  name: string,
  columns: readonly string[],
  rows: readonly Cells[],
): Promise<void> {
  const csv = await files.create(name, columns);
  for (const row of rows) await csv.write(row);
  await csv.end();
}

async function writeListingFile(
  files: CsvFolder,
  source: ReportSource,
  { file, query }: ReviewListing,
  emptyColumns: readonly string[] = [],
): Promise<void> {
  const { columns, rows } = await askRows(source, query);
  const empty = emptyColumns.map(() => null);
  const csv = await files.create(file, [...columns, ...emptyColumns]);
  for await (const { cells } of rows) await csv.write([...cells, ...empty]);
  await csv.end();
}

function summary(overview: Overview): readonly Cells[] {
  const { factors, signIns, changes } = overview;
  return [
    ["people", overview.people],
    ["disabled people", overview.disabledPeople],
    ["groups", overview.groups],
    ["memberships", overview.memberships],
    ["groups with an IAM role", overview.roleGroups],
    ["people who reach an IAM role", overview.rolePeople],
    ["people who never signed in", overview.neverSignedIn],
    ["people of whom no sign-in is known", overview.perhapsUnused],
    ["people whose last sign-in was read", signIns.known],
    ["disabled people who are still in groups", overview.disabledInGroups],
    ["people with a second factor", factors.withOne],
    ["people without a second factor", factors.without],
    ["people whose second factor is not known", factors.unknown],
    ["accounts that share an e-mail address", overview.sharingAccounts],
    ["e-mail addresses that accounts share", overview.sharedAddresses],
    ["changes through the connector", changes.connector],
    ["changes outside the connector", changes.outside],
    ["changes of which that is not known", changes.unknown],
  ];
}
