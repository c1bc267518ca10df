import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { readdir, utimes } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { PAGE_BEGIN } from "../html/document.ts";
import { refusedPlace, reportDiskError } from "./disk-errors.ts";

/** The file by which a folder of CSV files is known as one of ours. It is written last. */
export const ABOUT_FILE = "about.csv";
export const ABOUT_BEGIN = "report,cognito-connector access review\r\n";

/** Without it a double click in Excel reads the file in the code page of the machine, and a saved decision keeps the wrong names. */
export const BYTE_ORDER_MARK = "\ufeff";

/** What a killed report has left is removed when it is so old: a report that runs writes all the time. */
const LEFT_MS = 3_600_000;

/** The page, after a check that it may be written: its directory exists, and an old page is ours. Links are followed. */
export function pagePlace(path: string): string {
  return place(path, (target) => {
    if (!statSync(target).isFile()) {
      throw refusedPlace(path, "that is not a file; name a file, such as review.html");
    }
    if (beginsWith(target, PAGE_BEGIN)) return;
    throw refusedPlace(path, "that file is not a report of the connector; name another file, or remove it");
  });
}

/** The folder, after a check that it may be written: an old one is ours, and its files are as they were written. */
export function folderPlace(path: string): string {
  return place(path, (target) => checkFolder(target, path));
}

/** Throws for a folder that may not be replaced. `shownPath` is its path in messages. */
export function checkFolder(target: string, shownPath: string): void {
  if (!statSync(target).isDirectory()) {
    throw refusedPlace(shownPath, "that is not a folder for CSV files; name another place, or remove it");
  }
  const names = readdirSync(target);
  if (names.length === 0) return;
  const about = join(target, ABOUT_FILE);
  if (!names.includes(ABOUT_FILE) || !isAbout(about)) {
    throw refusedPlace(shownPath, "that folder has files that are not of a report; name another folder");
  }
  // A reviewer may have filled in the decisions.
  const writtenMs = statSync(about).mtimeMs;
  const changed = names.find((name) => isChanged(join(target, name), writtenMs));
  if (changed === undefined) return;
  // All files of an earlier version are older than the one about the report, changed or not.
  const orOlder = lstatSync(join(target, changed)).mtimeMs < writtenMs;
  const maybe = orOlder ? ", or an earlier version wrote the folder" : "";
  const why = `${JSON.stringify(changed)} in it was changed or added after the report was written${maybe}`;
  throw refusedPlace(shownPath, `${why}; move the folder away, or remove it`);
}

/** All files of a report have one time, so that a later one of any of them shows, also where all were saved again. */
export async function giveOneTime(folder: string, at: Date): Promise<void> {
  for (const name of await readdir(folder)) await utimes(join(folder, name), at, at);
}

function isChanged(file: string, writtenMs: number): boolean {
  const found = lstatSync(file);
  return !found.isFile() || !file.endsWith(".csv") || found.mtimeMs !== writtenMs;
}

function place(path: string, checkOld: (target: string) => void): string {
  try {
    const given = resolve(path);
    const beside = join(realpathSync(dirname(given)), basename(given));
    const isThere = lstatSync(beside, { throwIfNoEntry: false }) !== undefined;
    const target = isThere ? realpathSync(beside) : beside;
    accessSync(dirname(target), constants.W_OK | constants.X_OK);
    if (isThere) checkOld(target);
    return target;
  } catch (error) {
    throw reportDiskError(path, error);
  }
}

// Reports of earlier versions have no mark.
function isAbout(file: string): boolean {
  return beginsWith(file, BYTE_ORDER_MARK + ABOUT_BEGIN) || beginsWith(file, ABOUT_BEGIN);
}

function beginsWith(file: string, text: string): boolean {
  const wanted = Buffer.from(text);
  const found = Buffer.alloc(wanted.length);
  const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return readSync(handle, found, 0, found.length, 0) === wanted.length && found.equals(wanted);
  } finally {
    closeSync(handle);
  }
}

/** A name beside the target for the time of writing. What an earlier report left there is removed before. */
export function temporaryBeside(target: string, nowMs: number): string {
  const folder = dirname(target);
  const begin = `.${basename(target)}.`;
  for (const name of readdirSync(folder)) {
    const [, ending] = (name.startsWith(begin) && LEFT.exec(name.slice(begin.length))) || [];
    const left = join(folder, name);
    const found = ending === undefined ? undefined : lstatSync(left, { throwIfNoEntry: false });
    if (found === undefined) continue;
    // A folder keeps its time where it is renamed.
    const sinceMs = ending === "old" ? found.ctimeMs : found.mtimeMs;
    if (nowMs - sinceMs > LEFT_MS && (ending === "tmp" || isUntouched(left)))
      rmSync(left, { recursive: true, force: true });
  }
  return nameBeside(target, "tmp");
}

/** `old`: a folder that a reviewer may have written into. */
export function nameBeside(target: string, ending: "tmp" | "old"): string {
  return join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.${ending}`);
}

const LEFT = /^[0-9a-f]{12}\.(tmp|old)$/;

function isUntouched(folder: string): boolean {
  try {
    checkFolder(folder, folder);
    return true;
  } catch {
    return false;
  }
}
