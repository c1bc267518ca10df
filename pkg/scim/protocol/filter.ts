import { quotedName } from "../../core/text.ts";
import type { AttributeDefinition, ResourceSchemas } from "../schema/attribute.ts";
import { badRequest, type ScimError } from "../scim-error.ts";
import { resolveAttribute, type ScimAttribute, subAttribute } from "./attributes.ts";
import { type Expression, type Literal, parseExpression } from "./filter-grammar.ts";
import type { AttributePath, Comparison, ComparisonOperator, Filter } from "./filter-tree.ts";
import { readBoolean, readInstant, readNumber } from "./literals.ts";

/**
 * The filter of a request, resolved against the schemas of the resources that it is asked of. It rejects an attribute that
 * no schema has: with an empty answer in its place, an identity provider creates the resource a second time.
 */
export function parseFilter(text: string, schemas: readonly ResourceSchemas[]): Filter {
  return bind(parseExpression(text), (name) => resolveIn(name, schemas));
}

/** The filter in the brackets of `attribute[filter]`. */
export function parseItemFilter(text: string, list: AttributeDefinition): Filter {
  return bind(parseExpression(text), (name) => resolveSub(name, list));
}

type Resolve = (name: string) => ScimAttribute;

function invalid(detail: string): ScimError {
  return badRequest("invalidFilter", detail);
}

function resolveIn(name: string, schemas: readonly ResourceSchemas[]): ScimAttribute {
  for (const one of schemas) {
    const found = resolveAttribute(name, one);
    if (found.kind === "attribute") return found;
  }
  throw invalid(`there is no attribute ${quotedName(name)} to filter by`);
}

function resolveSub(name: string, list: AttributeDefinition): ScimAttribute {
  const definition = subAttribute(list, name);
  if (definition === undefined) throw invalid(`${list.name} has no sub-attribute ${quotedName(name)}`);
  return { urn: undefined, definition, sub: undefined };
}

function bind(expression: Expression, resolve: Resolve): Filter {
  switch (expression.kind) {
    case "and":
    case "or":
      return {
        kind: expression.kind,
        filters: expression.filters.map((one) => bind(one, resolve)),
      };
    case "not":
      return { kind: "not", filter: bind(expression.filter, resolve) };
    case "item": {
      const { definition, sub, urn } = resolve(expression.attribute);
      if (sub !== undefined || (definition.type !== "complex" && !definition.multiValued))
        throw invalid(`${definition.name} has no items that a filter in brackets can choose`);
      return {
        kind: "item",
        path: { urn, attribute: definition.name, sub: undefined },
        filter: bind(expression.filter, (name) => resolveSub(name, definition)),
      };
    }
    case "present":
      return { kind: "present", path: pathOf(readable(resolve(expression.attribute))) };
    case "compare":
      return bindComparison(readable(resolve(expression.attribute)), expression.operator, expression.literal);
  }
}

function pathOf({ urn, definition, sub }: ScimAttribute): AttributePath {
  return { urn, attribute: definition.name, sub: sub?.name };
}

/** A password never answers a question. */
function readable(found: ScimAttribute): ScimAttribute {
  const { definition, sub } = found;
  if (definition.returned === "never" || definition.mutability === "writeOnly" || sub?.returned === "never")
    throw invalid(`${definition.name} cannot be filtered by`);
  return found;
}

function bindComparison(found: ScimAttribute, operator: ComparisonOperator, literal: Literal): Filter {
  const compared = comparedAttribute(found);
  const as = comparisonBy(operator, compared);
  const value = readLiteral(literal, as, compared);
  if (!allowed(operator, as, value))
    throw invalid(`${compared.name} cannot be compared by \`${operator}\` with this value`);
  // Without a sub-attribute, a complex attribute is compared by its `value`.
  const sub = found.sub?.name ?? (found.definition.type === "complex" ? compared.name : undefined);
  return {
    kind: "compare",
    path: { urn: found.urn, attribute: found.definition.name, sub },
    operator,
    value,
    as,
  };
}

/** A part of an instant is a part of its text. */
function comparisonBy(operator: ComparisonOperator, compared: AttributeDefinition): Comparison {
  const as = comparisonOf(compared);
  return as === "dateTime" && PARTS.has(operator) ? "caseExact" : as;
}

function comparedAttribute({ definition, sub }: ScimAttribute): AttributeDefinition {
  const compared = sub ?? (definition.type === "complex" ? subAttribute(definition, "value") : definition);
  if (compared === undefined)
    throw invalid(`${definition.name} has sub-attributes; the filter must name one of them`);
  return compared;
}

/** How the values of an attribute are compared, in filters and in the order of a list. */
export function comparisonOf({ type, caseExact }: AttributeDefinition): Comparison {
  switch (type) {
    case "boolean":
      return "boolean";
    case "integer":
    case "decimal":
      return "number";
    case "dateTime":
      return "dateTime";
    case "binary":
      return "caseExact";
    case "string":
    case "reference":
    case "complex":
      return caseExact ? "caseExact" : "caseIgnore";
  }
}

function readLiteral(
  { text, quoted }: Literal,
  as: Comparison,
  { name }: AttributeDefinition,
): string | number | boolean | null {
  if (!quoted && text.toLowerCase() === "null") return null;
  const value = readAs(text, as);
  if (value === undefined) throw invalid(`the value that ${name} is compared with is not of its type`);
  return value;
}

function readAs(text: string, as: Comparison): string | number | boolean | undefined {
  switch (as) {
    case "boolean":
      return readBoolean(text);
    case "number":
      return readNumber(text);
    case "dateTime":
      return readInstant(text) === undefined ? undefined : text;
    case "caseExact":
    case "caseIgnore":
      return text;
  }
}

const ORDERED: ReadonlySet<ComparisonOperator> = new Set(["gt", "ge", "lt", "le"]);
const PARTS: ReadonlySet<ComparisonOperator> = new Set(["co", "sw", "ew"]);
const EQUALITIES: ReadonlySet<ComparisonOperator> = new Set(["eq", "ne"]);

function allowed(operator: ComparisonOperator, as: Comparison, value: unknown): boolean {
  if (EQUALITIES.has(operator)) return true;
  if (value === null || as === "boolean") return false;
  return ORDERED.has(operator) || as !== "number";
}
