// One request, from its parts to its answer. A GET of Bulk's operations and one over HTTP are the same here.
import { Buffer } from "node:buffer";
import type { EpochClock } from "../../core/clock.ts";
import type { ScimSettings } from "../../core/scim-settings.ts";
import type { ListAnswer } from "../pool-view.ts";
import { isObjectValue } from "../protocol/json.ts";
import { project } from "../protocol/projection.ts";
import {
  type JsonObject,
  type JsonValue,
  LIST_URN,
  type Projection,
  type ResourceKind,
  type ScimResource,
} from "../resource.ts";
import { type ScimFeatures, serviceProviderConfig } from "../schema/documents.ts";
import { badRequest, ScimError } from "../scim-error.ts";
import type { ScimCall, ScimService } from "../service.ts";
import { discovered } from "./discovery.ts";
import { methodNotAllowed, type ScimRoute } from "./endpoints.ts";
import { freeBytes } from "./free-bytes.ts";
import type { ScimLimits } from "./limits.ts";
import { type Parameters, projectionOf, searchParameters, sentQuery } from "./list-parameters.ts";
import { namesVersion, type RequestMeaning } from "./request-headers.ts";

export interface ScimRequest {
  readonly route: ScimRoute;
  readonly method: string;
  readonly parameters: Parameters;
  /** Undefined: the request has none. */
  readonly body: JsonValue | undefined;
  readonly meaning: RequestMeaning;
  readonly caller: string;
  readonly signal: AbortSignal;
}

export interface ScimAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, as text or as its bytes in UTF-8, which are freed once they are sent; undefined: the answer has no body. */
  readonly body: string | Uint8Array | undefined;
}

export interface PerformerOptions {
  readonly service: ScimService;
  /** What ServiceProviderConfig says. */
  readonly features: ScimFeatures;
  /** Known once the address is open. */
  readonly baseUrl: () => string;
  readonly patchAnswer: ScimSettings["patchAnswer"];
  readonly limits: Pick<ScimLimits, "defaultPage" | "largestPage">;
  readonly now: EpochClock;
}

/** Rejects with what `scimErrorOf` takes. Bulk is not among it. */
export type Perform = (request: ScimRequest) => Promise<ScimAnswer>;

