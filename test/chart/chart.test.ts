import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { Config } from "../../pkg/config/config.ts";
import { loadConfig } from "../../pkg/config/load-config.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const HELM = join(ROOT, ".cache/helm/helm");
const CHART = join(ROOT, "deploy/helm/cognito-connector");

/** The least that a release needs. */
const LEAST = ["--set", "poolId=eu-west-1_AbCd12345", "--set", "tls.secretName=connector-tls"];
const ALL = [
  ...LEAST,
  ...[
    "tokens.secretName=connector-tokens",
    "awsKeys.secretName=connector-aws",
    "clientSecret.secretName=connector-baton",
    "serviceMonitor.enabled=true",
    "syncEvery=1h",
    "settings.provisioning=true",
    "settings.rate=10",
    "tls.readers={reader.example.com}",
    "tls.provisioners={spiffe://example.com/governance}",
    "networkPolicy.awsCidrs={10.1.0.0/16}",
    `image.digest=sha256:${"a".repeat(64)}`,
    "serviceAccount.annotations.eks\\.amazonaws\\.com/role-arn=arn:aws:iam::123456789012:role/connector",
  ].flatMap((value) => ["--set", value]),
];

type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((found, name) => (isTree(found) ? found[name] : undefined), value);
}

function rows(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function helm(...args: readonly string[]) {
  const { stdout, stderr, status, error } = spawnSync(HELM, args, { encoding: "utf8" });
  if (error !== undefined) throw error;
  return { stdout, stderr, status };
}

const template = (...args: readonly string[]) =>
  helm("template", "pool-a", CHART, "--namespace=governance", "--kube-version=1.30.0", ...args);

/** Manifests by kind. */
function rendered(...args: readonly string[]): ReadonlyMap<string, unknown> {
  const { stdout, stderr, status } = template(...args);
  if (status !== 0) throw new Error(stderr);
  const documents = parseAllDocuments(stdout).map((document) => {
    const value: unknown = document.toJS();
    return value;
  });
  return new Map(documents.filter(isTree).map((document) => [String(document["kind"]), document]));
}

test("helm finds nothing wrong with the chart", () => {
  expect(helm("lint", "--strict", CHART, ...ALL)).toMatchObject({ status: 0 });
});

describe("a release with every feature", () => {
  const manifests = rendered(...ALL);
  const pod = at(manifests.get("StatefulSet"), "spec", "template", "spec");
  const container = at(pod, "containers", 0);

  test("has these manifests, all named after it", () => {
    expect([...manifests.keys()].toSorted((a, b) => a.localeCompare(b))).toEqual([
      "ConfigMap",
      "NetworkPolicy",
      "PodDisruptionBudget",
      "Service",
      "ServiceAccount",
      "ServiceMonitor",
      "StatefulSet",
    ]);
    for (const manifest of manifests.values()) {
      expect(at(manifest, "metadata", "name")).toBe("pool-a-cognito-connector");
    }
  });

  test("its pod passes the restricted standard of Kubernetes, and writes only to its volume", () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        fsGroup: 65532,
        seccompProfile: { type: "RuntimeDefault" },
      },
    });
    expect(at(container, "securityContext")).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    for (const name of ["hostNetwork", "hostPID", "hostIPC"]) expect(at(pod, name)).toBeUndefined();
    expect(rows(at(pod, "volumes")).filter((volume) => at(volume, "hostPath") !== undefined)).toEqual([]);
    const writable = rows(at(container, "volumeMounts")).filter((mount) => at(mount, "readOnly") !== true);
    expect(writable).toEqual([{ name: "data", mountPath: "/data" }]);
  });

  test("mounts every volume that it has, and probes ports that it opens", () => {
    const volumes = rows(at(pod, "volumes")).map((volume) => at(volume, "name"));
    const mounts = rows(at(container, "volumeMounts")).map((mount) => at(mount, "name"));
    expect(new Set(mounts)).toEqual(new Set([...volumes, "data"]));
    const ports = rows(at(container, "ports")).map((port) => at(port, "name"));
    for (const [probe, path] of [
      ["startupProbe", "/livez"],
      ["livenessProbe", "/livez"],
      ["readinessProbe", "/readyz"],
    ] as const) {
      expect(at(container, probe, "httpGet", "path")).toBe(path);
      expect(ports).toContain(at(container, probe, "httpGet", "port"));
    }
    const targets = rows(at(manifests.get("Service"), "spec", "ports")).map((port) => at(port, "targetPort"));
    expect(new Set(targets)).toEqual(new Set(ports));
    expect(at(manifests.get("ServiceMonitor"), "spec", "endpoints", 0, "port")).toBe("metrics");
  });

  test("service, policy, budget and monitor select the pod by its labels", () => {
    const labels = at(manifests.get("StatefulSet"), "spec", "template", "metadata", "labels");
    for (const selector of [
      at(manifests.get("Service"), "spec", "selector"),
      at(manifests.get("StatefulSet"), "spec", "selector", "matchLabels"),
      at(manifests.get("NetworkPolicy"), "spec", "podSelector", "matchLabels"),
      at(manifests.get("PodDisruptionBudget"), "spec", "selector", "matchLabels"),
    ]) {
      expect(selector).toEqual({
        "app.kubernetes.io/name": "cognito-connector",
        "app.kubernetes.io/instance": "pool-a",
      });
      expect(labels).toMatchObject(Object(selector));
    }
  });

  test("has time to drain before it is killed", () => {
    const settings = String(at(manifests.get("ConfigMap"), "data", "connector.yaml"));
    const grace = Number(/^grace-seconds: (\d+)$/m.exec(settings)?.[1]);
    expect(at(pod, "terminationGracePeriodSeconds")).toBeGreaterThan(grace);
  });

  test("holds no secret, only the names of Secrets", () => {
    const text = template(...ALL).stdout;
    expect(text).not.toMatch(/kind: Secret$/m);
    expect(text).not.toMatch(/secretKeyRef|stringData/);
    for (const name of ["connector-tls", "connector-tokens", "connector-aws", "connector-baton"]) {
      expect(text).toContain(`secretName: ${name}`);
    }
  });

  test("runs with the role of its service account, from the given image", () => {
    expect(at(manifests.get("ServiceAccount"), "metadata", "annotations")).toEqual({
      "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/connector",
    });
    expect(at(container, "image")).toBe(`cognito-connector@sha256:${"a".repeat(64)}`);
  });
});

