import type { Front, Service } from "./front.ts";

/**
 * Reads single users into the inventory. Beside scheduled syncs the schedule says when; without them it is done all the
 * time, behind every other call. It logs by itself.
 */
export function enrichmentFront({ config, runtime: { enrichment } }: Service): Front | undefined {
  if (enrichment === undefined) return undefined;
  const { rounds } = enrichment;
  return {
    name: "the reading of single users",
    async open() {
      if (config.schedule === undefined) rounds.begin();
      return undefined;
    },
    async close() {
      await rounds.close();
    },
  };
}
