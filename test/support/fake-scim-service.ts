import type { ScimLimits } from "../../pkg/scim/http/limits.ts";
import { createPerformer, type PerformerOptions } from "../../pkg/scim/http/perform.ts";
import type { ListAnswer } from "../../pkg/scim/pool-view.ts";
import type { JsonValue, ResourceKind, ScimResource } from "../../pkg/scim/resource.ts";
import type { ResourceSchemas } from "../../pkg/scim/schema/attribute.ts";
import { ScimError } from "../../pkg/scim/scim-error.ts";
import type { ScimCall, ScimQuery, ScimService } from "../../pkg/scim/service.ts";

const BASE_URL = "https://scim.example.org/scim/v2";

/** What reached the service, in order. */
export interface ScimServiceCall {
  readonly operation: keyof ScimService;
  readonly kind?: ResourceKind;
  readonly id?: string;
  readonly body?: JsonValue;
  readonly query?: ScimQuery;
  readonly call?: ScimCall;
}

export interface FakeScimService extends ScimService {
  readonly calls: readonly ScimServiceCall[];
}

/** A resource as every operation answers it. */
export function fakeResource(kind: ResourceKind, id: string): ScimResource {
  const folder = `${kind}s`;
  return {
    schemas: [`urn:ietf:params:scim:schemas:core:2.0:${kind}`],
    id,
    displayName: `the ${kind}`,
    meta: {
      resourceType: kind,
      version: 'W/"v1"',
      location: `${BASE_URL}/${folder}/${encodeURIComponent(id)}`,
    },
  };
}

const SCHEMAS: readonly ResourceSchemas[] = (["User", "Group"] as const).map((kind) => ({
  kind,
  core: {
    id: `urn:ietf:params:scim:schemas:core:2.0:${kind}`,
    name: kind,
    description: kind,
    attributes: [
      {
        name: "displayName",
        type: "string",
        multiValued: false,
        required: true,
        caseExact: false,
        mutability: "readWrite",
        returned: "default",
        uniqueness: "none",
        description: "",
      },
    ],
  },
  extensions: [],
}));

/** What answers the requests of the HTTP front, whatever carries them. */
export function performerOver(
  service: ScimService,
  limits: ScimLimits,
  more: Pick<PerformerOptions, "patchAnswer" | "now">,
) {
  return createPerformer({
    ...more,
    service,
    features: {
      maxOperations: limits.bulkOperations,
      maxPayloadBytes: limits.bulkBytes,
      maxResults: limits.largestPage,
      defaultPageSize: limits.defaultPage,
      cursorSeconds: 600,
      changePassword: false,
    },
    baseUrl: () => BASE_URL,
    limits,
  });
}

/** Answers every operation, but a `missing` id with 404; `over` replaces operations. */
export function fakeScimService(over: Partial<ScimService> = {}): FakeScimService {
  const calls: ScimServiceCall[] = [];
  let created = 0;
  const one = (kind: ResourceKind, id: string): ScimResource => {
    if (id === "missing") throw new ScimError(404, `there is no such ${kind}`);
    return fakeResource(kind, id);
  };
  const answer: ListAnswer = {
    totalResults: 1,
    startIndex: 1,
    itemsPerPage: 1,
    resources: '[{"id":"u-1"}]',
    nextCursor: undefined,
    readAt: undefined,
  };
  return {
    calls,
    async get(kind, id, call) {
      calls.push({ operation: "get", kind, id, call });
      return await (over.get?.(kind, id, call) ?? one(kind, id));
    },
    async list(query, call) {
      calls.push({ operation: "list", query, call });
      return await (over.list?.(query, call) ?? answer);
    },
    async create(kind, body, call) {
      calls.push({ operation: "create", kind, body, call });
      created += 1;
      return await (over.create?.(kind, body, call) ?? one(kind, `new-${created}`));
    },
    async replace(kind, id, body, call) {
      calls.push({ operation: "replace", kind, id, body, call });
      return await (over.replace?.(kind, id, body, call) ?? one(kind, id));
    },
    async patch(kind, id, body, call) {
      calls.push({ operation: "patch", kind, id, body, call });
      return await (over.patch?.(kind, id, body, call) ?? one(kind, id));
    },
    async remove(kind, id, call) {
      calls.push({ operation: "remove", kind, id, call });
      if (over.remove === undefined) one(kind, id);
      else await over.remove(kind, id, call);
    },
    schemas: async () => (await over.schemas?.()) ?? SCHEMAS,
  };
}
