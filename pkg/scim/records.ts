import type { EpochMs } from "../core/clock.ts";
import type { Group } from "../core/group.ts";
import type { User } from "../core/user.ts";
import type { JsonObject, ResourceKind } from "./resource.ts";

/** What a client wrote and the pool cannot hold as it was written. */
export interface KeptValues {
  readonly externalId: string | undefined;
  readonly displayName: string | undefined;
  /** Attributes as they were sent, by canonical names. */
  readonly values: JsonObject;
}

export interface KeptResource extends KeptValues {
  readonly kind: ResourceKind;
  /** The `sub` of a user, the name of a group. */
  readonly id: string;
  /** Removed by a client while `--scim-deprovision` is `disable`: not shown until a client creates it again. */
  readonly hidden: boolean;
}

/** What this program has changed in the pool. */
export type OwnWrite =
  | { readonly kind: "user"; readonly user: User }
  | { readonly kind: "user-deleted"; readonly sub: string }
  | { readonly kind: "group"; readonly group: Group }
  | { readonly kind: "group-deleted"; readonly name: string }
  | { readonly kind: "member-added" | "member-removed"; readonly group: string; readonly sub: string };

/** A POST of several parts that has begun. */
export interface UnfinishedRequest {
  /** The same for the retry of the request: made of its kind and unique name. */
  readonly key: string;
  readonly kind: ResourceKind;
  /**
   * What it is known to have created: the `sub` of a user, name and creation date of a group, which may be made again under its
   * name. Undefined: not known.
   */
  readonly id: string | undefined;
}

export interface BegunRequest extends UnfinishedRequest {
  /** When the last attempt began that found nothing in its way, by the clock of this machine. */
  readonly begunAt: EpochMs;
}

/** What SCIM keeps beside the pool. */
export interface ScimRecords {
  /** `displayName` and `userName` are found in any letter case, the others exactly. */
  find(
    kind: ResourceKind,
    by: "id" | "externalId" | "displayName" | "userName",
    value: string,
    signal: AbortSignal,
  ): Promise<readonly KeptResource[]>;
  findMany(kind: ResourceKind, ids: readonly string[]): Promise<ReadonlyMap<string, KeptResource>>;
  /**
   * Rejects with `already-exists`, naming the attribute, when the externalId, or the displayName of a group, belongs to
   * another resource of the kind.
   */
  keep(resource: KeptResource): Promise<void>;
  forget(kind: ResourceKind, id: string): Promise<void>;
  /** The newest reading of each. Lists show it until a run of the inventory that began later is published. */
  wrote(writes: readonly OwnWrite[]): Promise<void>;
  /** What an earlier attempt has recorded that has not ended. */
  unfinished(key: string): Promise<BegunRequest | undefined>;
  /** Records that the request has begun now, or what it has created. Resolves with what was recorded before. */
  begin(request: UnfinishedRequest): Promise<BegunRequest | undefined>;
  done(key: string): Promise<void>;
  close(): Promise<void>;
}
