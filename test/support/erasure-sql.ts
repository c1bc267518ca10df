import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const PAGE = readFileSync(resolve(import.meta.dirname, "../../docs/inventory.md"), "utf8");

/** The SQL of docs/inventory.md that erases a person from an inventory, for one account. */
export function erasureSql(poolId: string, sub: string): string {
  const found = [...PAGE.matchAll(/^```sql\n(.*?)^```/gms)].find(([, sql = ""]) =>
    sql.startsWith("update users"),
  );
  return (found?.[1] ?? "")
    .replaceAll("eu-west-1_AbCdEfGhI", poolId)
    .replaceAll("00000000-0000-0000-0000-000000000000", sub);
}

/** What the document says to run after it, so that the old bytes go away. */
export function cleaningSql(engine: "sqlite" | "postgres"): string {
  const [, sqlite, postgres] =
    /The old bytes go away with `([^`]+)` in SQLite, and with\s+`([^`]+)`\s+in\s+PostgreSQL/.exec(PAGE) ?? [];
  return (engine === "sqlite" ? sqlite : postgres) ?? "";
}
