import { describe, expect, test } from "vitest";
import { SERVICE_BOUNDS } from "../../core/events.ts";
import { OTHER } from "./closed-labels.ts";
import type { MetricSources } from "./events.ts";
import { createMetrics, type Metrics } from "./metrics.ts";

const NOON = Date.UTC(2026, 10, 21, 12);

function metricsAt(now: () => number = () => NOON, monotonic: () => number = () => 0): Metrics {
  return createMetrics({
    now,
    monotonic,
    version: "1.2.3",
    nodeVersion: "v24.0.0",
    served: [
      { service: "c1.connector.v2.GrantsService", method: "ListGrants" },
      { service: "grpc.health.v1.Health", method: "Watch" },
    ],
    scimEndpoints: ["/Users", "/Users/{id}"],
    taskKinds: ["grant", "sync_full", "unknown"],
    processMetrics: false,
  });
}

/** The samples of one metric, each as `{labels} value`. */
async function samples(metrics: Metrics, name: string): Promise<readonly string[]> {
  const lines = (await metrics.text()).split("\n");
  return lines
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .map((line) => line.slice(name.length).trim());
}

const served = { service: "c1.connector.v2.GrantsService", method: "ListGrants" };

describe("tasks of the platform", () => {
  test("are counted by kind and outcome from zero, and timed", async () => {
    const metrics = metricsAt();
    metrics.platformTask({ kind: "grant", outcome: "failed", durationMs: 250 });
    metrics.platformTask({ kind: "made_up", outcome: "done", durationMs: 1 });
    const counted = await samples(metrics, "connector_platform_tasks_total");
    expect(counted).toHaveLength(10);
    expect(counted.filter((line) => !line.endsWith(" 0"))).toEqual([
      '{kind="grant",outcome="failed"} 1',
      `{kind="${OTHER}",outcome="done"} 1`,
    ]);
    expect(await samples(metrics, "connector_platform_task_duration_seconds_sum")).toContain(
      '{kind="grant"} 0.25',
    );
  });

  test("have their uploads and failed calls counted from zero", async () => {
    const metrics = metricsAt();
    metrics.platformUpload(undefined);
    metrics.platformUpload(7_000);
    metrics.platformCallFailed("heartbeat");
    expect(await samples(metrics, "connector_platform_uploads_total")).toEqual([
      '{outcome="done"} 1',
      '{outcome="failed"} 1',
    ]);
    expect(await samples(metrics, "connector_platform_upload_bytes_total")).toEqual(["7000"]);
    expect(await samples(metrics, "connector_platform_calls_failed_total")).toEqual([
      '{call="hello"} 0',
      '{call="poll"} 0',
      '{call="heartbeat"} 1',
      '{call="finish"} 0',
    ]);
  });

  test("are read at the scrape, and have no sample where the service does none", async () => {
    const metrics = metricsAt();
    const names = ["tasks_running", "hello_age_seconds", "poll_age_seconds", "unreached_seconds"];
    const read = async () =>
      (await Promise.all(names.map((name) => samples(metrics, `connector_platform_${name}`)))).flat();
    expect(await read()).toEqual([]);
    let unreachedMs = 0;
    metrics.watch({
      platform: () => ({ running: 2, helloAgeMs: 90_000, pollAgeMs: undefined, unreachedMs }),
    });
    expect(await read()).toEqual(["2", "90", "0"]);
    unreachedMs = 1_500;
    expect(await read()).toEqual(["2", "90", "1.5"]);
  });
});

