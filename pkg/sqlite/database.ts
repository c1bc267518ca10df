// The only file that names node:sqlite, so that the table of imports can say who uses it.
export {
  constants,
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from "node:sqlite";
