import type { EpochMs } from "../core/clock.ts";
import type { Pool } from "../core/pool.ts";
import { provisioningDisabled } from "../core/provisioning-settings.ts";
import { createSingleFlight } from "../core/single-flight.ts";
import { createGroupLookup } from "../provision/group-lookup.ts";
import { patchGroup, removeGroup, replaceGroup } from "./groups/change-group.ts";
import { createGroup } from "./groups/create-group.ts";
import { findGroup, noGroup, readGroup } from "./groups/group-answer.ts";
import { liveList } from "./live-list.ts";
import { type MappingContext, mappingContext } from "./mapping/context.ts";
import { createOneWriter } from "./one-writer.ts";
import type { ScimParts, ScimServiceOptions } from "./parts.ts";
import type { ListAnswer, ListQuery } from "./pool-view.ts";
import { parseFilter } from "./protocol/filter.ts";
import { parsePath } from "./protocol/paths.ts";
import type { JsonValue, ResourceKind, ScimResource } from "./resource.ts";
import type { ResourceSchemas } from "./schema/attribute.ts";
import { groupSchemas } from "./schema/group-schema.ts";
import { userSchemas } from "./schema/user-schema.ts";
import { ScimError } from "./scim-error.ts";
import type { ScimCall, ScimQuery, ScimService } from "./service.ts";
import { noUser, patchUser, removeUser, replaceUser } from "./users/change-user.ts";
import { createUser } from "./users/create-user.ts";
import { userAnswer } from "./users/user-answer.ts";
import { createUserReader } from "./users/user-reader.ts";

/** The operations of one type of resource. */
interface ResourceOperations {
  get(id: string, call: ScimCall): Promise<ScimResource>;
  create(body: JsonValue, call: ScimCall): Promise<ScimResource>;
  replace(id: string, body: JsonValue, call: ScimCall): Promise<ScimResource>;
  patch(id: string, body: JsonValue, call: ScimCall): Promise<ScimResource>;
  remove(id: string, call: ScimCall): Promise<void>;
}

/** How long the pool's settings are kept: they decide how every user is shown. */
const POOL_FRESH_MS = 10 * 60_000;

export function createScimService(options: ScimServiceOptions): ScimService {
  const { directory, records, view, settings, now } = options;
  const parts: ScimParts = {
    ...options,
    context: contextOf(options),
    users: createUserReader({
      directory,
      records,
      now,
      idAttribute: settings.profile === "strict" ? "sub" : "username",
    }),
    groups: createGroupLookup(directory, now),
    writer: createOneWriter(),
  };
  const operations: Readonly<Record<ResourceKind, ResourceOperations>> = {
    User: {
      async get(id, call) {
        const found = await parts.users.find(id, call.signal);
        if (found === undefined) throw noUser();
        return await userAnswer(parts, found, call);
      },
      create: (body, call) => createUser(parts, body, call),
      replace: (id, body, call) => replaceUser(parts, id, body, call),
      patch: (id, body, call) => patchUser(parts, id, body, call),
      remove: (id, call) => removeUser(parts, id, call),
    },
    Group: {
      async get(id, call) {
        const found = await findGroup(parts, id, call.signal);
        if (found === undefined) throw noGroup();
        return await readGroup(parts, found, call);
      },
      create: (body, call) => createGroup(parts, body, call),
      replace: (id, body, call) => replaceGroup(parts, id, body, call),
      patch: (id, body, call) => patchGroup(parts, id, body, call),
      remove: (id, call) => removeGroup(parts, id, call),
    },
  };

  /** The provisioner refuses by itself; what is kept beside the pool is changed without it. */
  async function changing({ dryRun }: ScimCall): Promise<void> {
    if (!options.mayChange && !dryRun) throw provisioningDisabled();
  }

  async function list(query: ScimQuery, call: ScimCall): Promise<ListAnswer> {
    const context = await parts.context(call.signal);
    const asked = viewQuery(query, call, schemasOf(query.kinds, context));
    return (await liveList(parts, asked, call.signal)) ?? (await view.list(asked, call.signal));
  }

  return {
    get: (kind, id, call) => operations[kind].get(id, call),
    list,
    create: (kind, body, call) => changing(call).then(() => operations[kind].create(body, call)),
    replace: (kind, id, body, call) => changing(call).then(() => operations[kind].replace(id, body, call)),
    patch: (kind, id, body, call) => changing(call).then(() => operations[kind].patch(id, body, call)),
    remove: (kind, id, call) => changing(call).then(() => operations[kind].remove(id, call)),
    schemas: async () => schemasOf(["User", "Group"], await parts.context(new AbortController().signal)),
  };
}

function contextOf(options: ScimServiceOptions): ScimParts["context"] {
  const { directory, now } = options;
  const reading = createSingleFlight<MappingContext>();
  let known: { readonly context: MappingContext; readonly atMs: EpochMs } | undefined;
  return async (signal) => {
    if (known !== undefined && now() >= known.atMs && now() - known.atMs < POOL_FRESH_MS)
      return known.context;
    return await reading.run(
      "",
      async (inner) => {
        const context = contextFor(await directory.describePool(inner), options);
        known = { context, atMs: now() };
        return context;
      },
      signal,
    );
  };
}

/** A setting that does not fit the pool is no fault of the request. */
function contextFor(pool: Pool, { settings, baseUrl }: ScimServiceOptions): MappingContext {
  try {
    return mappingContext(pool, settings, baseUrl);
  } catch (error) {
    throw new ScimError(
      500,
      "the settings of SCIM do not fit the user pool; the log of the connector says why",
      {
        cause: error,
      },
    );
  }
}

function schemasOf(kinds: readonly ResourceKind[], context: MappingContext): readonly ResourceSchemas[] {
  return kinds.map((kind) => (kind === "User" ? userSchemas(context) : groupSchemas(context)));
}

function viewQuery(
  query: ScimQuery,
  { projection, caller }: ScimCall,
  schemas: readonly ResourceSchemas[],
): ListQuery {
  const { kinds, filter, sortBy, descending, startIndex = 1, cursor, count } = query;
  return {
    kinds,
    filter: filter === undefined ? undefined : parseFilter(filter, schemas),
    sort: sortBy === undefined ? undefined : { path: parsePath(sortBy, schemas), descending },
    start: cursor === undefined ? { by: "index", startIndex } : { by: "cursor", cursor },
    count,
    projection,
    caller,
  };
}
