import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { type CsvCell, csvRecord } from "../../core/csv.ts";
import { printableLines } from "../../core/text.ts";
import type { CsvFolder, CsvSink } from "../sections/page-context.ts";
import { reportDiskError } from "./disk-errors.ts";
import { ABOUT_BEGIN, ABOUT_FILE, BYTE_ORDER_MARK, giveOneTime, temporaryBeside } from "./places.ts";
import { replaceFolder } from "./replace-folder.ts";
import { syncDirectory } from "./sync-directory.ts";
import { createTextFile, type TextFile } from "./text-file.ts";

/** CSV files that become a folder together, or not at all. */
interface CsvFiles extends CsvFolder {
  readonly count: number;
  /** Puts the folder in the place of an older one. Without a file there is no folder afterwards. */
  publish(about: readonly (readonly [string, string | number])[]): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

/** `target` is the folder, as `folderPlace` checked it; `shownPath` is its path in messages. */
export function createCsvFiles(target: string, shownPath: string, nowMs: number): CsvFiles {
  const names = new Set<string>();
  const open = new Set<TextFile>();
  let folder: string | undefined;

  async function openFile(name: string): Promise<TextFile> {
    if (folder === undefined) {
      const temporary = temporaryBeside(target, nowMs);
      await onDisk(() => mkdir(temporary, { mode: 0o700 }));
      folder = temporary;
    }
    const file = await createTextFile(join(folder, name), join(shownPath, name));
    open.add(file);
    await file.write(BYTE_ORDER_MARK);
    return file;
  }

  async function onDisk<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw reportDiskError(shownPath, error);
    }
  }

  async function end(file: TextFile): Promise<void> {
    await file.end();
    open.delete(file);
  }

  return {
    name: basename(target),
    get count() {
      return names.size;
    },
    has: (name) => names.has(name),
    async create(name, columns): Promise<CsvSink> {
      const file = await openFile(name);
      names.add(name);
      await file.write(record(columns));
      return { write: (cells) => file.write(record(cells)), end: () => end(file) };
    },
    async publish(about) {
      if (folder === undefined) {
        await onDisk(() => replaceFolder(undefined, target, shownPath));
        return;
      }
      const file = await openFile(ABOUT_FILE);
      await file.write(ABOUT_BEGIN + about.map(([key, value]) => record([key, value])).join(""));
      await end(file);
      const done = folder;
      await onDisk(async () => {
        await giveOneTime(done, new Date(nowMs));
        await syncDirectory(done);
        await replaceFolder(done, target, shownPath);
      });
      folder = undefined;
    },
    async discard() {
      for (const file of open) await file.abandon();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

function record(cells: readonly (string | number | boolean | null)[]): string {
  return csvRecord(cells.map(cellOf));
}

function cellOf(cell: string | number | boolean | null): CsvCell {
  if (cell === null) return undefined;
  return typeof cell === "string" ? printableLines(cell) : cell;
}
