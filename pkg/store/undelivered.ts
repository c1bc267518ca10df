import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { EpochMs } from "../core/clock.ts";
import { errnoOf } from "../core/unknown.ts";
import { onDisk } from "../sqlite/errors.ts";
import { requireOwnFile } from "../sqlite/own-file.ts";

/** Remembers across processes that a published file still has to be brought to its reader. */
export interface UndeliveredMark {
  /** When the file was published that holds this and is not delivered; undefined when there is none. */
  since(content: string): EpochMs | undefined;
  set(publishedAtMs: EpochMs, content: string): void;
  clear(): void;
}

/** The mark of that file: a small file beside it. Its first line is the time, the rest is what the file holds. */
export function undeliveredMark(file: string): UndeliveredMark {
  const path = `${file}.undelivered`;
  const write = (work: () => void): void =>
    onDisk(`write ${path}`, () => {
      requireOwnFile(path);
      work();
    });
  return {
    since(content) {
      requireOwnFile(path);
      const [, ms, held] = /^(\d+)\n(.*)$/s.exec(textOf(path) ?? "") ?? [];
      return ms !== undefined && held === content ? Number(ms) : undefined;
    },
    set: (publishedAtMs, content) =>
      write(() => writeFileSync(path, `${publishedAtMs}\n${content}`, { mode: 0o600 })),
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
