import { type FileHandle, open } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { GovernanceError } from "../../core/errors.ts";
import { errnoOf } from "../../core/unknown.ts";
import { diskError } from "./disk-errors.ts";
import { READ_PLAIN, requirePlainLog } from "./plain-log.ts";
import { createLineSplitter, type RawLine } from "./split-lines.ts";

/** Lines as they are read. The last batch has the number of bytes after the last line end. */
interface LineBatch {
  readonly lines: readonly RawLine[];
  readonly restBytes: number;
}

const CHUNK_BYTES = 256 * 1024;
/** A write of another process may be visible in part; it ends long before this. */
const WRITE_UNDER_WAY_MS = 100;

/**
 * Reads a file that may grow, in chunks, from the line that starts at `from`. Throws `not-found` if it is missing, and
 * `canceled` when the signal fires.
 */
export async function* streamLines(
  path: string,
  signal: AbortSignal,
  from = 0,
): AsyncGenerator<LineBatch, void> {
  const file = await openAuditFile(path);
  try {
    requirePlainLog(await file.stat({ bigint: true }), path);
    const splitter = createLineSplitter();
    let lookedAgain = false;
    let at = from;
    for (;;) {
      const chunk = await readChunk(file, at, path, signal);
      at += chunk.length;
      if (chunk.length > 0) {
        const lines = splitter.push(chunk);
        if (lines.length > 0) yield { lines, restBytes: 0 };
      } else if (splitter.restBytes() > 0 && !lookedAgain) {
        lookedAgain = true;
        await pause(signal);
      } else {
        yield { lines: [], restBytes: splitter.restBytes() };
        return;
      }
    }
  } finally {
    await file.close();
  }
}

async function openAuditFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, READ_PLAIN);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw diskError(error, `read the audit log ${path}`);
    throw new GovernanceError(
      "not-found",
      `there is no audit log ${path}: no change was made yet, or it is in another state directory (--state-dir)`,
      { cause: error },
    );
  }
}

async function readChunk(file: FileHandle, at: number, path: string, signal: AbortSignal): Promise<Buffer> {
  if (signal.aborted) throw stopped(signal);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, at);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw diskError(error, `read the audit log ${path}`);
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(WRITE_UNDER_WAY_MS, undefined, { signal });
  } catch {
    throw stopped(signal);
  }
}

function stopped({ reason }: AbortSignal): GovernanceError {
  if (reason instanceof GovernanceError) return reason;
  return new GovernanceError("canceled", "reading the audit log was canceled", { cause: reason });
}