describe("the settings of a release", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "connector-chart-"));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function configOf(...args: readonly string[]): {
    readonly config: Config;
    readonly warnings: readonly string[];
  } {
    const file = join(folder, "connector.yaml");
    writeFileSync(file, String(at(rendered(...args).get("ConfigMap"), "data", "connector.yaml")));
    const env = { BATON_CONFIG_PATH: file };
    return loadConfig("serve", new Map(), {
      env,
      cwd: folder,
      stdoutIsTerminal: false,
      stderrIsTerminal: false,
    });
  }

  test("are taken by the program without a warning", () => {
    for (const args of [LEAST, ALL]) {
      const { config, warnings } = configOf(...args);
      expect(warnings).toEqual([]);
      expect(config.poolId).toBe("eu-west-1_AbCd12345");
    }
  });

  test("an operator's own settings arrive", () => {
    expect(configOf(...LEAST).config.provisioning.enabled).toBe(false);
    expect(configOf(...ALL).config.provisioning.enabled).toBe(true);
  });
});

test.for([
  ["no pool", ["--set", "tls.secretName=t"], "/poolId"],
  ["no TLS", ["--set", "poolId=eu-west-1_A"], "tls.secretName: name the Secret"],
  ["a value nobody knows", [...LEAST, "--set", "replicas=2"], "replicas"],
  ["a secret among the settings", [...LEAST, "--set", "settings.client-secret=x"], "client-secret"],
  [
    "static keys among the settings",
    [...LEAST, "--set", "settings.aws-secret-access-key=x"],
    "aws-secret-access-key",
  ],
  ["a setting that the chart makes", [...LEAST, "--set", "settings.listen=0.0.0.0:1"], "listen"],
  ["more than one pod down", [...LEAST, "--set", "podDisruptionBudget.maxUnavailable=2"], "maxUnavailable"],
] as const)("%s is refused, and named", ([, args, says]) => {
  const { status, stdout, stderr } = template(...args);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(says);
});

test.for([
  ["networkPolicy.enabled=false", "NetworkPolicy"],
  ["podDisruptionBudget.enabled=false", "PodDisruptionBudget"],
  ["serviceAccount.create=false", "ServiceAccount"],
] as const)("%s omits the %s", ([value, kind]) => {
  expect([...rendered(...LEAST).keys()]).toContain(kind);
  expect([...rendered(...LEAST, "--set", value).keys()]).not.toContain(kind);
});
