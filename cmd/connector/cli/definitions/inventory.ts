import { Argument } from "commander";
import { addSettings, flagsOf } from "../settings-options.ts";
import type { CommandTree } from "./command-tree.ts";
import {
  flagOf,
  flagOption,
  numberOf,
  requiredOption,
  requiredTextOf,
  textOf,
  textOption,
  wholeNumberOption,
  wordOption,
} from "./option-types.ts";

export function addQuery({ program, context }: CommandTree, done: (exitCode: number) => void): void {
  const query = program
    .command("query")
    .summary("Ask the inventory with SQL")
    .description(
      "Print the result of one SQL query over the inventory that syncs keep. A query can only read the tables and views of the inventory, and the pool is not asked.",
    )
    .addArgument(new Argument("[sql]", 'The query, such as "select * from role_access"'))
    .addOption(textOption("--file <path>", "File with the query; - is stdin"))
    .addOption(flagOption("--list", "Print the tables and views with their columns"))
    .addOption(
      wholeNumberOption("--timeout <seconds>", "How long the database may work on the query (default: 60)"),
    );
  addSettings(query, "query");
  query.action(async (sql: string | undefined) => {
    const { queryCommand } = await import("../commands/query.ts");
    const asked = {
      sql,
      file: textOf(query, "file"),
      list: flagOf(query, "list"),
      timeoutSeconds: numberOf(query, "timeout"),
    };
    done(await queryCommand(asked, flagsOf(query, "query"), context));
  });
}

export function addReport({ program, context }: CommandTree, done: (exitCode: number) => void): void {
  const report = program
    .command("report")
    .summary("Write an access review for people, as a page or as CSV")
    .description(
      "Write an access review of the inventory: who reaches an IAM role, which accounts look wrong, what changed and who asked for it, and the members of each group with columns for the decision. The page is one HTML file that loads nothing. What it cannot hold is in CSV files beside it. The pool is not asked.",
    )
    .addOption(requiredOption("-o, --out <path>", "The page, such as review.html; with csv the folder"))
    .addOption(
      wordOption("--format <html|csv>", "A page for people, or a folder of CSV files (default: html)"),
    )
    .addOption(
      textOption(
        "--since <time>",
        "Changes from this time: 30d or 24h ago, 2026-11-21, 2026-11-21T08:00:00Z (default: 90d)",
      ),
    );
  addSettings(report, "report");
  report.action(async () => {
    const { reportCommand } = await import("../commands/report.ts");
    const asked = {
      out: requiredTextOf(report, "out"),
      format: textOf(report, "format") === "csv" ? "csv" : "html",
      since: textOf(report, "since"),
    } as const;
    done(await reportCommand(asked, flagsOf(report, "report"), context));
  });
}
