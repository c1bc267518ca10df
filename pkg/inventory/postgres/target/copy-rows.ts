import pgCopyStreams from "pg-copy-streams";
import type { SqlCell } from "../../reader.ts";
import { withoutNul } from "../cells.ts";
import type { PostgresSession, StatementOptions } from "../session.ts";

/** Sends the rows by COPY, within the transaction of the session. */
export async function copyRows(
  session: PostgresSession,
  into: string,
  rows: readonly (readonly SqlCell[])[],
  options: StatementOptions,
): Promise<void> {
  const text = rows.map((row) => `${row.map(copyText).join("\t")}\n`).join("");
  const copied = await session.working(options, async (client) => {
    const stream = client.query(pgCopyStreams.from(`COPY ${into} FROM STDIN`));
    await new Promise<void>((resolve, reject) => {
      stream.once("error", reject);
      stream.once("finish", resolve);
      stream.end(text);
    });
    return stream.rowCount;
  });
  if (copied !== rows.length) {
    throw session.failure("data-loss", `it took ${copied} of ${rows.length} rows; please report this`);
  }
}

const ESCAPED = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** A value in the text format of COPY. */
export function copyText(cell: SqlCell): string {
  if (cell === null) return "\\N";
  if (typeof cell === "boolean") return cell ? "t" : "f";
  if (typeof cell === "number") return String(cell);
  return withoutNul(cell).replace(ESCAPED, (one) => ESCAPES[one] ?? one);
}

const JSON_ESCAPE =
  /\\(?:u0000|(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|u[dD][89a-fA-F][0-9a-fA-F]{2}|[^])/g;

/** The text of a JSON value that PostgreSQL can also take apart: without NUL, and without halves of characters. */
export function storableJson(text: string): string {
  if (!text.includes("\\u")) return text;
  return text.replace(JSON_ESCAPE, (whole, pair: string | undefined) => {
    if (whole === "\\u0000") return "\\u2400";
    return pair === undefined && whole.length === 6 ? "\\ufffd" : whole;
  });
}
