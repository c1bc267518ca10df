import { type FileHandle, open } from "node:fs/promises";
import { reportDiskError } from "./disk-errors.ts";

const BUFFER = 64 * 1024;

/** A new file of this user alone, written from the beginning to the end. */
export interface TextFile {
  readonly bytes: number;
  write(text: string): Promise<void>;
  /** On disk when this resolves. */
  end(): Promise<void>;
  /** Closes it after a failure. What is written stays. */
  abandon(): Promise<void>;
}

/** `shownPath` is the path in messages: the file itself may have a name for the time being. */
export async function createTextFile(path: string, shownPath: string): Promise<TextFile> {
  let handle: FileHandle;
  try {
    handle = await open(path, "wx", 0o600);
  } catch (error) {
    throw reportDiskError(shownPath, error);
  }
  let waiting = "";
  let bytes = 0;

  async function flush(): Promise<void> {
    const text = waiting;
    waiting = "";
    try {
      await handle.writeFile(text);
    } catch (error) {
      throw reportDiskError(shownPath, error);
    }
  }

  return {
    get bytes() {
      return bytes;
    },
    async write(text) {
      bytes += Buffer.byteLength(text);
      waiting += text;
      if (waiting.length >= BUFFER) await flush();
    },
    async end() {
      await flush();
      try {
        await handle.sync();
        await handle.close();
      } catch (error) {
        throw reportDiskError(shownPath, error);
      }
    },
    async abandon() {
      await handle.close().catch(() => undefined);
    },
  };
}