describe("gRPC calls", () => {
  test("are counted by service, method and code, and timed", async () => {
    const metrics = metricsAt();
    metrics.call({ ...served, code: "OK", durationMs: 40 });
    metrics.call({ ...served, code: "UNAVAILABLE", durationMs: 400 });
    expect(await samples(metrics, "connector_grpc_requests_total")).toEqual([
      '{service="c1.connector.v2.GrantsService",method="ListGrants",code="OK"} 1',
      '{service="c1.connector.v2.GrantsService",method="ListGrants",code="UNAVAILABLE"} 1',
    ]);
    expect(await samples(metrics, "connector_grpc_request_duration_seconds_sum")).toEqual([
      '{service="c1.connector.v2.GrantsService",method="ListGrants"} 0.44',
    ]);
  });

  test("of ten thousand names that strangers make up are one series", async () => {
    const metrics = metricsAt();
    for (let n = 0; n < 10_000; n += 1) {
      metrics.call({ service: `s${n}`, method: `m${n}`, code: `CODE${n}`, durationMs: 1 });
      metrics.call({ service: served.service, method: `m${n}`, code: "OK", durationMs: 1 });
    }
    metrics.call({ service: "__proto__", method: "constructor", code: "toString", durationMs: 1 });
    expect(await samples(metrics, "connector_grpc_requests_total")).toEqual([
      `{service="${OTHER}",method="${OTHER}",code="${OTHER}"} 10001`,
      `{service="${OTHER}",method="${OTHER}",code="OK"} 10000`,
    ]);
    expect(await samples(metrics, "connector_grpc_request_duration_seconds_count")).toEqual([]);
  });

  test("that authentication rejects are counted as refusals, and not timed", async () => {
    const metrics = metricsAt();
    metrics.call({ ...served, code: "UNAUTHENTICATED", durationMs: 1, rejectedByAuth: true });
    metrics.call({ ...served, code: "PERMISSION_DENIED", durationMs: 1, rejectedByAuth: true });
    // AWS refused us: no caller was rejected.
    metrics.call({ ...served, code: "PERMISSION_DENIED", durationMs: 1 });
    expect(await samples(metrics, "connector_grpc_refusals_total")).toEqual([
      '{code="UNAUTHENTICATED"} 1',
      '{code="PERMISSION_DENIED"} 1',
    ]);
    expect(await samples(metrics, "connector_grpc_request_duration_seconds_count")).toHaveLength(1);
  });

  test("that watch for days are not timed", async () => {
    const metrics = metricsAt();
    metrics.call({ service: "grpc.health.v1.Health", method: "Watch", code: "CANCELLED", durationMs: 1e9 });
    expect(await samples(metrics, "connector_grpc_request_duration_seconds_count")).toEqual([]);
    expect(await samples(metrics, "connector_grpc_requests_total")).toHaveLength(1);
  });

  test("connections, bounds and files are counted from zero", async () => {
    const metrics = metricsAt();
    metrics.connectionRefused("full");
    metrics.reload(false);
    metrics.boundMet("peer-calls");
    expect(await samples(metrics, "connector_bounds_met_total")).toEqual(
      SERVICE_BOUNDS.map((bound) => `{bound="${bound}"} ${bound === "peer-calls" ? 1 : 0}`),
    );
    expect(await samples(metrics, "connector_grpc_connections_refused_total")).toEqual([
      '{reason="handshake"} 0',
      '{reason="evicted"} 0',
      '{reason="full"} 1',
    ]);
    expect(await samples(metrics, "connector_security_reloads_total")).toEqual([
      '{outcome="applied"} 0',
      '{outcome="kept"} 1',
    ]);
  });
});

describe("calls to AWS", () => {
  test("are counted by operation and outcome, attempts by themselves", async () => {
    const metrics = metricsAt();
    const operation = "ListUsers";
    metrics.awsCall({ operation, outcome: "TooManyRequestsException", attempt: 1, latencyMs: 100 });
    metrics.awsCall({ operation, outcome: "ok", attempt: 2, latencyMs: 200 });
    expect(await samples(metrics, "connector_aws_calls_total")).toEqual([
      '{operation="ListUsers",outcome="TooManyRequestsException"} 1',
      '{operation="ListUsers",outcome="ok"} 1',
    ]);
    expect(await samples(metrics, "connector_aws_retries_total")).toEqual(['{operation="ListUsers"} 1']);
    const [sum = ""] = await samples(metrics, "connector_aws_call_duration_seconds_sum");
    expect(Number(sum.split(" ")[1])).toBeCloseTo(0.3, 9);
  });

  test("with a thousand error names that an endpoint makes up are one series", async () => {
    const metrics = metricsAt();
    for (let n = 0; n < 1000; n += 1) {
      metrics.awsCall({ operation: "GetGroup", outcome: `ada${n}@example.com`, attempt: 1, latencyMs: 1 });
    }
    expect(await samples(metrics, "connector_aws_calls_total")).toEqual([
      '{operation="GetGroup",outcome="other"} 1000',
    ]);
  });

  test("pages that are read ahead are counted by what became of them", async () => {
    const metrics = metricsAt();
    for (const outcome of ["used", "used", "dropped", "failed"] as const) metrics.pageAhead(outcome);
    expect(await samples(metrics, "connector_pages_read_ahead_total")).toEqual([
      '{outcome="used"} 2',
      '{outcome="dropped"} 1',
      '{outcome="failed"} 1',
    ]);
  });

  test("pages and waits are timed", async () => {
    const metrics = metricsAt();
    metrics.page({ listing: "members", outcome: "ok", durationMs: 1500 });
    metrics.wait({ category: "UserList", priority: "sync", durationMs: 250 });
    expect(await samples(metrics, "connector_page_duration_seconds_sum")).toEqual([
      '{listing="members",outcome="ok"} 1.5',
    ]);
    expect(await samples(metrics, "connector_quota_wait_seconds_sum")).toEqual([
      '{category="UserList",priority="sync"} 0.25',
    ]);
  });
});

