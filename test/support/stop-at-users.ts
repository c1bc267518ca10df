// Given to a process by `--import`: it sends itself SIGTERM when it begins to read the users of an earlier process from a working
// file, and says at its end how often it has read some.
import { DatabaseSync } from "node:sqlite";

const USERS_OF_RUN = "SELECT id AS resource, resource_id, stamp FROM resources";
let reads = 0;

const prepare = Reflect.get(DatabaseSync.prototype, "prepare");
DatabaseSync.prototype.prepare = function (sql, options) {
  const statement = Reflect.apply(prepare, this, [sql, options]);
  if (!sql.includes(USERS_OF_RUN)) return statement;
  for (const name of ["all", "iterate"] as const) {
    const read = statement[name];
    const noted = (...values: unknown[]): unknown => {
      reads += 1;
      if (reads === 1) process.kill(process.pid, "SIGTERM");
      return Reflect.apply(read, statement, values);
    };
    Object.assign(statement, { [name]: noted });
  }
  return statement;
};

process.once("exit", () => process.stderr.write(`reads ${reads}\n`));
