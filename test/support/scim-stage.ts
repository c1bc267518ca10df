import { createHash } from "node:crypto";
import { GovernanceError } from "../../pkg/core/errors.ts";
import type { ScimSettings } from "../../pkg/core/scim-settings.ts";
import { createScimService } from "../../pkg/scim/create-service.ts";
import type { ListAnswer, ListQuery, PoolView } from "../../pkg/scim/pool-view.ts";
import type { ScimRecords } from "../../pkg/scim/records.ts";
import type { JsonObject, ResourceKind, ScimResource } from "../../pkg/scim/resource.ts";
import { ScimError, scimErrorOf } from "../../pkg/scim/scim-error.ts";
import type { ScimCall, ScimQuery, ScimService } from "../../pkg/scim/service.ts";
import { uuidAt } from "../cognito/hash.ts";
import type { PoolDefinition } from "../cognito/pool.ts";
import { atStart } from "../cognito/pool-reader.ts";
import { never } from "./adapter.ts";
import { createMemoryScimRecords, type MemoryScimRecords } from "./memory-scim-records.ts";
import {
  createStage,
  type Process,
  type ProcessOptions,
  type Stage,
  type StageOptions,
} from "./provision-stage.ts";
import { resourcesText } from "./resources-text.ts";

// SCIM's operations over the real provisioner and a pool in memory, without HTTP and without an inventory.

export const SCIM_SETTINGS: ScimSettings = {
  listen: { kind: "tcp", host: "127.0.0.1", port: 0 },
  baseUrl: undefined,
  externalIdAttribute: undefined,
  displayNameAttribute: undefined,
  attributeLabels: {
    externalId: "scim-external-id-attribute",
    displayName: "scim-display-name-attribute",
  },
  deprovision: "delete",
  password: "ignore",
  profile: "strict",
  verified: ["email", "phone"],
  groupFromUser: false,
  ratePerSecond: 50,
  patchAnswer: "auto",
};

export interface ScimStageOptions extends StageOptions {
  readonly settings?: Partial<ScimSettings>;
}

export interface ScimStage {
  readonly stage: Stage;
  /** The attributes that requests had and the pool has not. */
  readonly dropped: readonly string[];
  readonly records: MemoryScimRecords;
  readonly view: FakePoolView;
  readonly service: ScimService;
  /** The same service in another process. */
  readonly restarted: (over?: ProcessOptions & { readonly records?: ScimRecords }) => {
    readonly service: ScimService;
    readonly process: Process;
  };
  readonly get: (kind: ResourceKind, id: string, over?: Partial<ScimCall>) => Promise<ScimResource>;
  readonly create: (kind: ResourceKind, body: JsonObject, over?: Partial<ScimCall>) => Promise<ScimResource>;
  readonly replace: (
    kind: ResourceKind,
    id: string,
    body: JsonObject,
    over?: Partial<ScimCall>,
  ) => Promise<ScimResource>;
  readonly patch: (
    kind: ResourceKind,
    id: string,
    operations: readonly JsonObject[],
    over?: Partial<ScimCall>,
  ) => Promise<ScimResource>;
  readonly remove: (kind: ResourceKind, id: string, over?: Partial<ScimCall>) => Promise<void>;
  /** The resources that a filter finds. */
  readonly find: (
    kind: ResourceKind,
    filter: string,
    over?: Partial<ScimCall>,
  ) => Promise<readonly JsonObject[]>;
  /** The calls that the work has made, by operation. */
  readonly callsOf: (work: () => Promise<unknown>) => Promise<readonly string[]>;
  /** The writes that the work has sent. */
  readonly writesOf: (work: () => Promise<unknown>) => Promise<readonly string[]>;
}

export interface FakePoolView extends PoolView {
  /** Reads the pool as a run of the inventory does. */
  run(): void;
  /** The lists that were asked of it. */
  readonly asked: readonly ListQuery[];
}

export function scimCall(over: Partial<ScimCall> = {}): ScimCall {
  return { caller: "okta", dryRun: false, projection: {}, signal: never, ...over };
}

