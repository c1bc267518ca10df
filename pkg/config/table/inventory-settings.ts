import { optionalTextSetting, type Setting } from "./setting.ts";
import { plainText } from "./values/shapes.ts";

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
    commands: ["sync", "serve", "query", "changes", "diff"],
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
