import { NO_LINE_BEFORE } from "./audit-line.ts";
import { type ChainLink, readChainLink } from "./chain-link.ts";
import type { RawLine } from "./split-lines.ts";

interface CheckedLine {
  /** Its number in the file, from 1. */
  readonly line: number;
  /** Undefined if the line cannot be read. */
  readonly link: ChainLink | undefined;
  /** Empty if the line has its original content and place. */
  readonly problems: readonly string[];
}

/**
 * Checks the hash of each line and its link to the line before. After a bad line the next is compared with that one.
 * `from: "middle"`: the first line that comes need not be the first of the file, and lines are counted from it.
 */
export function createChainCheck(from: "start" | "middle" = "start"): (line: RawLine) => CheckedLine {
  let line = 0;
  let before: Pick<ChainLink, "seq" | "hash"> | undefined =
    from === "start" ? { seq: 0, hash: NO_LINE_BEFORE } : undefined;

  return (raw) => {
    line += 1;
    const link = readChainLink(raw);
    if (typeof link === "string") {
      before = undefined;
      return { line, link: undefined, problems: [link] };
    }
    const problems: string[] = [];
    if (!link.intact) problems.push("was changed: its hash does not match its content");
    if (before !== undefined) problems.push(...linkProblems(link, before));
    before = link;
    return { line, link: link, problems };
  };
}

function linkProblems({ seq, prev }: ChainLink, before: Pick<ChainLink, "seq" | "hash">): readonly string[] {
  const due = before.seq + 1;
  if (seq > due) {
    const missing = seq - due === 1 ? `line ${due} is` : `lines ${due} to ${seq - 1} are`;
    return [`has seq ${seq} instead of ${due}: ${missing} missing before it`];
  }
  if (seq < due) return [`has seq ${seq} instead of ${due}: it was inserted, repeated or moved`];
  if (prev === before.hash) return [];
  return seq === 1
    ? ["has seq 1 but refers to a line before it"]
    : ["does not refer to the line before it: one of the two was replaced together with its hash"];
}
