import { Gauge, type Registry } from "prom-client";
import type { EpochClock } from "../../core/clock.ts";
import type { Sources } from "./sources.ts";

/** Gauges of the current state: journal, budgets, audit log, readiness, certificates. An unknown value has no sample. */
export function createStateMetrics(registry: Registry, sources: Sources, now: EpochClock): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number | undefined): void => {
    const metric: Gauge = new Gauge({
      name,
      help,
      registers,
      collect() {
        const value = read();
        if (value === undefined) metric.remove();
        else metric.set(value);
      },
    });
  };
  const journal = () => sources.read("journal", (status) => status());

  gauge(
    "connector_journal_open_changes",
    "Changes of the pool that have begun and not ended.",
    () => journal()?.open,
  );
  gauge(
    "connector_journal_oldest_open_change_age_seconds",
    "Seconds since the oldest open change began; 0 if none is open.",
    () => {
      const status = journal();
      if (status === undefined) return undefined;
      return Math.max(0, now() - (status.oldestBeganAtMs ?? now())) / 1000;
    },
  );
  gauge("connector_audit_last_seq", "Sequence number of the last line of the audit log.", () =>
    sources.read("auditSeq", (seq) => seq()),
  );
  gauge("connector_ready", "1 if the last readiness check of AWS succeeded, 0 if it failed.", () => {
    const ready = sources.read("ready", (last) => last());
    return ready === undefined ? undefined : Number(ready);
  });

  const budget = (name: string, help: string, valueOf: (limit: number, spent: number) => number): void => {
    const metric: Gauge<"budget"> = new Gauge({
      name,
      help,
      labelNames: ["budget"],
      registers,
      collect() {
        metric.reset();
        for (const each of sources.read("budgets", (budgets) => budgets()) ?? []) {
          metric.set({ budget: each.budget }, valueOf(each.limit, each.spent));
        }
      },
    });
  };
  budget(
    "connector_changes_left_in_hour",
    "Deletions, disables and invitations that the hourly limit still allows.",
    (limit, spent) => Math.max(0, limit - spent),
  );
  budget(
    "connector_changes_limit_per_hour",
    "Deletions, disables and invitations per hour that the settings allow.",
    (limit) => limit,
  );

  const certificates: Gauge<"certificate"> = new Gauge({
    name: "connector_tls_certificate_expiry_timestamp_seconds",
    help: "Expiry of a certificate of the listener, in seconds since the epoch.",
    labelNames: ["certificate"],
    registers,
    collect() {
      certificates.reset();
      for (const each of sources.read("certificates", (status) => status()) ?? []) {
        certificates.set({ certificate: each.certificate }, each.expiresAtMs / 1000);
      }
    },
  });
}
