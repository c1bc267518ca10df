// Several operations in one request, each as if it came by itself. Operations that name a bulkId wait for the one that
// creates it.

import { isRecord } from "../../core/unknown.ts";
import { isListValue, isObjectValue } from "../protocol/json.ts";
import { BULK_REQUEST_URN, BULK_RESPONSE_URN, type JsonObject, type JsonValue } from "../resource.ts";
import { badRequest, ScimError, scimErrorBody, scimErrorOf } from "../scim-error.ts";
import { scimRouteOf } from "./endpoints.ts";
import type { ScimLimits } from "./limits.ts";
import type { Perform, ScimAnswer, ScimRequest } from "./perform.ts";

interface BulkOperation {
  readonly method: string;
  readonly path: string;
  readonly bulkId: string | undefined;
  readonly version: string | undefined;
  readonly data: JsonValue | undefined;
  /** The bulkIds that path and data name. */
  readonly needs: readonly string[];
}

type BulkLimits = Pick<ScimLimits, "bulkOperations" | "idLength">;

const METHODS = ["POST", "PUT", "PATCH", "DELETE"];

export async function performBulk(
  request: ScimRequest,
  perform: Perform,
  limits: BulkLimits,
): Promise<ScimAnswer> {
  const { operations, failOnErrors } = bulkRequest(request.body, limits);
  const results = new Map<number, JsonObject>();
  const ids = new Map<string, string>();
  let errors = 0;

  async function run(operation: BulkOperation, at: number): Promise<void> {
    const outcome = await outcomeOf(operation, request, { perform, ids, limits });
    results.set(at, outcome.result);
    if (outcome.failed) errors += 1;
    else if (operation.bulkId !== undefined && outcome.id !== undefined) {
      ids.set(operation.bulkId, outcome.id);
    }
  }

  const open = new Map(operations.entries());
  const isFull = (): boolean => failOnErrors !== undefined && errors >= failOnErrors;
  while (open.size > 0 && !isFull()) {
    request.signal.throwIfAborted();
    const waitsFor = new Set([...open.values()].flatMap(({ bulkId }) => bulkId ?? []));
    const ready = [...open].find(([, { needs }]) => needs.every((id) => !waitsFor.has(id)));
    // What is left names each other in a circle: the first one fails for it.
    const [at, operation] = ready ?? [...open][0] ?? [];
    if (at === undefined || operation === undefined) break;
    open.delete(at);
    await run(operation, at);
  }

  const inOrder = [...results].toSorted(([a], [b]) => a - b).map(([, result]) => result);
  return {
    status: 200,
    headers: {},
    body: JSON.stringify({ schemas: [BULK_RESPONSE_URN], Operations: inOrder }),
  };
}

function bulkRequest(
  body: JsonValue | undefined,
  { bulkOperations }: BulkLimits,
): { readonly operations: readonly BulkOperation[]; readonly failOnErrors: number | undefined } {
  if (!isObjectValue(body)) throw badRequest("invalidSyntax", "the body must be a BulkRequest");
  const schemas = member(body, "schemas");
  const isBulk = Array.isArray(schemas) && schemas.some((urn) => urn === BULK_REQUEST_URN);
  if (!isBulk) throw badRequest("invalidSyntax", `schemas must contain ${BULK_REQUEST_URN}`);
  const given = member(body, "operations");
  if (!Array.isArray(given) || given.length === 0) {
    throw badRequest("invalidSyntax", "Operations must be a list that is not empty");
  }
  if (given.length > bulkOperations) {
    throw new ScimError(413, `a Bulk request has at most ${bulkOperations} operations (maxOperations)`);
  }
  const failOnErrors = member(body, "failOnErrors") ?? undefined;
  if (failOnErrors !== undefined && !(typeof failOnErrors === "number" && failOnErrors >= 1)) {
    throw badRequest("invalidValue", "failOnErrors must be a number from 1 up");
  }
  const operations = given.map(operationOf);
  const bulkIds = operations.flatMap(({ bulkId }) => bulkId ?? []);
  if (new Set(bulkIds).size < bulkIds.length) throw badRequest("invalidValue", "a bulkId is given twice");
  return { operations, failOnErrors };
}

