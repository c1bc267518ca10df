import type { Output } from "../../process/context.ts";
import { fitted } from "../output/text.ts";

/** One line at the bottom of a terminal that is rewritten in place. Log lines appear above it. */
export interface LiveLine {
  show(text: string): void;
  /** Writes whole lines in place of the live line, and the live line again below them. */
  above(lines: string): void;
  clear(): void;
}

/** A line that is rewritten in place must not wrap, so an unknown terminal is taken as a narrow one. */
const USUAL_COLUMNS = 80;

const ERASE = "\r\u001b[2K";

export function createLiveLine(out: Output): LiveLine {
  let shown = "";
  const draw = (): string =>
    shown === "" ? "" : fitted(shown, Math.max(1, (out.columns() ?? USUAL_COLUMNS) - 1));
  return {
    show(text) {
      if (text === shown) return;
      shown = text;
      out.writeNow(ERASE + draw());
    },
    above(lines) {
      out.writeNow(shown === "" ? lines : ERASE + lines + draw());
    },
    clear() {
      if (shown === "") return;
      shown = "";
      out.writeNow(ERASE);
    },
  };
}
