import { Argument } from "commander";
import { addSettings, flagsOf } from "../settings-options.ts";
import type { CommandTree } from "./command-tree.ts";
import { flagOf, flagOption, numberOf, textOf, textOption, wholeNumberOption } from "./option-types.ts";

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