describe("syncs", () => {
  test("leave no age before there was one", async () => {
    const metrics = metricsAt();
    for (const name of ["age_seconds", "timestamp_seconds", "duration_seconds", "rows"]) {
      expect(await samples(metrics, `connector_sync_last_complete_${name}`)).toEqual([]);
    }
    expect(await samples(metrics, "connector_sync_runs_total")).toHaveLength(3);
  });

  test("that are complete have age, duration and rows", async () => {
    let now = NOON;
    const metrics = metricsAt(() => now);
    metrics.sync({ outcome: "begun" });
    expect(await samples(metrics, "connector_sync_running")).toEqual(["1"]);
    const rows = { users: 1000, groups: 10, memberships: 4000 };
    metrics.sync({ outcome: "complete", endedAtMs: NOON, durationMs: 61_500, rows });
    now += 90_000;
    expect(await samples(metrics, "connector_sync_running")).toEqual(["0"]);
    expect(await samples(metrics, "connector_sync_last_complete_age_seconds")).toEqual(["90"]);
    expect(await samples(metrics, "connector_sync_last_complete_timestamp_seconds")).toEqual([
      String(NOON / 1000),
    ]);
    expect(await samples(metrics, "connector_sync_last_complete_duration_seconds")).toEqual(["61.5"]);
    expect(await samples(metrics, "connector_sync_last_complete_rows")).toEqual([
      '{kind="users"} 1000',
      '{kind="groups"} 10',
      '{kind="memberships"} 4000',
    ]);
  });

  test("of a clock that was ahead grow old by the time that passes", async () => {
    let monotonic = 0;
    const metrics = metricsAt(
      () => NOON + monotonic,
      () => monotonic,
    );
    const rows = { users: 1, groups: 1, memberships: 1 };
    metrics.sync({ outcome: "found", endedAtMs: NOON + 86_400_000, durationMs: 1, rows });
    expect(await samples(metrics, "connector_sync_last_complete_age_seconds")).toEqual(["0"]);
    monotonic = 10_800_000;
    expect(await samples(metrics, "connector_sync_last_complete_age_seconds")).toEqual(["10800"]);
  });

  test("whose end a clock that was ahead has moved are as old as their begin", async () => {
    const metrics = metricsAt(() => NOON);
    const [beganAtMs, endedAtMs] = [NOON - 7_200_000, NOON + 86_400_000];
    metrics.sync({ outcome: "found", endedAtMs, durationMs: endedAtMs - beganAtMs, rows: undefined });
    expect(await samples(metrics, "connector_sync_last_complete_age_seconds")).toEqual(["7200"]);
    expect(await samples(metrics, "connector_sync_last_complete_timestamp_seconds")).toEqual([
      String(beganAtMs / 1000),
    ]);
    expect(await samples(metrics, "connector_sync_last_complete_duration_seconds")).toEqual([]);
  });

  test("grow old also where the clock is set back after them", async () => {
    let [now, monotonic] = [NOON, 0];
    const metrics = metricsAt(
      () => now,
      () => monotonic,
    );
    const rows = { users: 1, groups: 1, memberships: 1 };
    metrics.sync({ outcome: "complete", endedAtMs: NOON, durationMs: 1, rows });
    now -= 86_400_000;
    monotonic = 60_000;
    expect(await samples(metrics, "connector_sync_last_complete_age_seconds")).toEqual(["60"]);
  });

  test("that fail leave the last complete one, and count up to the next", async () => {
    const metrics = metricsAt();
    const rows = { users: 1, groups: 1, memberships: 1 };
    metrics.sync({ outcome: "found", endedAtMs: NOON - 5000, durationMs: 1, rows });
    metrics.sync({ outcome: "failed" });
    metrics.sync({ outcome: "failed" });
    metrics.sync({ outcome: "canceled" });
    expect(await samples(metrics, "connector_sync_last_complete_age_seconds")).toEqual(["5"]);
    expect(await samples(metrics, "connector_sync_consecutive_failures")).toEqual(["2"]);
    expect(await samples(metrics, "connector_sync_runs_total")).toEqual([
      '{outcome="complete"} 0',
      '{outcome="failed"} 2',
      '{outcome="canceled"} 1',
    ]);
    metrics.sync({ outcome: "complete", endedAtMs: NOON, durationMs: 1, rows });
    expect(await samples(metrics, "connector_sync_consecutive_failures")).toEqual(["0"]);
  });
});

