import type { Html } from "../html/html.ts";
import type { Overview } from "../model/overview.ts";
import type { ReportSource } from "../model/rows.ts";

/** The page while it is written. */
interface PageSink {
  /** So many bytes are written. */
  readonly bytes: number;
  write(part: Html): Promise<void>;
}

/** A CSV file while it is written. */
export interface CsvSink {
  write(cells: readonly (string | number | boolean | null)[]): Promise<void>;
  end(): Promise<void>;
}

/** The folder of CSV files. It is made with its first file. */
export interface CsvFolder {
  /** As a link of the page names it. */
  readonly name: string;
  has(file: string): boolean;
  create(file: string, columns: readonly string[]): Promise<CsvSink>;
}

export interface PageContext {
  readonly source: ReportSource;
  readonly overview: Overview;
  readonly now: Date;
  readonly page: PageSink;
  readonly files: CsvFolder;
}
