import type { ClientMetadata } from "../core/client-metadata.ts";
import type { ListAnswer } from "./pool-view.ts";
import type { JsonValue, Projection, ResourceKind, ScimResource } from "./resource.ts";
import type { ResourceSchemas } from "./schema/attribute.ts";

/** What is known of a request beside its resource and body. */
export interface ScimCall {
  /** The name of the caller, as in the audit log. */
  readonly caller: string;
  readonly dryRun: boolean;
  /** The text of the header. */
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly projection: Projection;
  /** Why the change is asked for; the audit log keeps it. */
  readonly justification?: string | undefined;
  /** Whether a user who loses a group is signed out too; the setting decides where it is missing. */
  readonly endSessions?: boolean | undefined;
  /** For the Lambda triggers of the pool. */
  readonly clientMetadata?: ClientMetadata | undefined;
  readonly signal: AbortSignal;
}

/** A query as it was sent, numbers read. */
export interface ScimQuery {
  readonly kinds: readonly ResourceKind[];
  readonly filter: string | undefined;
  readonly sortBy: string | undefined;
  readonly descending: boolean;
  /** Undefined with a cursor; else from 1. */
  readonly startIndex: number | undefined;
  /** "" begins; undefined for a page by index. */
  readonly cursor: string | undefined;
  /** Never above the largest page. */
  readonly count: number;
}

/**
 * The operations of SCIM over one pool. They reject with a ScimError, or with a GovernanceError that `scimErrorOf` gives a
 * status. A resource is answered whole, with `meta.version`; the projection says which parts need not be read. The resources
 * of a list have only the attributes of the projection.
 */
export interface ScimService {
  get(kind: ResourceKind, id: string, call: ScimCall): Promise<ScimResource>;
  list(query: ScimQuery, call: ScimCall): Promise<ListAnswer>;
  create(kind: ResourceKind, body: JsonValue, call: ScimCall): Promise<ScimResource>;
  replace(kind: ResourceKind, id: string, body: JsonValue, call: ScimCall): Promise<ScimResource>;
  patch(kind: ResourceKind, id: string, body: JsonValue, call: ScimCall): Promise<ScimResource>;
  remove(kind: ResourceKind, id: string, call: ScimCall): Promise<void>;
  /** Of users, then of groups. */
  schemas(): Promise<readonly ResourceSchemas[]>;
}