const SOURCES: MetricSources = {
  quota: () => [
    {
      category: "UserList",
      setPerSecond: 5,
      currentPerSecond: 2.5,
      waiting: 7,
      granted: 100,
      throttles: 3,
      refused: 4,
      restarts: 1,
    },
  ],
  sharing: () => [
    {
      category: "UserList",
      mode: "shared",
      silent: false,
      instances: 8,
      poolInstances: 2,
      setPerSecond: 4,
      localPerSecond: 0.5,
      turns: 90,
      waits: 60,
      fallbacks: 2,
      dropped: 3,
    },
  ],
  usedPerSecond: () => 2.4,
  journal: async () => ({ open: 2, oldestBeganAtMs: NOON - 60_000 }),
  budgets: async () => [{ budget: "deletions", limit: 10, spent: 12 }],
  auditSeq: () => 41,
  ready: () => true,
  syncProgress: () => ({
    rows: { users: 60, groups: 2, memberships: 0 },
    estimatedUsers: 130,
    openListings: 3,
    leftMs: 1500,
  }),
  certificates: () => [{ certificate: "server", expiresAtMs: NOON }],
  platform: () => ({ running: 2, helloAgeMs: 90_000, pollAgeMs: 3_000, unreachedMs: 1_500 }),
  jwksAgeMs: () => 90_000,
};

const LOOKED_UP = [
  ["connector_quota_set_per_second", '{category="UserList"} 5'],
  ["connector_quota_granted_per_second", '{category="UserList"} 2.5'],
  ["connector_quota_used_per_second", '{category="UserList"} 2.4'],
  ["connector_quota_waiting", '{category="UserList"} 7'],
  ["connector_quota_turns_total", '{category="UserList"} 100'],
  ["connector_quota_throttles_total", '{category="UserList"} 3'],
  ["connector_quota_refused_total", '{category="UserList"} 4'],
  ["connector_quota_restarts_total", '{category="UserList"} 1'],
  ["connector_shared_quota_connected", '{category="UserList"} 1'],
  ["connector_shared_quota_silent", '{category="UserList"} 0'],
  ["connector_shared_quota_instances", '{category="UserList"} 8'],
  ["connector_shared_quota_set_per_second", '{category="UserList"} 4'],
  ["connector_shared_quota_part_per_second", '{category="UserList"} 0.5'],
  ["connector_shared_quota_turns_total", '{category="UserList"} 90'],
  ["connector_shared_quota_waits_total", '{category="UserList"} 60'],
  ["connector_shared_quota_dropped_total", '{category="UserList"} 3'],
  ["connector_shared_quota_fallbacks_total", '{category="UserList"} 2'],
  ["connector_journal_open_changes", "2"],
  ["connector_journal_oldest_open_change_age_seconds", "60"],
  ["connector_changes_left", '{budget="deletions",window="hour"} 0'],
  ["connector_changes_limit", '{budget="deletions",window="hour"} 10'],
  ["connector_audit_last_seq", "41"],
  ["connector_ready", "1"],
  ["connector_jwks_age_seconds", "90"],
  ["connector_platform_tasks_running", "2"],
  ["connector_platform_hello_age_seconds", "90"],
  ["connector_platform_poll_age_seconds", "3"],
  ["connector_platform_unreached_seconds", "1.5"],
  ["connector_sync_progress_estimated_users", "130"],
  ["connector_sync_progress_open_listings", "3"],
  ["connector_sync_progress_left_seconds", "1.5"],
  ["connector_tls_certificate_expiry_timestamp_seconds", `{certificate="server"} ${NOON / 1000}`],
] as const;

