import type { Any } from "@bufbuild/protobuf/wkt";
import type { Pool } from "../../core/pool.ts";
import type {
  CreateAccountRequest,
  CreateAccountResponse,
  CreateResourceRequest,
  CreateResourceResponse,
  GrantManagerServiceGrantRequest,
  GrantManagerServiceGrantResponse,
  GrantManagerServiceRevokeRequest,
  GrantManagerServiceRevokeResponse,
  ResourceId,
  RotateCredentialRequest,
  RotateCredentialResponse,
} from "../../protocol/messages.ts";
import type { Provisioner, WriteContext } from "../../provision/provisioner.ts";
import type { Actions } from "../actions/actions.ts";
import type { UserIdKind } from "../connector.ts";
import type { PasswordSealing } from "./sealing.ts";

export type { WriteContext } from "../../provision/provisioner.ts";

/** The answer to a deletion, the same in both versions of the verb. */
interface Deleted {
  readonly annotations: Any[];
}

/** What the verbs are made of. */
export interface ProvisioningOptions {
  readonly provisioner: Provisioner;
  readonly poolId: string;
  readonly userIdKind: UserIdKind;
  /** `Connector.cachedPool`, read before a change so that it cannot fail after the change. */
  readonly pool: (signal: AbortSignal) => Promise<Pool | undefined>;
  readonly sealing: PasswordSealing;
  readonly actions: Actions;
}

/**
 * The verbs that change the pool, in the protocol's messages. All reject with a GovernanceError, `invalid-argument`
 * naming the field. The answer to a dry run carries a `google.protobuf.Struct` of `dry_run` and `would_call`.
 */
export interface ProvisioningVerbs {
  grant(
    request: GrantManagerServiceGrantRequest,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<GrantManagerServiceGrantResponse>;
  /** Only group and principal count: the grant's id may be a placeholder of the platform. */
  revoke(
    request: GrantManagerServiceRevokeRequest,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<GrantManagerServiceRevokeResponse>;
  createAccount(
    request: CreateAccountRequest,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<CreateAccountResponse>;
  rotateCredential(
    request: RotateCredentialRequest,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<RotateCredentialResponse>;
  createResource(
    request: CreateResourceRequest,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<CreateResourceResponse>;
  /** Succeeds for a user or group that does not exist. */
  deleteResource(
    request: { readonly resourceId?: ResourceId | undefined },
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Deleted>;
  readonly actions: Actions;
}