export function createPerformer(options: PerformerOptions): Perform {
  const { service, limits, now } = options;

  async function projected(
    kind: ResourceKind,
    resource: ScimResource,
    projection: Projection,
  ): Promise<string> {
    const schemas = (await service.schemas()).find((each) => each.kind === kind);
    return JSON.stringify(schemas === undefined ? resource : project(resource, projection, schemas));
  }

  async function list(kinds: readonly ResourceKind[], from: Parameters, call: ScimCall): Promise<ScimAnswer> {
    const answer = await service.list(sentQuery(from, kinds, limits), call);
    return { status: 200, headers: ageOf(answer, now()), body: listBody(answer) };
  }

  async function collection(kind: ResourceKind, request: ScimRequest, call: ScimCall): Promise<ScimAnswer> {
    if (request.method === "GET") return await list([kind], request.parameters, call);
    const resource = await service.create(kind, bodyOf(request), call);
    return {
      // A dry run has created nothing.
      status: call.dryRun ? 200 : 201,
      headers: resourceHeaders(resource),
      body: await projected(kind, resource, call.projection),
    };
  }

  async function one(
    kind: ResourceKind,
    id: string,
    request: ScimRequest,
    call: ScimCall,
  ): Promise<ScimAnswer> {
    const { ifNoneMatch } = call;
    switch (request.method) {
      case "GET": {
        const resource = await service.get(kind, id, call);
        const headers = resourceHeaders(resource);
        const version = headers["etag"];
        if (ifNoneMatch !== undefined && version !== undefined && namesVersion(ifNoneMatch, version)) {
          return { status: 304, headers, body: undefined };
        }
        return { status: 200, headers, body: await projected(kind, resource, call.projection) };
      }
      case "PUT": {
        const resource = await service.replace(kind, id, bodyOf(request), call);
        const body = await projected(kind, resource, call.projection);
        return { status: 200, headers: resourceHeaders(resource), body };
      }
      case "PATCH":
        return await patch(kind, id, request, call);
      default:
        await service.remove(kind, id, call);
        return { status: 204, headers: {}, body: undefined };
    }
  }

  async function patch(
    kind: ResourceKind,
    id: string,
    request: ScimRequest,
    call: ScimCall,
  ): Promise<ScimAnswer> {
    const answers = patchAnswers(kind, request.meaning.prefers, call.projection);
    // Nobody gets the members, so they are not read.
    const projection = answers ? call.projection : { excludedAttributes: ["members", "groups"] };
    const resource = await service.patch(kind, id, bodyOf(request), { ...call, projection });
    const headers = resourceHeaders(resource);
    if (!answers) return { status: 204, headers, body: undefined };
    return { status: 200, headers, body: await projected(kind, resource, projection) };
  }

  function patchAnswers(
    kind: ResourceKind,
    prefers: RequestMeaning["prefers"],
    { attributes, excludedAttributes }: Projection,
  ): boolean {
    if (prefers !== undefined) return prefers === "representation";
    if (attributes !== undefined || excludedAttributes !== undefined) return true;
    return options.patchAnswer === "auto" ? kind === "User" : options.patchAnswer === "resource";
  }

  return async (request) => {
    const { route, method } = request;
    const { endpoint } = route;
    const asked = method === "HEAD" ? "GET" : method;
    if (!route.methods.includes(asked)) throw methodNotAllowed(route);
    switch (endpoint.is) {
      case "collection":
        return await collection(
          endpoint.kind,
          { ...request, method: asked },
          callOf(request, request.parameters),
        );
      case "resource":
        return await one(
          endpoint.kind,
          endpoint.id,
          { ...request, method: asked },
          callOf(request, request.parameters),
        );
      case "search": {
        const parameters = searchParameters(request.body);
        return await list(endpoint.kinds, parameters, callOf(request, parameters));
      }
      case "service-provider-config":
        requireNoFilter(request.parameters);
        return json(serviceProviderConfig(options.features, options.baseUrl()));
      case "resource-types":
      case "schemas":
        requireNoFilter(request.parameters);
        return json(discovered(endpoint.is, endpoint.id, await service.schemas(), options.baseUrl()));
      case "me":
        throw new ScimError(501, "there is no /Me here: a caller is a program and not a user of the pool");
      case "bulk":
        throw badRequest("invalidValue", "a Bulk request cannot contain another one");
    }
  };
}

function callOf({ meaning, caller, signal }: ScimRequest, parameters: Parameters): ScimCall {
  return {
    caller,
    signal,
    dryRun: meaning.dryRun,
    ifMatch: meaning.ifMatch,
    ifNoneMatch: meaning.ifNoneMatch,
    justification: meaning.justification,
    endSessions: meaning.endSessions,
    clientMetadata: meaning.clientMetadata,
    projection: projectionOf(parameters),
  };
}

function bodyOf({ body }: ScimRequest): JsonObject {
  if (isObjectValue(body)) return body;
  throw badRequest("invalidSyntax", "the body must be a JSON object");
}

function json(document: JsonObject): ScimAnswer {
  return { status: 200, headers: {}, body: JSON.stringify(document) };
}

/** By RFC 7644, section 4: these documents are not searched. */
function requireNoFilter(parameters: Parameters): void {
  if (parameters.has("filter")) throw new ScimError(403, "these documents cannot be filtered");
}

function resourceHeaders(resource: ScimResource): Record<string, string> {
  const { meta } = resource;
  if (!isObjectValue(meta)) return {};
  const { version, location } = meta;
  return {
    ...(typeof version === "string" && { etag: version }),
    ...(typeof location === "string" && { location }),
  };
}

function ageOf({ readAt }: ListAnswer, nowMs: number): Record<string, string> {
  if (readAt === undefined) return {};
  return { age: String(Math.max(0, Math.floor((nowMs - readAt.getTime()) / 1000))) };
}

function listBody(answer: ListAnswer): string | Uint8Array {
  const { totalResults, startIndex, itemsPerPage, resources, nextCursor } = answer;
  const numbers = JSON.stringify({
    schemas: [LIST_URN],
    totalResults,
    itemsPerPage,
    ...(startIndex !== undefined && { startIndex }),
    ...(nextCursor !== undefined && { nextCursor }),
  });
  const head = `${numbers.slice(0, -1)},"Resources":`;
  if (typeof resources === "string") return `${head}${resources}}`;
  const body = Buffer.concat([Buffer.from(head), resources, Buffer.from("}")]);
  freeBytes(resources);
  return body;
}
