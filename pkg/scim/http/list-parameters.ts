// The parameters of lists and projections, from a query or from the body of a search. Unknown ones are ignored.
import { isObjectValue } from "../protocol/json.ts";
import type { JsonValue, Projection, ResourceKind } from "../resource.ts";
import { badRequest } from "../scim-error.ts";
import type { ScimQuery } from "../service.ts";

/** The known parameters, by their canonical names. */
export type Parameters = ReadonlyMap<ListParameter, JsonValue>;

const NAMES = [
  "filter",
  "sortBy",
  "sortOrder",
  "startIndex",
  "count",
  "cursor",
  "attributes",
  "excludedAttributes",
] as const;

type ListParameter = (typeof NAMES)[number];

const NAME_OF: ReadonlyMap<string, ListParameter> = new Map(NAMES.map((name) => [name.toLowerCase(), name]));

/** Of the part of the URL behind `?`. Empty parameters, as a stray `&` leaves them, are ignored. */
export function queryParameters(query: string): Parameters {
  const found = new Map<ListParameter, string>();
  for (const part of query.split("&")) {
    const at = part.indexOf("=");
    const name = NAME_OF.get((at < 0 ? part : part.slice(0, at)).trim().toLowerCase());
    if (name === undefined) continue;
    if (found.has(name)) throw badRequest("invalidValue", `${name} is given twice`);
    found.set(name, at < 0 ? "" : decoded(name, part.slice(at + 1)));
  }
  return found;
}

function decoded(name: string, text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw badRequest("invalidValue", `${name} is not percent-encoded UTF-8`);
  }
}

/** Of the body of a search. */
export function searchParameters(body: JsonValue | undefined): Parameters {
  if (!isObjectValue(body)) throw badRequest("invalidSyntax", "the body must be a SearchRequest");
  const found = new Map<ListParameter, JsonValue>();
  for (const [name, value] of Object.entries(body)) {
    const known = NAME_OF.get(name.toLowerCase());
    if (known !== undefined && value !== null) found.set(known, value);
  }
  return found;
}

export interface PageSizes {
  readonly defaultPage: number;
  readonly largestPage: number;
}

export function sentQuery(
  parameters: Parameters,
  kinds: readonly ResourceKind[],
  { defaultPage, largestPage }: PageSizes,
): ScimQuery {
  const cursor = textOf(parameters, "cursor");
  const startIndex = numberOf(parameters, "startIndex");
  if (cursor !== undefined && startIndex !== undefined) {
    throw badRequest("invalidValue", "give either startIndex or cursor");
  }
  const count = numberOf(parameters, "count");
  if (cursor !== undefined && count !== undefined && (count < 1 || count > largestPage)) {
    throw badRequest("invalidCount", `with a cursor, count must be from 1 to ${largestPage}`);
  }
  const order = textOf(parameters, "sortOrder")?.toLowerCase() || "ascending";
  if (order !== "ascending" && order !== "descending") {
    throw badRequest("invalidValue", "sortOrder must be ascending or descending");
  }
  return {
    kinds,
    filter: filterOf(parameters),
    sortBy: textOf(parameters, "sortBy") || undefined,
    descending: order === "descending",
    startIndex: cursor === undefined ? Math.max(1, startIndex ?? 1) : undefined,
    cursor,
    count: Math.min(largestPage, Math.max(0, count ?? defaultPage)),
  };
}

/** A client whose template made an empty filter must not take the first person of the whole list for the one it looked for. */
function filterOf(parameters: Parameters): string | undefined {
  const filter = textOf(parameters, "filter");
  if (filter?.trim() === "")
    throw badRequest("invalidFilter", "the filter is empty; leave it out to list all");
  return filter;
}

export function projectionOf(parameters: Parameters): Projection {
  const attributes = pathsOf(parameters, "attributes");
  const excludedAttributes = pathsOf(parameters, "excludedAttributes");
  if (attributes !== undefined && excludedAttributes !== undefined) {
    throw badRequest("invalidValue", "give either attributes or excludedAttributes");
  }
  return {
    ...(attributes !== undefined && { attributes }),
    ...(excludedAttributes !== undefined && { excludedAttributes }),
  };
}

function textOf(parameters: Parameters, name: ListParameter): string | undefined {
  const value = parameters.get(name);
  if (value === undefined || typeof value === "string") return value;
  throw badRequest("invalidValue", `${name} must be a text`);
}

function numberOf(parameters: Parameters, name: ListParameter): number | undefined {
  const value = parameters.get(name);
  const isAbsent = value === undefined || value === "";
  if (isAbsent) return undefined;
  const isNumber =
    typeof value === "number" || (typeof value === "string" && /^\s*[+-]?\d{1,15}\s*$/.test(value));
  const number = isNumber ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw badRequest("invalidValue", `${name} must be a whole number`);
}

/** More would only be work: no schema has so many. */
const MAX_PATHS = 500;

function pathsOf(parameters: Parameters, name: ListParameter): readonly string[] | undefined {
  const value = parameters.get(name);
  if (value === undefined) return undefined;
  const texts = Array.isArray(value) ? value : [value];
  const paths = texts.flatMap((text) => {
    if (typeof text !== "string") throw badRequest("invalidValue", `${name} must be a list of attributes`);
    return splitPaths(text);
  });
  if (paths.length > MAX_PATHS)
    throw badRequest("invalidValue", `${name} names more than ${MAX_PATHS} attributes`);
  return paths.length === 0 ? undefined : paths;
}

/** At commas, but not within the brackets of a filter. By hand: a pattern looks for the end of each bracket that has none. */
function splitPaths(text: string): readonly string[] {
  const paths: string[] = [];
  let from = 0;
  let at = 0;
  const take = (): void => {
    const path = text.slice(from, at).trim();
    if (path !== "") paths.push(path);
    from = at + 1;
  };
  for (; at < text.length; at += 1) {
    if (text[at] === ",") take();
    else if (text[at] === "[") {
      const close = text.indexOf("]", at);
      at = close === -1 ? text.length : close;
    }
  }
  take();
  return paths;
}
