import type { AttributePath, Filter } from "./filter-tree.ts";

/** `attribute` is a path such as `userName`, `emails.value` or `members.value`. */
export interface Equality {
  readonly attribute: string;
  readonly value: string;
}

/** The path as text. */
export function pathText({ urn, attribute, sub }: AttributePath): string {
  const name = sub === undefined ? attribute : `${attribute}.${sub}`;
  return urn === undefined ? name : `${urn}:${name}`;
}

/** The equality that the whole filter is, if it is one. */
export function equalityOf(filter: Filter): Equality | undefined {
  const [equality, ...others] = equalitiesOf(filter);
  return isOneCondition(filter) && others.length === 0 ? equality : undefined;
}

/**
 * Every equality that a match must meet, such as both of `id eq "u" and manager eq "m"`: a resource that is found by one of
 * them still has to pass `matches`.
 */
export function conjunctionOf(filter: Filter): readonly Equality[] {
  return equalitiesOf(filter);
}

function isOneCondition(filter: Filter): boolean {
  if (filter.kind === "item") return isOneCondition(filter.filter);
  if (filter.kind === "and") return filter.filters.length === 1 && filter.filters.every(isOneCondition);
  return filter.kind === "compare";
}

function equalitiesOf(filter: Filter): readonly Equality[] {
  switch (filter.kind) {
    case "compare":
      return filter.operator === "eq" && typeof filter.value === "string"
        ? [{ attribute: pathText(filter.path), value: filter.value }]
        : [];
    case "and":
      return filter.filters.flatMap(equalitiesOf);
    case "item":
      return equalitiesOf(filter.filter).map(({ attribute, value }) => ({
        attribute: `${pathText(filter.path)}.${attribute}`,
        value,
      }));
    case "or":
    case "not":
    case "present":
      return [];
  }
}
