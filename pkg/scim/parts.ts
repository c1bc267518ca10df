import type { EpochClock } from "../core/clock.ts";
import type { Directory } from "../core/directory.ts";
import type { ScimSettings } from "../core/scim-settings.ts";
import type { User } from "../core/user.ts";
import type { GroupLookup } from "../provision/group-lookup.ts";
import type { Provisioner, UserRef, WriteContext } from "../provision/provisioner.ts";
import type { MappingContext } from "./mapping/context.ts";
import type { OneWriter } from "./one-writer.ts";
import type { PoolView } from "./pool-view.ts";
import type { ScimRecords } from "./records.ts";
import type { ResourceKind } from "./resource.ts";
import type { ScimCall } from "./service.ts";
import type { UserReader } from "./users/user-reader.ts";

/** What the service is made of. */
export interface ScimServiceOptions {
  readonly directory: Directory;
  readonly provisioner: Provisioner;
  /** What the provisioner takes as the id of a user (`--user-id`). */
  readonly userIdKind: "sub" | "username";
  readonly records: ScimRecords;
  readonly view: PoolView;
  readonly settings: ScimSettings;
  /** Whether anything may be changed (`--provisioning`), in the pool or beside it. */
  readonly mayChange: boolean;
  /** What clients know as the base URL, without a slash at its end. */
  readonly baseUrl: string;
  readonly now: EpochClock;
  /** A UUID. */
  readonly newId: () => string;
  /** Hex SHA-256 of a text. */
  readonly sha256: (text: string) => string;
  /** A request has attributes that the pool does not have; they are left out. Must not throw. */
  readonly onDropped?: ((kind: ResourceKind, names: readonly string[]) => void) | undefined;
}

/** What every operation works with. */
export interface ScimParts extends ScimServiceOptions {
  readonly context: (signal: AbortSignal) => Promise<MappingContext>;
  readonly users: UserReader;
  readonly groups: GroupLookup;
  readonly writer: OneWriter;
}

export function scimWriteContext(call: ScimCall): WriteContext {
  const { caller, dryRun, justification, endSessions, clientMetadata } = call;
  return { requester: { via: "scim", name: caller }, dryRun, justification, endSessions, clientMetadata };
}

export function scimUserRef({ userIdKind }: Pick<ScimServiceOptions, "userIdKind">, user: UserIds): UserRef {
  const { sub, username } = user;
  return { by: "id", value: userIdKind === "sub" ? sub : username, account: { sub, username } };
}

type UserIds = Pick<User, "sub" | "username">;

export function noteDropped(
  { onDropped }: Pick<ScimServiceOptions, "onDropped">,
  kind: ResourceKind,
  names: readonly string[],
): void {
  // That passwords are ignored is a setting.
  const others = names.filter((name) => name !== "password");
  if (others.length > 0) onDropped?.(kind, others);
}
