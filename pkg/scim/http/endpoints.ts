// Which path is which endpoint. Bulk uses it too, for the paths of its operations.
import type { ResourceKind } from "../resource.ts";
import { badRequest, ScimError } from "../scim-error.ts";

export type Endpoint =
  | { readonly is: "collection"; readonly kind: ResourceKind }
  | { readonly is: "resource"; readonly kind: ResourceKind; readonly id: string }
  | { readonly is: "search"; readonly kinds: readonly ResourceKind[] }
  | { readonly is: "bulk" }
  | { readonly is: "me" }
  | { readonly is: "service-provider-config" }
  | { readonly is: "resource-types" | "schemas"; readonly id: string | undefined };

/** A path that there is. */
export interface ScimRoute {
  readonly endpoint: Endpoint;
  /** For logs and metrics: the path without ids, such as `/Users/{id}`. */
  readonly name: string;
  readonly methods: readonly string[];
}

/** The name of each route, for metrics. */
export const SCIM_ENDPOINTS = [
  "/Users",
  "/Users/{id}",
  "/Users/.search",
  "/Groups",
  "/Groups/{id}",
  "/Groups/.search",
  "/.search",
  "/Bulk",
  "/Me",
  "/ServiceProviderConfig",
  "/ResourceTypes",
  "/ResourceTypes/{id}",
  "/Schemas",
  "/Schemas/{id}",
] as const;

const COLLECTIONS: ReadonlyMap<string, ResourceKind> = new Map([
  ["Users", "User"],
  ["Groups", "Group"],
]);

/** The singular is what one suite asks for. */
const DISCOVERY: ReadonlyMap<string, "resource-types" | "schemas"> = new Map([
  ["ResourceTypes", "resource-types"],
  ["ResourceType", "resource-types"],
  ["Schemas", "schemas"],
]);

const COLLECTION_METHODS = ["GET", "POST"];
const RESOURCE_METHODS = ["GET", "PUT", "PATCH", "DELETE"];
const ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/**
 * The route of a path below the base, whatever slashes are at its end. Undefined: no such path. Throws a ScimError for a
 * path that is not UTF-8.
 */
export function scimRouteOf(path: string, idLength: number): ScimRoute | undefined {
  const segments = segmentsOf(path);
  const [first = "", second, ...more] = segments ?? [];
  if (segments === undefined || more.length > 0) return undefined;
  const kind = COLLECTIONS.get(first);
  if (kind !== undefined) return collectionRoute(first, kind, second, idLength);
  const discovery = DISCOVERY.get(first);
  if (discovery !== undefined) {
    const name = discovery === "schemas" ? "/Schemas" : "/ResourceTypes";
    return {
      endpoint: { is: discovery, id: second },
      name: second === undefined ? name : `${name}/{id}`,
      methods: ["GET"],
    };
  }
  if (second !== undefined) return undefined;
  switch (first) {
    case ".search":
      return { endpoint: { is: "search", kinds: ["User", "Group"] }, name: "/.search", methods: ["POST"] };
    case "Bulk":
      return { endpoint: { is: "bulk" }, name: "/Bulk", methods: ["POST"] };
    case "Me":
      return { endpoint: { is: "me" }, name: "/Me", methods: ANY_METHOD };
    case "ServiceProviderConfig":
      return {
        endpoint: { is: "service-provider-config" },
        name: "/ServiceProviderConfig",
        methods: ["GET"],
      };
    default:
      return undefined;
  }
}

function collectionRoute(
  first: string,
  kind: ResourceKind,
  id: string | undefined,
  idLength: number,
): ScimRoute | undefined {
  const name = `/${first}`;
  if (id === undefined) return { endpoint: { is: "collection", kind }, name, methods: COLLECTION_METHODS };
  if (id === ".search") {
    return { endpoint: { is: "search", kinds: [kind] }, name: `${name}/.search`, methods: ["POST"] };
  }
  if (id.length > idLength) return undefined;
  return { endpoint: { is: "resource", kind, id }, name: `${name}/{id}`, methods: RESOURCE_METHODS };
}

/** Each decoded once, so that an encoded slash stays in its id. Undefined for a path that no resource has. */
function segmentsOf(path: string): readonly string[] | undefined {
  const raw = withoutEndingSlashes(path).split("/").slice(1);
  const segments = raw.map(decoded);
  return segments.some((segment) => segment === "" || segment === "." || segment === "..")
    ? undefined
    : segments;
}

/** By hand: the pattern `/\/+$/` takes time that grows with the square of the slashes, and anybody may send them. */
function withoutEndingSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end -= 1;
  return path.slice(0, end);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest("invalidSyntax", "the path is not percent-encoded UTF-8");
  }
}

/** What a path needs of its caller. An unknown path says nothing to a caller that may not read. */
export function neededRole(method: string, route: ScimRoute | undefined): "read" | "provision" {
  const reads = method === "GET" || method === "HEAD" || route?.endpoint.is === "search";
  return reads || route === undefined || !route.methods.includes(method) ? "read" : "provision";
}

export function methodNotAllowed({ name, methods }: ScimRoute): ScimError {
  const allow = methods.includes("GET") ? ["GET", "HEAD", ...methods.slice(1)] : methods;
  return new ScimError(405, `${name} has no such method`, { headers: { allow: allow.join(", ") } });
}
