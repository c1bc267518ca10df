import { Counter, Gauge, type Registry } from "prom-client";
import type { Category } from "../../core/operations.ts";

type AddMetric<S> = (name: string, help: string, valueOf: (status: S) => number | undefined) => void;

/** Metrics with one value for each quota category, read at each scrape. A value that is undefined is left out. */
export function createCategoryMetrics<S extends { readonly category: Category }>(
  registry: Registry,
  read: () => readonly S[] | undefined,
): { readonly gauge: AddMetric<S>; readonly counter: AddMetric<S> } {
  const common = { labelNames: ["category"] as const, registers: [registry] };
  const each = (
    valueOf: (status: S) => number | undefined,
    say: (category: Category, value: number) => void,
  ) => {
    for (const status of read() ?? []) {
      const value = valueOf(status);
      if (value !== undefined) say(status.category, value);
    }
  };
  return {
    gauge(name, help, valueOf) {
      const metric: Gauge<"category"> = new Gauge({
        ...common,
        name,
        help,
        collect() {
          metric.reset();
          each(valueOf, (category, value) => metric.set({ category }, value));
        },
      });
    },
    counter(name, help, valueOf) {
      const metric: Counter<"category"> = new Counter({
        ...common,
        name,
        help,
        collect() {
          metric.reset();
          each(valueOf, (category, value) => metric.inc({ category }, value));
        },
      });
    },
  };
}