describe("what is looked up", () => {
  test.for(LOOKED_UP)("%s is %s, read at every scrape", async ([name, sample]) => {
    const metrics = metricsAt();
    expect(await samples(metrics, name)).toEqual([]);
    metrics.watch(SOURCES);
    expect(await samples(metrics, name)).toEqual([sample]);
    expect(await samples(metrics, name)).toEqual([sample]);
  });

  test("of a running sync is gone when it ends", async () => {
    const metrics = metricsAt();
    let progress = SOURCES.syncProgress();
    metrics.watch({ syncProgress: () => progress });
    expect(await samples(metrics, "connector_sync_progress_rows")).toEqual([
      '{kind="users"} 60',
      '{kind="groups"} 2',
      '{kind="memberships"} 0',
    ]);
    progress = undefined;
    for (const name of ["rows", "estimated_users", "open_listings", "left_seconds"]) {
      expect(await samples(metrics, `connector_sync_progress_${name}`)).toEqual([]);
    }
  });

  test("is missing when its source fails, which is counted, and the rest stays", async () => {
    const metrics = metricsAt();
    metrics.watch(SOURCES);
    await metrics.text();
    metrics.watch({
      auditSeq: () => {
        throw new Error("ada@example.com");
      },
    });
    expect(await samples(metrics, "connector_audit_last_seq")).toEqual([]);
    expect(await samples(metrics, "connector_ready")).toEqual(["1"]);
    // One a scrape; whether this scrape is in its own answer is the library's affair.
    expect(await samples(metrics, "connector_metrics_source_failures_total")).toEqual(
      expect.arrayContaining([expect.stringMatching(/^\{source="auditSeq"\} [23]$/), '{source="ready"} 0']),
    );
    expect(await metrics.text()).not.toContain("ada");
  });

  test("is 0 seconds old where nothing is open", async () => {
    const metrics = metricsAt();
    metrics.watch({ journal: async () => ({ open: 0, oldestBeganAtMs: undefined }) });
    expect(await samples(metrics, "connector_journal_oldest_open_change_age_seconds")).toEqual(["0"]);
  });
});

describe("all metrics", () => {
  test("follow the rules of Prometheus for names, units and help", () => {
    for (const { name, help, type, labels } of metricsAt().describe()) {
      expect(name).toMatch(/^connector_[a-z][a-z_]*[a-z]$/);
      expect(help).toMatch(/^[A-Z0-9].{10,}\.$/);
      expect(name.endsWith("_total")).toBe(type === "counter");
      expect(type !== "histogram" || name.endsWith("_seconds")).toBe(true);
      expect(name).not.toMatch(/_ms|_millis/);
      for (const label of labels) expect(label).toMatch(/^[a-z_]+$/);
    }
  });

  test("do not meet those of another registry", async () => {
    const one = metricsAt();
    const two = metricsAt();
    one.sync({ outcome: "failed" });
    expect(await samples(two, "connector_sync_consecutive_failures")).toEqual(["0"]);
  });

  test("say what runs", async () => {
    expect(await samples(metricsAt(), "connector_build_info")).toEqual([
      '{version="1.2.3",node_version="v24.0.0"} 1',
    ]);
  });

  test("hold those of the process", async () => {
    const metrics = createMetrics({
      now: () => NOON,
      monotonic: () => 0,
      version: "1",
      nodeVersion: "v24",
      served: [],
      scimEndpoints: ["/Users", "/Users/{id}"],
      taskKinds: [],
    });
    expect(await metrics.text()).toMatch(/^process_resident_memory_bytes \d+$/m);
  });
});
