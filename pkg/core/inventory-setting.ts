import type { Secret } from "./secret.ts";

/** What the settings say of an inventory. */
export interface InventorySetting {
  /** A path or a URL, which may hold a password. */
  readonly place: string;
  /** Of the role in PostgreSQL, where the URL has none. */
  readonly password: Secret | undefined;
}
