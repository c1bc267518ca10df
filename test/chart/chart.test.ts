import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { at, CHART, configOf, helm, LEAST, rendered, rows, template } from "./render.ts";

const ALL = [
  ...LEAST,
  ...[
    "tokens.secretName=connector-tokens",
    "awsKeys.secretName=connector-aws",
    "clientSecret.secretName=connector-baton",
    "redis.secretName=connector-redis",
    "settings.redis-url=rediss://cache.example.com",
    "networkPolicy.redisPorts={6379}",
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

const JWK = JSON.stringify(generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }));
const CLIENT_SECRET = `secret-token:conductorone.com:v1:${Buffer.from(JWK).toString("base64url")}`;
const ID = "cool-name@tenant.conductor.one/abc";
/** The least that the platform's daemon needs. */
const DAEMON = [
  "poolId=eu-west-1_AbCd12345",
  `platform.clientId=${ID}`,
  "clientSecret.secretName=c1",
].flatMap((value) => ["--set", value]);

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
  const configWith = (...args: readonly string[]) => configOf(args, { BATON_CLIENT_SECRET: CLIENT_SECRET });

  test("are taken by the program without a warning", () => {
    for (const args of [LEAST, ALL, DAEMON]) {
      const { config, warnings } = configWith(...args);
      expect(warnings).toEqual([]);
      expect(config.poolId).toBe("eu-west-1_AbCd12345");
    }
  });

  test("what the platform is asked with arrives", () => {
    expect(configWith(...LEAST).config.platform).toBeUndefined();
    expect(configWith(...DAEMON).config.platform).toMatchObject({
      clientId: { id: ID },
      concurrency: 3,
      hostId: undefined,
      apiHost: undefined,
    });
    const more = ["taskConcurrency=5", "hostId=pool-a", "apiHost=relay.example.com:8443"];
    const { config } = configWith(...DAEMON, ...more.flatMap((value) => ["--set", `platform.${value}`]));
    expect(config.platform).toMatchObject({
      concurrency: 5,
      hostId: "pool-a",
      apiHost: "relay.example.com:8443",
    });
  });

  test("an operator's own settings arrive", () => {
    expect(configWith(...LEAST).config.provisioning.enabled).toBe(false);
    expect(configWith(...ALL).config.provisioning.enabled).toBe(true);
  });
});

describe("a release that does only the platform's tasks", () => {
  const FROM = [
    "poolId=eu-west-1_AbCd12345",
    "clientSecret.secretName=baton",
    "clientSecret.key=BATON_CLIENT_SECRET",
    "platform.clientIdSecret.secretName=baton",
    "platform.clientIdSecret.key=BATON_CLIENT_ID",
    "awsKeys.secretName=baton",
    "awsKeys.accessKeyIdKey=BATON_AWS_ACCESS_KEY_ID",
    "awsKeys.secretAccessKeyKey=BATON_AWS_SECRET_ACCESS_KEY",
  ].flatMap((value) => ["--set", value]);

  test("needs no TLS, and has no port that others can call", () => {
    const manifests = rendered(...DAEMON);
    const pod = at(manifests.get("StatefulSet"), "spec", "template", "spec");
    const names = (list: unknown) => rows(list).map((port) => at(port, "name"));
    expect(names(at(pod, "containers", 0, "ports"))).toEqual(["metrics"]);
    expect(at(pod, "containers", 0, "args")).toEqual([]);
    expect(at(manifests.get("ConfigMap"), "data", "connector.yaml")).not.toMatch(/^listen:/m);
    expect(names(at(manifests.get("Service"), "spec", "ports"))).toEqual(["metrics"]);
    const inbound = rows(at(manifests.get("NetworkPolicy"), "spec", "ingress"));
    expect(inbound.map((rule) => at(rule, "ports", 0, "port"))).toEqual(["metrics"]);
  });

  test("takes id, secret and AWS keys from a Secret that was made for another connector", () => {
    const pod = at(rendered(...FROM).get("StatefulSet"), "spec", "template", "spec");
    expect(rows(at(pod, "containers", 0, "env"))).toContainEqual({
      name: "BATON_CLIENT_ID",
      valueFrom: { secretKeyRef: { name: "baton", key: "BATON_CLIENT_ID" } },
    });
    const items = rows(at(pod, "volumes")).flatMap((volume) => rows(at(volume, "secret", "items")));
    expect(items).toEqual([
      { key: "BATON_AWS_ACCESS_KEY_ID", path: "aws-access-key-id" },
      { key: "BATON_AWS_SECRET_ACCESS_KEY", path: "aws-secret-access-key" },
      { key: "BATON_CLIENT_SECRET", path: "client-secret" },
    ]);
  });

  test.for([
    [[], 443],
    [["platform.apiHost=relay.example.com:8443"], 8443],
    [["platform.clientId=cool-name@tenant.example.com:9443/abc"], 9443],
  ] as const)("reaches the platform at its port, also beside a list of AWS networks: %j", ([more, port]) => {
    const lists = ["networkPolicy.awsCidrs={10.1.0.0/16}", "networkPolicy.platformCidrs={192.0.2.0/24}"];
    const set = [...lists, ...more].flatMap((value) => ["--set", value]);
    const outbound = rows(at(rendered(...DAEMON, ...set).get("NetworkPolicy"), "spec", "egress"));
    expect(outbound).toContainEqual({
      ports: [{ port, protocol: "TCP" }],
      to: [{ ipBlock: { cidr: "192.0.2.0/24" } }],
    });
  });

  test("answers callers as well where it has TLS", () => {
    const pod = at(rendered(...DAEMON, ...LEAST).get("StatefulSet"), "spec", "template", "spec");
    expect(at(pod, "containers", 0, "args")).toEqual(["serve"]);
    const ports = rows(at(rendered(...DAEMON, ...LEAST).get("Service"), "spec", "ports"));
    expect(ports.map((port) => at(port, "name"))).toEqual(["grpc", "metrics"]);
  });
});

test.for([
  [
    "a client id without its secret",
    [...LEAST, "--set", `platform.clientId=${ID}`],
    "clientSecret.secretName: name the Secret",
  ],
  [
    "two client ids",
    [...DAEMON, "--set", "platform.clientIdSecret.secretName=c1"],
    "platform.clientIdSecret: platform.clientId is set as well",
  ],
  ["a client id without a host", [...LEAST, "--set", "platform.clientId=cool-name"], "clientId"],
  ["a client id among the settings", [...LEAST, "--set", `settings.client-id=${ID}`], "client-id"],
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
