import { Gauge, type Registry } from "prom-client";
import type { EpochClock } from "../../core/clock.ts";
import { BUDGET_WINDOWS } from "../../core/journal.ts";
import type { Sources } from "./sources.ts";

/** Gauges of the current state: journal, budgets, audit log, readiness, certificates. An unknown value has no sample. */
export function createStateMetrics(registry: Registry, sources: Sources, now: EpochClock): void {
  const registers = [registry];
  const gauge = (
    name: string,
    help: string,
    read: () => number | undefined | Promise<number | undefined>,
  ): void => {
    const metric: Gauge = new Gauge({
      name,
      help,
      registers,
      async collect() {
        const value = await read();
        if (value === undefined) metric.remove();
        else metric.set(value);
      },
    });
  };
  const journal = () => sources.readSoon("journal", (status) => status());

  gauge(
    "connector_journal_open_changes",
    "Changes of the pool that have begun and not ended.",
    async () => (await journal())?.open,
  );
  gauge(
    "connector_journal_oldest_open_change_age_seconds",
    "Seconds since the oldest open change began; 0 if none is open.",
    async () => {
      const status = await journal();
      if (status === undefined) return undefined;
      return Math.max(0, now() - (status.oldestBeganAtMs ?? now())) / 1000;
    },
  );
  gauge("connector_audit_last_seq", "Sequence number of the last line of the audit log.", () =>
    sources.read("auditSeq", (seq) => seq()),
  );
  gauge("connector_ready", "1 if the last readiness check succeeded, 0 if it failed.", () => {
    const ready = sources.read("ready", (last) => last());
    return ready === undefined ? undefined : Number(ready);
  });
  gauge(
    "connector_jwks_age_seconds",
    "Seconds since the keys of JWTs were last fetched from their URL, which is done every minute.",
    () => {
      const ageMs = sources.read("jwksAgeMs", (age) => age());
      return ageMs === undefined ? undefined : ageMs / 1000;
    },
  );

  const progress = () => sources.read("syncProgress", (status) => status());
  const rows: Gauge<"kind"> = new Gauge({
    name: "connector_sync_progress_rows",
    help: "Rows that the running sync has read so far.",
    labelNames: ["kind"],
    registers,
    collect() {
      rows.reset();
      const status = progress();
      if (status === undefined) return;
      const { users, groups, memberships } = status.rows;
      for (const [kind, count] of Object.entries({ users, groups, memberships })) rows.set({ kind }, count);
    },
  });
  gauge(
    "connector_sync_progress_estimated_users",
    "Users of the pool that the running sync reads, as AWS estimates.",
    () => progress()?.estimatedUsers,
  );
  gauge(
    "connector_sync_progress_open_listings",
    "Listings that the running sync has not read to their end: users, groups, and the members of each group.",
    () => progress()?.openListings,
  );
  gauge(
    "connector_sync_progress_left_seconds",
    "Seconds that the running sync still takes at its present rate, as far as is known.",
    () => {
      const leftMs = progress()?.leftMs;
      return leftMs === undefined ? undefined : leftMs / 1000;
    },
  );

  const budget = (name: string, help: string, valueOf: (limit: number, spent: number) => number): void => {
    const metric: Gauge<"budget" | "window"> = new Gauge({
      name,
      help,
      labelNames: ["budget", "window"],
      registers,
      async collect() {
        const all = await sources.readSoon("budgets", (budgets) => budgets());
        metric.reset();
        for (const each of all ?? []) {
          const window = BUDGET_WINDOWS[each.budget].name;
          metric.set({ budget: each.budget, window }, valueOf(each.limit, each.spent));
        }
      },
    });
  };
  budget(
    "connector_changes_left",
    "Deletions, disables and invitations that the limit of the window still allows.",
    (limit, spent) => Math.max(0, limit - spent),
  );
  budget(
    "connector_changes_limit",
    "Deletions, disables and invitations in the window that the settings allow.",
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
