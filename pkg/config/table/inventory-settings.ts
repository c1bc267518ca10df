import { type CommandName, optionalTextSetting, type Setting } from "./setting.ts";
import { plainText, secretText } from "./values/shapes.ts";

const COMMANDS: readonly CommandName[] = ["sync", "serve", "validate", "query", "changes", "diff", "report"];

/** The rows of the group Inventory, in the order of the table. */
export const INVENTORY_SETTINGS = {
  inventory: optionalTextSetting({
    group: "Inventory",
    description: "The inventory: a file of SQLite such as pool.db, or postgres://host/database",
    example: "path",
    parse: plainText,
    fallbackText: "none",
    carriesPassword: true,
    operators: true,
    commands: COMMANDS,
  }),
  "inventory-password": optionalTextSetting({
    group: "Inventory",
    description: "Password of the role in PostgreSQL; without it PGPASSWORD and ~/.pgpass count",
    example: "password",
    parse: secretText,
    secret: true,
    operators: true,
    commands: COMMANDS,
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
