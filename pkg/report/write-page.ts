import { rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { aboutReport } from "./about-report.ts";
import { createCsvFiles } from "./files/csv-files.ts";
import { reportDiskError } from "./files/disk-errors.ts";
import { folderPlace, pagePlace, temporaryBeside } from "./files/places.ts";
import { syncDirectory } from "./files/sync-directory.ts";
import { createTextFile } from "./files/text-file.ts";
import { PAGE_END, pageHead } from "./html/document.ts";
import { dayText } from "./html/formats.ts";
import { type Html, trusted } from "./html/html.ts";
import { readGroups } from "./model/groups.ts";
import { readOverview } from "./model/overview.ts";
import type { ReportSource } from "./model/rows.ts";
import { writeAbout } from "./sections/about.ts";
import { writeAccounts } from "./sections/accounts.ts";
import { writeAwsAccess } from "./sections/aws-access.ts";
import { writeChanges } from "./sections/changes.ts";
import { writeGroupReview } from "./sections/group-review.ts";
import { writeGroups } from "./sections/groups.ts";
import type { PageContext } from "./sections/page-context.ts";
import { writePeople } from "./sections/people.ts";
import { writeTop } from "./sections/top.ts";

export interface ReportOptions {
  readonly source: ReportSource;
  readonly now: Date;
  /** Of the connector. */
  readonly version: string;
  /** Where the report is written, absolute. */
  readonly path: string;
}

export interface WrittenPage {
  readonly bytes: number;
  /** When the reading ended whose state the report shows. */
  readonly stateOf: Date;
  /** The folder beside the page; undefined if the page holds everything. */
  readonly folder: string | undefined;
  readonly files: number;
  /** Groups whose members are only in those files. */
  readonly groupsInFiles: number;
}

/** Where a page keeps what it cannot hold. */
function folderBeside(page: string): string {
  return join(dirname(page), `${basename(page, extname(page))}-files`);
}

/** Writes the access review as one page. A page and a folder of an earlier report are replaced only by a whole one. */
export async function writePage({ source, now, version, path }: ReportOptions): Promise<WrittenPage> {
  const target = pagePlace(path);
  const folder = folderPlace(folderBeside(target));
  const files = createCsvFiles(folder, folderBeside(path), now.getTime());
  const temporary = temporaryBeside(target, now.getTime());
  const file = await createTextFile(temporary, path);
  try {
    const overview = await readOverview(source);
    const page = {
      get bytes() {
        return file.bytes;
      },
      write: (part: Html) => file.write(part.text),
    };
    const context: PageContext = { source, overview, now, page, files };
    const groups = await readGroups(source);
    const { pool, lastRun } = overview;
    const state = `state of ${dayText(lastRun.endedAt)}`;
    await page.write(
      pageHead({
        title: `Access review of ${pool.name ?? pool.id}, ${state}`,
        margin: `Access review of ${pool.id}, ${state}`,
      }),
    );
    await writeTop(context);
    await writePeople(context);
    await writeGroups(context, groups);
    await writeAwsAccess(context);
    await writeAccounts(context);
    await writeChanges(context);
    const { inFiles } = await writeGroupReview(context, groups);
    await writeAbout(context, version);
    await page.write(trusted("</main>\n"));
    await page.write(PAGE_END);
    await file.end();
    const { count } = files;
    await files.publish(aboutReport(context, version));
    await rename(temporary, target);
    await syncDirectory(dirname(target));
    return {
      bytes: file.bytes,
      stateOf: lastRun.endedAt,
      folder: count === 0 ? undefined : folderBeside(path),
      files: count,
      groupsInFiles: inFiles,
    };
  } catch (error) {
    await file.abandon();
    await rm(temporary, { force: true });
    await files.discard();
    throw reportDiskError(path, error);
  }
}
