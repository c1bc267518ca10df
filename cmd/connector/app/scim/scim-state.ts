import type { Config } from "../../../../pkg/config/config.ts";
import type { SqlitePlace } from "../../../../pkg/inventory/place.ts";
import type { StoredScimRecords } from "../../../../pkg/scim-records/sqlite-records.ts";
import type { Context } from "../../process/context.ts";
import type { Runtime } from "../compose.ts";
import { noteChanges } from "./noted-provisioner.ts";
import { listedInventory } from "./scim-inventory.ts";
import { openScimRecordsThread } from "./scim-records-thread.ts";
import { unnotedLines } from "./unnoted-lines.ts";

/** What SCIM keeps in the state directory, for every front: what any of them changes is in its lists. */
export interface ScimState {
  readonly records: StoredScimRecords;
  readonly inventory: SqlitePlace;
  /** A run of the inventory was published. */
  published(): void;
  /** Called from then on for each run. */
  onPublished(listener: () => void): void;
}

/** Undefined where SCIM is not served. Opens no file yet. */
export function createScimState(config: Config, context: Context): ScimState | undefined {
  if (config.scim === undefined) return undefined;
  let listener: (() => void) | undefined;
  return {
    records: openScimRecordsThread(config),
    inventory: listedInventory(config, context),
    published: () => listener?.(),
    onPublished(one) {
      listener = one;
    },
  };
}

/** The same program, whose changes are in the lists of SCIM. */
export function withNotedChanges(
  runtime: Runtime,
  scim: ScimState | undefined,
  { userIdKind }: Pick<Config, "userIdKind">,
  { signal, monotonic }: Pick<Context, "signal" | "monotonic">,
): Runtime {
  if (scim === undefined) return runtime;
  const { provisioner, directory, log } = runtime;
  return {
    ...runtime,
    provisioner: noteChanges({
      provisioner,
      directory,
      records: scim.records,
      userIdKind,
      signal,
      onUnnoted: unnotedLines(log, monotonic),
    }),
  };
}
