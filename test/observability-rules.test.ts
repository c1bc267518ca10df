// Compares the dashboard and the alert rules with the metrics that exist: every metric, every label, and every label
// value that is written in full.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { SERVED_METHODS } from "../pkg/grpc/services/served-methods.ts";
import { awsOutcomeLabel, grpcCodeLabel, OTHER } from "../pkg/ops/metrics/closed-labels.ts";
import { createMetrics } from "../pkg/ops/metrics/metrics.ts";
import { TASK_KINDS } from "../pkg/platform/task-kinds.ts";
import { SCIM_ENDPOINTS } from "../pkg/scim/http/endpoints.ts";
import { type Expression, readPromql } from "./support/promql.ts";

const FOLDER = new URL("../deploy/observability/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, FOLDER), "utf8");

/** What the scraper adds. */
const TARGET_LABELS = ["instance", "job"];

/** Metrics that the scraper makes of each target. */
const series = new Map<string, readonly string[]>([["up", []]]);
for (const { name, type, labels } of createMetrics({
  now: Date.now,
  monotonic: () => 0,
  version: "0",
  nodeVersion: "v0",
  served: SERVED_METHODS,
  scimEndpoints: SCIM_ENDPOINTS,
  taskKinds: TASK_KINDS,
}).describe()) {
  const names = type === "histogram" ? ["_bucket", "_sum", "_count"].map((part) => name + part) : [name];
  for (const each of names) series.set(each, each.endsWith("_bucket") ? [...labels, "le"] : labels);
}

/** The problems of an expression; empty when everything that it names exists. */
function flaws(text: string): readonly string[] {
  const { metrics, groupedBy }: Expression = readPromql(text);
  const found: string[] = [];
  if (metrics.length === 0) found.push("names no metric");
  const anyLabel = new Set(TARGET_LABELS);
  for (const { name, labels } of metrics) {
    const known = series.get(name);
    if (known === undefined) found.push(`no metric ${name}`);
    for (const label of known ?? []) anyLabel.add(label);
    for (const { label, op, value } of labels) {
      if (TARGET_LABELS.includes(label)) continue;
      if (known?.includes(label) === false) found.push(`no label ${label} of ${name}`);
      const valueOf = {
        code: grpcCodeLabel,
        outcome: name === "connector_aws_calls_total" ? awsOutcomeLabel : undefined,
      };
      const close = label === "code" || label === "outcome" ? valueOf[label] : undefined;
      if (close === undefined) continue;
      const values = op.includes("~") ? value.split("|").filter((each) => !each.includes("*")) : [value];
      for (const each of values) {
        if (each !== OTHER && close(each) === OTHER) found.push(`${label} of ${name} is never ${each}`);
      }
    }
  }
  for (const label of groupedBy) if (!anyLabel.has(label)) found.push(`nothing has the label ${label}`);
  return found;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw new TypeError("not an object");
  return { ...value };
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError("not a list");
  return value;
}

interface Rule {
  readonly name: string;
  readonly expr: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly texts: readonly string[];
}

const rules: readonly Rule[] = list(record(parse(read("alerts.yaml")))["groups"]).flatMap((group) =>
  list(record(group)["rules"]).map((rule) => {
    const fields = record(rule);
    const texts = Object.values(record(fields["annotations"])).map(String);
    return { name: String(fields["alert"]), expr: String(fields["expr"]), fields, texts };
  }),
);

describe("the check itself", () => {
  test.for([
    ["connector_typo", "no metric connector_typo"],
    ['connector_ready{color="x"}', "no label color of connector_ready"],
    ['connector_grpc_requests_total{code=~"OK|BAD"}', "code of connector_grpc_requests_total is never BAD"],
    ["sum by (color) (connector_ready)", "nothing has the label color"],
    ["1 > 0", "names no metric"],
  ] as const)("finds what is wrong with %s", ([text, flaw]) => {
    expect(flaws(text)).toEqual([flaw]);
  });

  test.for(["quantile(connector_ready)", "sum((connector_ready)", "connector_ready{x}"])(
    "throws at %s",
    (text) => {
      expect(() => readPromql(text)).toThrow(/unknown function|parentheses|not a label matcher/);
    },
  );
});

describe("the alert rules", () => {
  test("exist, each once", () => {
    const names = rules.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    expect(names).toEqual(
      expect.arrayContaining([
        "ConnectorNotReady",
        "ConnectorSyncTooOld",
        "ConnectorSyncFailing",
        "ConnectorThrottledForLong",
        "ConnectorErrors",
        "ConnectorJournalOpen",
        "ConnectorCertificateExpires",
      ]),
    );
  });

  test("ConnectorGone fires for each connector by itself, and not only when all are gone", () => {
    const gone = rules.find(({ name }) => name === "ConnectorGone");
    expect(gone?.expr).toMatch(
      /^\(up == 0 and on \(job, instance\) last_over_time\(connector_build_info\[7d\]\)\)/,
    );
    expect(gone?.expr).toContain("unless on (job) connector_build_info");
    expect(gone?.expr).toMatch(/or absent\(connector_build_info\)$/);
    expect(gone?.texts[0]).toContain("{{ $labels.job }} {{ $labels.instance }}");
  });

  test.for(rules)("$name uses metrics and labels that exist", ({ expr }) => {
    expect(flaws(expr)).toEqual([]);
  });

  test.for(rules)("$name has a severity and says what to do", ({ fields, texts, expr }) => {
    expect(["warning", "critical"]).toContain(record(fields["labels"])["severity"]);
    expect(Object.keys(record(fields["annotations"])).toSorted()).toEqual(["description", "summary"]);
    expect(fields["for"] ?? "0m").toMatch(/^\d+[mh]$/);
    // A label that the expression sums away is empty in the text.
    const { metrics, groupedBy } = readPromql(expr);
    const kept =
      groupedBy.length > 0
        ? groupedBy
        : [...TARGET_LABELS, ...metrics.flatMap(({ name }) => series.get(name) ?? [])];
    for (const [, label] of texts.join("\n").matchAll(/\$labels\.(\w+)/g)) expect(kept).toContain(label);
  });
});

const dashboard = record(JSON.parse(read("dashboard.json")));
const panels = list(dashboard["panels"]).map((panel) => {
  const fields = record(panel);
  const targets = "targets" in fields ? list(fields["targets"]).map(record) : [];
  return { title: String(fields["title"]), fields, targets };
});
const charts = panels.filter(({ fields }) => fields["type"] !== "row");

describe("the dashboard", () => {
  test("is for Grafana 10 or later, where the user chooses its data source", () => {
    expect(Number(dashboard["schemaVersion"])).toBeGreaterThanOrEqual(38);
    const variables = list(record(dashboard["templating"])["list"]).map(record);
    expect(variables[0]).toMatchObject({ name: "datasource", type: "datasource", query: "prometheus" });
    expect(variables[1]).toMatchObject({ name: "instance", type: "query" });
    const [, metric = ""] =
      /^label_values\((\w+), instance\)$/.exec(String(variables[1]?.["definition"])) ?? [];
    expect(flaws(metric)).toEqual([]);
  });

  test("has panels that do not overlap, each with its own id", () => {
    const ids = panels.map(({ fields }) => fields["id"]);
    expect(new Set(ids).size).toBe(ids.length);
    const taken = new Map<string, string>();
    for (const { title, fields } of panels) {
      const { x, y, w, h } = record(fields["gridPos"]);
      expect(Number(x) + Number(w)).toBeLessThanOrEqual(24);
      for (let column = Number(x); column < Number(x) + Number(w); column += 1) {
        for (let line = Number(y); line < Number(y) + Number(h); line += 1) {
          const place = `${column}/${line}`;
          expect(`${taken.get(place) ?? title} at ${place}`).toBe(`${title} at ${place}`);
          taken.set(place, title);
        }
      }
    }
  });

  test.for(charts)("$title uses metrics and labels that exist", ({ fields, targets }) => {
    expect(targets.length).toBeGreaterThan(0);
    for (const target of [fields, ...targets]) {
      expect(target["datasource"]).toEqual({ type: "prometheus", uid: "${datasource}" });
    }
    expect(targets.map(({ expr }) => flaws(String(expr)))).toEqual(targets.map(() => []));
  });

  test("shows every metric of ours", () => {
    const shown = new Set(
      charts.flatMap(({ targets }) =>
        targets.flatMap(({ expr }) => readPromql(String(expr)).metrics.map(({ name }) => name)),
      ),
    );
    const ours = [...series.keys()].filter(
      (name) => name.startsWith("connector_") && !/_seconds_(sum|count)$/.test(name),
    );
    expect(ours.filter((name) => !shown.has(name))).toEqual([]);
  });
});
