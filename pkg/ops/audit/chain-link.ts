import { createHash } from "node:crypto";
import { isRecord } from "../../core/unknown.ts";
import type { RawLine } from "./split-lines.ts";

/** The members of a line that link it with the line before it. */
export interface ChainLink {
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  /** The hash matches the content of the line. */
  readonly intact: boolean;
  readonly value: Readonly<Record<string, unknown>>;
}

const HEAD = /^\{"seq":([1-9][0-9]{0,15}),/;
const TAIL = /,"prev":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}$/;
const HASH_MEMBER_BYTES = ',"hash":""}'.length + 64;
const TAIL_BYTES = ',"prev":""'.length + 64 + HASH_MEMBER_BYTES;

/** Reads one line, or says what is wrong with it. The message quotes nothing of the line, which may contain anything. */
export function readChainLink(line: RawLine): ChainLink | string {
  if (line === undefined) return "is longer than any line of an audit log";
  if (line.length === 0) return "is empty";
  const value = parseObject(line);
  if (value === undefined) return "is not a JSON object";
  // As Latin-1, one character is one byte.
  const head = HEAD.exec(line.toString("latin1", 0, 32));
  const tail = TAIL.exec(line.toString("latin1", Math.max(0, line.length - TAIL_BYTES)));
  const seq = Number(head?.[1]);
  const prev = tail?.[1];
  const hash = tail?.[2];
  if (!Number.isSafeInteger(seq) || prev === undefined || hash === undefined) {
    return "is not an audit line: seq must be its first member, prev and hash its last";
  }
  const body = line.subarray(0, line.length - HASH_MEMBER_BYTES);
  const found = createHash("sha256").update(body).update("}").digest("hex");
  return { seq, prev, hash, intact: found === hash, value };
}

function parseObject(line: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line.toString());
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
