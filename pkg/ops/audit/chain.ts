import { NO_LINE_BEFORE } from "./audit-line.ts";
import { type ChainLink, readChainLink } from "./chain-link.ts";
import type { RawLine } from "./split-lines.ts";

interface CheckedLine {
  /** From 1, as the file has it. */
  readonly line: number;
  /** Undefined when the line cannot be read at all. */
  readonly link: ChainLink | undefined;
  /** Empty: the line is as it was written, and where it was written. */
  readonly problems: readonly string[];
}

/** Compares each line with itself and with the one before it. After a bad line it goes on from what that line says. */
export function createChainCheck(): (line: RawLine) => CheckedLine {
  let line = 0;
  let before: Pick<ChainLink, "seq" | "hash"> | undefined = { seq: 0, hash: NO_LINE_BEFORE };

  return (raw) => {
    line += 1;
    const link = readChainLink(raw);
    if (typeof link === "string") {
      before = undefined;
      return { line, link: undefined, problems: [link] };
    }
    const problems: string[] = [];
    if (!link.intact) problems.push("was changed: its hash is not that of its text");
    if (before !== undefined) problems.push(...linkProblems(link, before));
    before = link;
    return { line, link: link, problems };
  };
}

function linkProblems({ seq, prev }: ChainLink, before: Pick<ChainLink, "seq" | "hash">): readonly string[] {
  const due = before.seq + 1;
  if (seq > due) {
    const missing = seq - due === 1 ? `line ${due} is` : `lines ${due} to ${seq - 1} are`;
    return [`has seq ${seq} where ${due} is due: ${missing} missing before it`];
  }
  if (seq < due) return [`has seq ${seq} where ${due} is due: it was inserted, repeated or moved`];
  if (prev === before.hash) return [];
  return seq === 1
    ? ["is the first and names a line before it"]
    : ["does not follow the line before it: that one was changed or replaced, hash and all, or this one was"];
}
