import { categories } from "./rates.ts";
import type { Stats } from "./record.ts";

/** What `GET /-/stats` answers, for a benchmark that runs the server as a process of its own. */
export const statsJson = (stats: Stats): string =>
  JSON.stringify({
    calls: stats.count(),
    counts: stats.counts(),
    outcomes: stats.outcomes(),
    inFlight: stats.inFlight,
    maxInFlight: stats.maxInFlight,
    rates: Object.fromEntries(
      categories.filter((name) => stats.starts(name).length > 0).map((name) => [name, stats.rate(name)]),
    ),
    rssBytes: process.memoryUsage.rss(),
  });
