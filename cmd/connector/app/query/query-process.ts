// The process of one query of an inventory in SQLite: `startQueryProcess` starts it and ends it.
import { createQueryService, type QueryRequest } from "../../../../pkg/inventory/sqlite/query-service.ts";
import { connectWorker } from "../../../../pkg/worker/connect-worker.ts";
import type { ParentWatch } from "./parent-watch.ts";

// While a query runs, this thread sees no message and no end of its parent: another one has to.
const watch = connectWorker<ParentWatch>({
  beside: import.meta.url,
  module: "parent-watch",
  subject: "the watch over the parent",
});
void watch.call("watch", process.ppid);

const answer = createQueryService();
process.on("message", (request: QueryRequest) => process.send?.(answer(request)));
process.on("disconnect", () => process.exit());
