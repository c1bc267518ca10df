// SCIM's operations over the program's directory and changes, with what is kept beside the pool.
import { createHash, randomUUID } from "node:crypto";
import type { Config } from "../../../../pkg/config/config.ts";
import type { Clocks } from "../../../../pkg/core/clock.ts";
import type { ScimSettings } from "../../../../pkg/core/scim-settings.ts";
import { createScimService } from "../../../../pkg/scim/create-service.ts";
import type { PoolView } from "../../../../pkg/scim/pool-view.ts";
import { ScimError } from "../../../../pkg/scim/scim-error.ts";
import type { ScimService } from "../../../../pkg/scim/service.ts";
import { createScimRecords } from "../../../../pkg/scim-records/sqlite-records.ts";
import type { Runtime } from "../compose.ts";

export interface OpenScim {
  readonly service: ScimService;
  close(): Promise<void>;
}

export interface ScimSetup {
  readonly config: Config;
  readonly settings: ScimSettings;
  readonly runtime: Runtime;
  readonly clocks: Clocks;
  readonly baseUrl: string;
}

export async function openScim(setup: ScimSetup): Promise<OpenScim> {
  const { config, settings, runtime, clocks, baseUrl } = setup;
  const records = createScimRecords({ stateDir: config.stateDir, poolId: config.poolId }, clocks.now);
  const view = noView();
  const service = createScimService({
    directory: runtime.directory,
    provisioner: runtime.provisioner,
    userIdKind: config.userIdKind,
    records,
    view,
    settings,
    baseUrl,
    now: clocks.now,
    newId: randomUUID,
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
  });
  return {
    service,
    async close() {
      await view.close();
      await records.close();
    },
  };
}

function noView(): PoolView {
  return {
    list: () =>
      Promise.reject(
        new ScimError(503, "the pool has not been read yet; lists are answered afterwards", {
          retryAfterSeconds: 5,
        }),
      ),
    candidates: async () => [],
    async close() {},
  };
}
