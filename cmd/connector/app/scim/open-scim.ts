// SCIM's operations over the program's directory and changes, with what is kept beside the pool.
import { createHash, randomUUID } from "node:crypto";
import type { Config } from "../../../../pkg/config/config.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Pool } from "../../../../pkg/core/pool.ts";
import type { ScimSettings } from "../../../../pkg/core/scim-settings.ts";
import { createScimService } from "../../../../pkg/scim/create-service.ts";
import { mappingContext } from "../../../../pkg/scim/mapping/context.ts";
import type { ResourceKind } from "../../../../pkg/scim/resource.ts";
import type { ScimService } from "../../../../pkg/scim/service.ts";
import type { Context } from "../../process/context.ts";
import type { Runtime } from "../compose.ts";
import { noteLeftChanges } from "./left-changes.ts";
import { openListsThread } from "./lists-thread.ts";
import type { ScimState } from "./scim-state.ts";

export interface OpenScim {
  readonly service: ScimService;
  close(): Promise<void>;
}

export interface ScimSetup {
  readonly config: Config;
  readonly settings: ScimSettings;
  readonly state: ScimState;
  readonly runtime: Runtime;
  readonly context: Context;
  readonly baseUrl: string;
  /** A request had attributes that the pool has no place for. */
  readonly onDropped: (kind: ResourceKind, names: readonly string[]) => void;
}

export async function openScim(setup: ScimSetup): Promise<OpenScim> {
  const { config, settings, state, runtime, context, baseUrl, onDropped } = setup;
  const { records, inventory } = state;
  const { connector, directory, log } = runtime;
  const pool = async (signal: AbortSignal): Promise<Pool> =>
    (await connector.cachedPool(signal)) ?? (await directory.describePool(signal));
  // A damaged file is found now, and not by the first client.
  await records.open();
  const view = openListsThread({
    poolId: config.poolId,
    inventory: inventory.name,
    records,
    settings,
    baseUrl,
    pool,
    onUpkeepFailed: (error) => log.failure("what SCIM keeps could not be cleared of what is gone", error),
    signal: context.signal,
  });
  state.onPublished(() => view.published());
  if (config.provisioning.enabled) void noteLeft(setup);
  void sayMisfit(setup, pool);
  const service = createScimService({
    directory,
    provisioner: runtime.provisioner,
    userIdKind: config.userIdKind,
    records,
    view,
    settings,
    mayChange: config.provisioning.enabled,
    baseUrl,
    onDropped,
    now: context.now,
    newId: randomUUID,
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
  });
  return { service, close: () => view.close() };
}

/** Says at the start what would otherwise be found by the first request. Beside it: AWS may not answer yet. */
async function sayMisfit(
  { settings, runtime, context, baseUrl }: ScimSetup,
  poolOf: (signal: AbortSignal) => Promise<Pool>,
): Promise<void> {
  try {
    mappingContext(await poolOf(context.signal), settings, baseUrl);
  } catch (error) {
    // That AWS cannot be reached is said by others.
    if (error instanceof GovernanceError && error.code === "invalid-argument") {
      runtime.log.failure("the settings of SCIM do not fit the user pool: its requests fail", error);
    }
  }
}

/** Beside the start: callers need not wait for it. */
async function noteLeft({ config, state, runtime, context }: ScimSetup): Promise<void> {
  const { stateDir, poolId, userIdKind } = config;
  const { directory, log } = runtime;
  const { records } = state;
  const { now, signal } = context;
  try {
    await noteLeftChanges({ stateDir, poolId, userIdKind, directory, records, now, signal });
  } catch (error) {
    if (!signal.aborted)
      log.failure(
        "changes of an earlier process are in the lists of SCIM after the next reading only",
        error,
      );
  }
}
