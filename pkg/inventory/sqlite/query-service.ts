import { GovernanceError } from "../../core/errors.ts";
import type { DatabaseSync } from "../../sqlite/database.ts";
import { type PackedFailure, packFailure } from "../../worker/failures.ts";
import type { SqlValue } from "../reader.ts";
import { type OpenStatement, openStatement, type RowBatch } from "./open-statement.ts";
import { openQueryDatabase } from "./query-database.ts";

/** What is asked of another process. Everything here can be cloned. */
export type QueryRequest =
  | {
      readonly kind: "open";
      readonly name: string;
      readonly sql: string;
      readonly parameters: readonly SqlValue[];
    }
  | { readonly kind: "next" };

export type QueryAnswer =
  | { readonly kind: "opened"; readonly columns: readonly string[] }
  | { readonly kind: "batch"; readonly batch: RowBatch }
  | { readonly kind: "failed"; readonly failure: PackedFailure };

/** Answers the requests of one query. Its process ends with it, so nothing is closed. */
export function createQueryService(): (request: QueryRequest) => QueryAnswer {
  let database: DatabaseSync | undefined;
  let statement: OpenStatement | undefined;

  function answer(request: QueryRequest): QueryAnswer {
    if (request.kind === "open") {
      database ??= openQueryDatabase(request.name);
      statement = openStatement(database, request.sql, request.parameters);
      return { kind: "opened", columns: statement.columns };
    }
    if (statement === undefined) throw new GovernanceError("internal", "no query is open");
    return { kind: "batch", batch: statement.next() };
  }

  return (request) => {
    try {
      return answer(request);
    } catch (error) {
      return { kind: "failed", failure: packFailure(error) };
    }
  };
}
