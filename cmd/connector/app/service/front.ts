import type { Config } from "../../../../pkg/config/config.ts";
import type { ProvisioningVerbs } from "../../../../pkg/connector/provisioning/verbs.ts";
import type { LogFields } from "../../../../pkg/ops/log-fields.ts";
import type { LastSyncRecord } from "../../../../pkg/ops/metrics/last-sync.ts";
import type { AccessControl } from "../../../../pkg/security/access-control.ts";
import type { Context } from "../../process/context.ts";
import type { Runtime } from "../compose.ts";
import type { PlatformRecord } from "../platform/platform-record.ts";
import type { ScimState } from "../scim/scim-state.ts";
import type { ServiceTelemetry } from "./service-telemetry.ts";

/** What every front is built from. */
export interface Service {
  readonly config: Config;
  readonly context: Context;
  readonly runtime: Runtime;
  readonly telemetry: ServiceTelemetry;
  /** Who may connect and call, on every front. */
  readonly access: AccessControl;
  /** The write verbs of the Baton protocol. Undefined when provisioning is off. */
  readonly provisioning: ProvisioningVerbs | undefined;
  readonly lastSync: LastSyncRecord;
  /** What SCIM keeps; undefined where it is not served. */
  readonly scim: ScimState | undefined;
  /** The platform's tasks, for metrics and the health page. */
  readonly tasks: PlatformRecord;
}

/** One thing that the service does for others: an endpoint that it serves, or work that it does by a schedule. */
export interface Front {
  /** For the log, such as `the gRPC server`. */
  readonly name: string;
  /** Begins. Resolves with the line that the log gets when the front is ready; some fronts log by themselves. */
  open(): Promise<ReadyLine | undefined>;
  /** Rejects when the front cannot go on. The service then ends, with this error. */
  readonly failed?: Promise<never>;
  /** Takes nothing new, waits up to the grace for what is running, then cuts it. Also called when `open` has failed. */
  close(graceMs: number): Promise<void>;
}

export interface ReadyLine {
  readonly message: string;
  readonly fields: LogFields;
}

/** Builds one front without opening it. Undefined when the settings do not ask for it. */
export type CreateFront = (service: Service) => Front | undefined;
