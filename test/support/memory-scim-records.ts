import type { EpochClock } from "../../pkg/core/clock.ts";
import { GovernanceError } from "../../pkg/core/errors.ts";
import type { BegunRequest, KeptResource, OwnWrite, ScimRecords } from "../../pkg/scim/records.ts";
import type { ResourceKind } from "../../pkg/scim/resource.ts";

export interface MemoryScimRecords extends ScimRecords {
  readonly rows: readonly KeptResource[];
  readonly begun: ReadonlyMap<string, BegunRequest>;
  readonly writes: readonly OwnWrite[];
  /** How often something was written to the table. */
  readonly keeps: number;
}

const same = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();

/** What SCIM keeps beside the pool, in memory. */
export function createMemoryScimRecords(now: EpochClock): MemoryScimRecords {
  const rows = new Map<string, KeptResource>();
  const begun = new Map<string, BegunRequest>();
  const writes: OwnWrite[] = [];
  let keeps = 0;
  const keyOf = (kind: ResourceKind, id: string): string => `${kind} ${id}`;

  function refuseTaken(resource: KeptResource): void {
    for (const other of rows.values()) {
      if (other.kind !== resource.kind || other.id === resource.id || other.hidden || resource.hidden)
        continue;
      const attribute =
        resource.externalId !== undefined && other.externalId === resource.externalId
          ? "externalId"
          : resource.kind === "Group" &&
              resource.displayName !== undefined &&
              same(other.displayName, resource.displayName)
            ? "displayName"
            : undefined;
      if (attribute !== undefined)
        throw new GovernanceError("already-exists", `${attribute}: another resource has this value`);
    }
  }

  return {
    get rows() {
      return [...rows.values()];
    },
    begun,
    writes,
    get keeps() {
      return keeps;
    },
    async find(kind, by, value) {
      const has = (row: KeptResource): boolean => {
        if (by === "id") return row.id === value;
        if (by === "externalId") return row.externalId === value;
        if (by === "displayName") return same(row.displayName, value);
        const { userName } = row.values;
        return typeof userName === "string" && same(userName, value);
      };
      const found = [...rows.values()].filter((row) => row.kind === kind && has(row));
      return found.toSorted((a, b) => Number(a.hidden) - Number(b.hidden));
    },
    async findMany(kind, ids) {
      return new Map(
        ids.flatMap((id) => {
          const row = rows.get(keyOf(kind, id));
          return row === undefined ? [] : [[id, row] as const];
        }),
      );
    },
    async keep(resource) {
      refuseTaken(resource);
      keeps += 1;
      rows.set(keyOf(resource.kind, resource.id), structuredClone(resource));
    },
    async forget(kind, id) {
      rows.delete(keyOf(kind, id));
    },
    async wrote(more) {
      writes.push(...more);
    },
    async unfinished(key) {
      return begun.get(key);
    },
    async begin(request) {
      const earlier = begun.get(request.key);
      const id = request.id ?? earlier?.id;
      const begunAt = id === undefined ? now() : (earlier?.begunAt ?? now());
      begun.set(request.key, { ...request, id, begunAt });
      return earlier;
    },
    async done(key) {
      begun.delete(key);
    },
    close: async () => {},
  };
}