export function scimStage(
  definition: Partial<PoolDefinition> = {},
  options: ScimStageOptions = {},
): ScimStage {
  const { settings, ...others } = options;
  const stage = createStage(definition, others);
  const records = createMemoryScimRecords(() => stage.clock.now());
  const view = fakePoolView(stage);
  const dropped: string[] = [];
  let ids = 0;

  function serviceOf(
    { provisioner }: Process,
    over: ProcessOptions & { readonly records?: ScimRecords } = {},
  ): ScimService {
    return createScimService({
      directory: over.directory ?? stage.directory,
      provisioner,
      userIdKind: options.userIdKind ?? "sub",
      records: over.records ?? records,
      view,
      settings: { ...SCIM_SETTINGS, ...settings },
      mayChange: options.policy?.enabled ?? true,
      baseUrl: "https://scim.example.com/scim/v2",
      now: () => stage.clock.now(),
      newId() {
        ids += 1;
        return uuidAt(77_777, ids);
      },
      sha256: (text) => createHash("sha256").update(text).digest("hex"),
      onDropped: (kind, names) => dropped.push(...names.map((name) => `${kind} ${name}`)),
    });
  }

  const service = serviceOf(stage);
  async function callsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
    const before = stage.cognito.stats.calls.length;
    await work();
    return stage.cognito.stats.calls.slice(before).map(({ operation }) => operation);
  }

  return {
    stage,
    dropped,
    records,
    view,
    service,
    restarted(over) {
      const process = stage.process(over);
      return { service: serviceOf(process, over), process };
    },
    get: (kind, id, over) => service.get(kind, id, scimCall(over)),
    create: (kind, body, over) => service.create(kind, body, scimCall(over)),
    replace: (kind, id, body, over) => service.replace(kind, id, body, scimCall(over)),
    patch: (kind, id, operations, over) => service.patch(kind, id, patchBody(operations), scimCall(over)),
    remove: (kind, id, over) => service.remove(kind, id, scimCall(over)),
    find: async (kind, filter, over) =>
      resourcesIn((await service.list(listOf(kind, filter), scimCall(over))).resources),
    callsOf,
    writesOf: async (work) => (await callsOf(work)).filter((name) => WRITES.test(name)),
  };
}

const WRITES = /^(Admin(?!Get|List)|CreateGroup|UpdateGroup|DeleteGroup)/;

export function listOf(
  kind: ResourceKind,
  filter: string | undefined,
  over: Partial<ScimQuery> = {},
): ScimQuery {
  return {
    kinds: [kind],
    filter,
    sortBy: undefined,
    descending: false,
    startIndex: 1,
    cursor: undefined,
    count: 100,
    ...over,
  };
}

export function patchBody(operations: readonly JsonObject[]): JsonObject {
  return { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: operations };
}

export function resourcesIn(resources: ListAnswer["resources"]): readonly JsonObject[] {
  const list: unknown = JSON.parse(resourcesText(resources));
  if (!Array.isArray(list) || !list.every(isObject)) throw new Error("the resources are no array of objects");
  return list;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function idOf({ id }: JsonObject): string {
  if (typeof id !== "string") throw new Error("a resource has an id");
  return id;
}

/** The refusal as SCIM answers it. An error that nothing has classified, and success, fail the test. */
export async function scimRefusal(work: Promise<unknown>): Promise<ScimError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ScimError || error instanceof GovernanceError) return scimErrorOf(error);
    throw error;
  }
  throw new Error("the work was expected to fail");
}

function fakePoolView(stage: Stage): FakePoolView {
  const asked: ListQuery[] = [];
  let users: readonly { readonly sub: string; readonly texts: ReadonlyMap<string, string> }[] = [];
  let groups: readonly string[] = [];
  const same = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();
  return {
    asked,
    run() {
      users = stage.pool.allUsers().map((user) => ({
        sub: user.sub,
        texts: new Map([...user.attributes, ["username", user.username]]),
      }));
      groups = stage.pool.groups(atStart, 1000).items.map(({ name }) => name);
    },
    async list(query) {
      asked.push(query);
      throw new ScimError(503, "no run is complete yet", { retryAfterSeconds: 5 });
    },
    async candidates(kind, attribute, value) {
      if (kind === "Group")
        return attribute === "displayName" ? groups.filter((name) => same(name, value)) : [];
      const names = {
        userName: ["username", "email", "phone_number", "preferred_username"],
        email: ["email"],
        phone: ["phone_number"],
        externalId: ["custom:external_id"],
        displayName: ["name"],
      }[attribute];
      return users
        .filter(({ texts }) => names.some((name) => same(texts.get(name), value)))
        .map(({ sub }) => sub);
    },
    close: async () => {},
  };
}