function operationOf(given: JsonValue): BulkOperation {
  if (!isObjectValue(given)) throw badRequest("invalidSyntax", "each operation must be an object");
  const method = textOf(given, "method")?.toUpperCase();
  const path = textOf(given, "path");
  const bulkId = textOf(given, "bulkId");
  if (method === undefined || !METHODS.includes(method) || path === undefined) {
    throw badRequest("invalidSyntax", `each operation needs a path and a method: ${METHODS.join(", ")}`);
  }
  if (method === "POST" && (bulkId === undefined || bulkId === "")) {
    throw badRequest("invalidSyntax", "each POST needs a bulkId");
  }
  const data = member(given, "data");
  return {
    method,
    path,
    bulkId,
    version: textOf(given, "version"),
    data: data ?? undefined,
    needs: [...referencesIn(path), ...(data === undefined ? [] : referencesIn(data))],
  };
}

function member(object: JsonObject, name: string): JsonValue | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(object).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

function textOf(object: JsonObject, name: string): string | undefined {
  const value = member(object, name) ?? undefined;
  if (value === undefined || typeof value === "string") return value;
  throw badRequest("invalidSyntax", `${name} of an operation must be a text`);
}

const REFERENCE = /^bulkId:(.+)$/i;
const REFERENCE_IN_PATH = /(?<=\/)bulkId:([^/]+)/gi;

/** A whole text in the data, a segment in a path. */
function referencesIn(value: JsonValue): string[] {
  if (typeof value === "string") {
    const whole = REFERENCE.exec(value)?.[1];
    return whole === undefined ? [...value.matchAll(REFERENCE_IN_PATH)].map(([, id = ""]) => id) : [whole];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(referencesIn) : [];
}

interface Around {
  readonly perform: Perform;
  /** Of what has been created, by bulkId. */
  readonly ids: ReadonlyMap<string, string>;
  readonly limits: BulkLimits;
}

interface BulkOutcome {
  readonly result: JsonObject;
  readonly failed: boolean;
  readonly id: string | undefined;
}

async function outcomeOf(
  operation: BulkOperation,
  request: ScimRequest,
  around: Around,
): Promise<BulkOutcome> {
  const { method, bulkId } = operation;
  const named = { method, ...(bulkId !== undefined && { bulkId }) };
  try {
    const answer = await around.perform(requestOf(operation, request, around));
    const { location, etag } = answer.headers;
    const result = {
      ...named,
      ...(location !== undefined && { location }),
      ...(etag !== undefined && { version: etag }),
      status: String(answer.status),
    };
    return { result, failed: false, id: method === "POST" ? idIn(answer) : undefined };
  } catch (error) {
    // The rest of the request is not made for a caller who has left.
    request.signal.throwIfAborted();
    const failure = scimErrorOf(error);
    const result = { ...named, status: String(failure.status), response: scimErrorBody(failure) };
    return { result, failed: true, id: undefined };
  }
}

function requestOf(operation: BulkOperation, request: ScimRequest, { ids, limits }: Around): ScimRequest {
  const missing = operation.needs.find((id) => !ids.has(id));
  if (missing !== undefined) {
    throw new ScimError(409, "the operation names a bulkId that nothing was created for");
  }
  const path = operation.path.replace(REFERENCE_IN_PATH, (_whole, id: string) =>
    encodeURIComponent(ids.get(id) ?? ""),
  );
  const [pathname = "", query] = path.split("?");
  const route = query === undefined ? scimRouteOf(pathname, limits.idLength) : undefined;
  if (route === undefined) throw new ScimError(404, "the path of the operation is not served");
  return {
    ...request,
    route,
    method: operation.method,
    parameters: new Map(),
    body: operation.data === undefined ? undefined : resolved(operation.data, ids),
    meaning: {
      ...request.meaning,
      ifMatch: operation.version,
      ifNoneMatch: undefined,
      prefers: "minimal",
    },
  };
}

function resolved(value: JsonValue, ids: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === "string") {
    const id = REFERENCE.exec(value)?.[1];
    if (id !== undefined) return ids.get(id) ?? value;
    return value.replace(REFERENCE_IN_PATH, (_whole, name: string) =>
      encodeURIComponent(ids.get(name) ?? ""),
    );
  }
  if (typeof value !== "object" || value === null) return value;
  if (isListValue(value)) return value.map((inner) => resolved(inner, ids));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(inner, ids)]));
}

function idIn({ body }: ScimAnswer): string | undefined {
  const resource: unknown = JSON.parse(typeof body === "string" ? body : "null");
  const id = isRecord(resource) ? resource["id"] : undefined;
  return typeof id === "string" ? id : undefined;
}
