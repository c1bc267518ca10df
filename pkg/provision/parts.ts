import type { Directory } from "../core/directory.ts";
import type { DirectoryWriter } from "../core/directory-writer.ts";
import type { Changes } from "./changes.ts";
import type { UserFinder } from "./find-user.ts";
import type { ProvisionOptions } from "./options.ts";
import type { ProvisioningPolicy } from "./provisioning-policy.ts";

/** What every family of changes works with. */
export interface Parts {
  readonly directory: Directory & DirectoryWriter;
  readonly users: UserFinder;
  readonly guard: ProvisioningPolicy;
  readonly changes: Changes;
  readonly options: ProvisionOptions;
}
