import type { JsonObject, JsonValue, ScimResource } from "../resource.ts";
import type { ResourceSchemas } from "../schema/attribute.ts";
import { isAbsent, isObjectValue, memberOf } from "./json.ts";
import type { Target } from "./targets.ts";

/** A resource while it is changed. Its names come from the schemas, never from a request. */
export class Draft {
  readonly #schemas: ResourceSchemas;
  readonly #core: Map<string, JsonValue>;
  readonly #extensions: Map<string, Map<string, JsonValue>>;

  constructor(resource: ScimResource, schemas: ResourceSchemas) {
    this.#schemas = schemas;
    const urns = schemas.extensions.map(({ id }) => id);
    this.#core = new Map(Object.entries(resource).filter(([name]) => !urns.includes(name)));
    this.#extensions = new Map(
      urns.map((urn) => {
        const extension = memberOf(resource, urn);
        return [urn, new Map(isObjectValue(extension) ? Object.entries(extension) : [])];
      }),
    );
  }

  get({ urn, definition }: Pick<Target, "urn" | "definition">): JsonValue | undefined {
    return this.#membersOf(urn)?.get(definition.name);
  }

  set({ urn, definition }: Pick<Target, "urn" | "definition">, value: JsonValue | undefined): void {
    const members = this.#membersOf(urn);
    if (value === undefined) members?.delete(definition.name);
    else members?.set(definition.name, value);
  }

  hasExtension(urn: string): boolean {
    return (this.#extensions.get(urn)?.size ?? 0) > 0;
  }

  /** `schemas` names the core schema, and each extension that has a value. */
  toResource(): ScimResource {
    const extensions = [...this.#extensions].filter(([, members]) =>
      [...members.values()].some((value) => !isAbsent(value)),
    );
    const members: [string, JsonValue][] = [
      ["schemas", [this.#schemas.core.id, ...extensions.map(([urn]) => urn)]],
      ...[...this.#core].filter(([name]) => name !== "schemas"),
      ...extensions.map(([urn, values]): [string, JsonObject] => [urn, Object.fromEntries(values)]),
    ];
    return Object.fromEntries(members);
  }

  #membersOf(urn: string | undefined): Map<string, JsonValue> | undefined {
    return urn === undefined ? this.#core : this.#extensions.get(urn);
  }
}
