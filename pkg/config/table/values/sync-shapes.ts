import type { ChosenResource } from "../../../core/sync-scope.ts";
import { USER_FACTS, type UserFact } from "../../../core/user-facts.ts";
import { type ListShards, MAX_LIST_SHARDS } from "../../../core/user-shards.ts";
import type { Parsed } from "../setting.ts";

const TYPES = ["user", "group"];

/** Resource types, separated by commas. */
export function resourceTypes(given: string): Parsed<readonly string[]> {
  const types = given.split(",").map((type) => type.trim());
  return types.every((type) => TYPES.includes(type))
    ? { value: types }
    : { problem: `must be one or more of ${TYPES.join(", ")}, separated by commas` };
}

/** A whole number of parts, or `auto`. */
export function listShards(given: string): Parsed<ListShards> {
  if (given === "auto") return { value: "auto" };
  const count = /^[0-9]{1,3}$/u.test(given) ? Number(given) : 0;
  return count >= 1 && count <= MAX_LIST_SHARDS
    ? { value: count }
    : { problem: `must be a whole number from 1 to ${MAX_LIST_SHARDS}, or auto` };
}

/** Facts of single users, separated by commas. */
export function userFacts(given: string): Parsed<readonly UserFact[]> {
  const names = given.split(",").map((name) => name.trim());
  const value = USER_FACTS.filter((fact) => names.includes(fact));
  return names.every((name) => USER_FACTS.some((fact) => fact === name))
    ? { value }
    : { problem: `must be one or more of ${USER_FACTS.join(", ")}, separated by commas` };
}

/**
 * Resources, separated by commas: as Baton writes them (`bid:r:user/<id>`, with a backslash before each `:`, `/` and `\`
 * of an id), or as `user:<id>` and `group:<name>`. A comma in a name is written `\,`.
 */
export function chosenResources(given: string): Parsed<readonly ChosenResource[]> {
  const resources = given.split(/(?<=(?<!\\)(?:\\\\)*),/).map((text) => resourceOf(text.trim()));
  const value = resources.flatMap((resource) => resource ?? []);
  return value.length === resources.length
    ? { value }
    : {
        problem:
          "must be resources such as user:<id>, group:<name> or bid:r:group/<name>, separated by commas; a comma in a name is written \\,",
      };
}

/** As Baton writes them. */
export function formatChosenResources(resources: readonly ChosenResource[] | undefined): string | undefined {
  return resources
    ?.map(({ resourceType, resource }) => `bid:r:${resourceType}/${resource.replaceAll(/[\\:/,]/g, "\\$&")}`)
    .join(",");
}

function resourceOf(text: string): ChosenResource | undefined {
  return text.startsWith("bid:") ? bidResource(text) : plainResource(text.replaceAll("\\,", ","));
}

function plainResource(text: string): ChosenResource | undefined {
  const [resourceType = ""] = text.split(":", 1);
  const resource = text.slice(resourceType.length + 1);
  return known({ resourceType, resource });
}

/** Of a resource with a parent, which none of ours has, the parent is passed over. */
function bidResource(text: string): ChosenResource | undefined {
  const parts = /^bid:r:(?<parts>(?:[^\\:/]|\\[\\:/,])+(?:\/(?:[^\\:/]|\\[\\:/,])+)*)$/.exec(text)?.groups?.[
    "parts"
  ];
  const tokens = parts?.match(/(?:[^\\/]|\\.)+/g)?.map((token) => token.replaceAll(/\\(.)/g, "$1")) ?? [];
  const [resourceType = "", resource = ""] = tokens.slice(-2);
  return tokens.length === 2 || tokens.length === 4 ? known({ resourceType, resource }) : undefined;
}

function known(resource: ChosenResource): ChosenResource | undefined {
  return TYPES.includes(resource.resourceType) && resource.resource !== "" ? resource : undefined;
}
