// Second factors and last sign-ins: read into the inventory between the syncs, and found there for the rows of a sync.

import type { Config, EnrichSettings } from "../../../../pkg/config/config.ts";
import type { Clocks, Sleep } from "../../../../pkg/core/clock.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { FindUserFacts, UserFact, UserFactsSource } from "../../../../pkg/core/user-facts.ts";
import {
  type EnrichmentEvents,
  type EnrichmentReport,
  runEnrichment,
} from "../../../../pkg/inventory/enrich/enrichment.ts";
import { createFactFinder } from "../../../../pkg/inventory/enrich/fact-finder.ts";
import { createEnrichmentRounds, type EnrichmentRounds } from "../../../../pkg/inventory/enrich/rounds.ts";
import { openInventoryReader } from "../../../../pkg/inventory/open-reader.ts";
import { openInventoryWriter } from "../../../../pkg/inventory/open-writer.ts";
import type { InventoryPlace } from "../../../../pkg/inventory/place.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import { pause } from "../../process/pause.ts";

export interface Enrichment {
  readonly findFacts: FindUserFacts;
  /** Reads what is due as far as the calls of this hour go, and logs it. Rejects only when the signal fires. */
  once(signal: AbortSignal): Promise<void>;
  /** The same again and again, waiting for the calls of the next hour. */
  readonly rounds: EnrichmentRounds;
  close(): Promise<void>;
}

export interface EnrichmentSetup extends Clocks {
  readonly config: Pick<Config, "poolId">;
  readonly enrich: EnrichSettings;
  readonly place: InventoryPlace;
  readonly source: UserFactsSource;
  readonly log: Logger;
}

export function createEnrichment(setup: EnrichmentSetup): Enrichment {
  const { config, enrich, place, monotonic, log } = setup;
  const inventory = place.name;
  const finder = createFactFinder({
    open: (signal) => openInventoryReader(place, signal),
    poolId: config.poolId,
    facts: enrich.facts,
    monotonic,
    onFailure({ reason, message }) {
      // Before the first sync there is none.
      if (reason === "no-inventory") log.debug(`${UNKNOWN}: ${message}`, { inventory });
      else log.warn(`${UNKNOWN}: ${message}`, { inventory });
    },
  });
  const events = loggedOnce(log, inventory);
  let failure: string | undefined;

  async function round(signal: AbortSignal, sleep?: Sleep): Promise<EnrichmentReport> {
    const report = await readDue({ ...setup, events, sleep }, signal);
    const text = readText(report);
    if (report.calls > 0) log.info(text, { inventory, calls: report.calls });
    const { failure: failed } = report;
    if (failed !== undefined && failed.message !== failure) {
      // Before the first sync there is none.
      if (failed.reason === "no-inventory") log.debug(`${WAITS}: ${failed.message}`, { inventory });
      else log.warn(`${STOPPED}: ${failed.message}; the next run goes on from there`, { inventory });
    }
    failure = failed?.message;
    return report;
  }

  const rounds = createEnrichmentRounds({ round: (signal) => round(signal, pause), sleep: pause });
  return {
    findFacts: finder.find,
    async once(signal) {
      await round(signal);
      if (signal.aborted) {
        const { message, code } = GovernanceError.from(signal.reason);
        throw new GovernanceError(code, `${STOPPED}, and what was read is kept: ${message}`);
      }
    },
    rounds,
    async close() {
      await rounds.close();
      await finder.close();
    },
  };
}

const WAITS = "the reading of second factors and last sign-ins waits for the first sync";
const UNKNOWN = "second factors and last sign-ins are left out of the rows";
const STOPPED = "the reading of second factors and last sign-ins stopped";

interface DueSetup extends EnrichmentSetup {
  readonly events: EnrichmentEvents;
  readonly sleep: Sleep | undefined;
}

async function readDue(
  { config, enrich, place, source, now, events, sleep }: DueSetup,
  signal: AbortSignal,
): Promise<EnrichmentReport> {
  const open: { close(): Promise<void> }[] = [];
  try {
    const reader = await openInventoryReader(place, signal);
    open.push(reader);
    const writer = await openInventoryWriter(place, signal);
    open.push(writer);
    const { poolId } = config;
    return await runEnrichment({ poolId, ...enrich, source, reader, writer, now, sleep, events }, signal);
  } catch (error) {
    return { ...NOTHING_READ, ended: "failed", failure: GovernanceError.from(error) };
  } finally {
    for (const one of open) await one.close().catch(() => undefined);
  }
}

const NOTHING_READ = {
  read: { mfa: 0, "last-sign-in": 0 },
  gone: 0,
  unclear: 0,
  calls: 0,
  leftOut: [],
} as const;

function readText({ read, gone, unclear, ended }: EnrichmentReport): string {
  const parts = [
    `read the second factors of ${read.mfa} users and the last sign-in of ${read["last-sign-in"]}`,
    ...(gone === 0 ? [] : [`${gone} are deleted`]),
    ...(unclear === 0 ? [] : [`of ${unclear} the history is too full of other events`]),
    ...(ended === "budget" ? ["the calls of this hour are used up"] : []),
  ];
  return parts.join("; ");
}

/** Each once in the life of the process. */
function loggedOnce(log: Logger, inventory: string): EnrichmentEvents {
  const said = new Set<string>();
  const once = (fact: UserFact, what: string, say: () => void): void => {
    const key = `${fact} ${what}`;
    if (said.has(key)) return;
    said.add(key);
    say();
  };
  return {
    onOff: (fact, { message }) =>
      once(fact, "off", () =>
        log.warn(`--enrich ${fact} is off for this pool, and stays unknown: ${message}`, { inventory }),
      ),
    onLeftOut: (fact, { message }) =>
      once(fact, message, () => log.warn(`--enrich ${fact} is left out: ${message}`, { inventory })),
    onPassedOver: (fact, { message }) =>
      log.debug(`--enrich ${fact}: passed over one user: ${message}`, { inventory }),
  };
}
