// Given to a process by `--import`: in each thread a library writes to the console, and Node warns, when a database is used.
import { DatabaseSync } from "node:sqlite";

const exec = Reflect.get(DatabaseSync.prototype, "exec");
DatabaseSync.prototype.exec = function (sql) {
  const { console: written } = globalThis;
  written.error("a library quotes hunter2");
  written.warn("a library quotes hunter2");
  process.emitWarning("Node quotes hunter2", { type: "DeprecationWarning", code: "TEST1" });
  return Reflect.apply(exec, this, [sql]);
};
