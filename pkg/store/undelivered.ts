import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { EpochMs } from "../core/clock.ts";
import { errnoOf } from "../core/unknown.ts";
import { onDisk } from "./errors.ts";
import { requireOwnFile } from "./own-file.ts";

/** Remembers across processes that a published file still has to be brought to its reader. */
export interface UndeliveredMark {
  /** When the file was published that is not delivered; undefined when there is none. */
  since(): EpochMs | undefined;
  set(publishedAtMs: EpochMs): void;
  clear(): void;
}

/** The mark of that file: a small file beside it. */
export function undeliveredMark(file: string): UndeliveredMark {
  const path = `${file}.undelivered`;
  const write = <T>(work: () => T): T =>
    onDisk(`write ${path}`, () => {
      requireOwnFile(path);
      return work();
    });
  return {
    since() {
      requireOwnFile(path);
      const ms = Number(textOf(path) ?? Number.NaN);
      return Number.isFinite(ms) ? ms : undefined;
    },
    set: (publishedAtMs) => write(() => writeFileSync(path, String(publishedAtMs), { mode: 0o600 })),
    clear: () => write(() => rmSync(path, { force: true })),
  };
}

function textOf(path: string): string | undefined {
  return onDisk(`read ${path}`, () => {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined;
      throw error;
    }
  });
}
