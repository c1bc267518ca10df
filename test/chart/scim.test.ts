import { describe, expect, test } from "vitest";
import { allRendered, at, configOf, LEAST, rows, template } from "./render.ts";

const set = (...values: readonly string[]): readonly string[] => values.flatMap((value) => ["--set", value]);

const SCIM = [
  ...LEAST,
  ...set(
    "scim.enabled=true",
    "scim.baseUrl=https://scim.example.com/scim/v2",
    "scim.service.type=LoadBalancer",
    "scim.service.port=443",
    "tls.clientCertificates=false",
    "tokens.secretName=connector-tokens",
    "settings.provisioning=true",
    "settings.scim-password=temporary",
    "networkPolicy.scimCallers[0].namespaceSelector.matchLabels.name=ingress",
  ),
  "--set-string=scim.service.annotations.example\\.com/public=yes",
];

describe("a release that answers SCIM", () => {
  const manifests = allRendered(...SCIM);
  const named = (kind: string, name: string) =>
    manifests.find((each) => each["kind"] === kind && at(each, "metadata", "name") === name);

  test("has a Service for it alone, so that gRPC and metrics can stay inside the cluster", () => {
    const names = (service: string) =>
      rows(at(named("Service", service), "spec", "ports")).map((port) => at(port, "name"));
    expect(names("pool-a-cognito-connector-scim")).toEqual(["scim"]);
    expect(names("pool-a-cognito-connector")).toEqual(["grpc", "metrics"]);
    expect(named("Service", "pool-a-cognito-connector-scim")).toMatchObject({
      metadata: { annotations: { "example.com/public": "yes" } },
      spec: { type: "LoadBalancer", ports: [{ name: "scim", port: 443, targetPort: "scim" }] },
    });
  });

  test("has its port in the pod, and in the network policy for those who may call it", () => {
    const pod = at(named("StatefulSet", "pool-a-cognito-connector"), "spec", "template", "spec");
    expect(rows(at(pod, "containers", 0, "ports"))).toContainEqual({ name: "scim", containerPort: 8090 });
    const policy = named("NetworkPolicy", "pool-a-cognito-connector");
    expect(rows(at(policy, "spec", "ingress"))).toContainEqual({
      ports: [{ port: "scim", protocol: "TCP" }],
      from: [{ namespaceSelector: { matchLabels: { name: "ingress" } } }],
    });
  });

  test("listens for the cluster, and knows its name outside", () => {
    const { config, warnings } = configOf(SCIM);
    expect(warnings).toEqual([]);
    expect(config.scim).toMatchObject({
      listen: { kind: "tcp", host: "0.0.0.0", port: 8090 },
      baseUrl: "https://scim.example.com/scim/v2",
      password: "temporary",
    });
  });
});

test("a release has no port for SCIM unless it is asked for", () => {
  expect(template(...LEAST).stdout).not.toMatch(/scim/);
  expect(configOf(LEAST).config.scim).toBeUndefined();
});

test.for([
  [
    "SCIM without TLS",
    set("poolId=eu-west-1_A", "platform.clientId=a@b/c", "clientSecret.secretName=c1", "scim.enabled=true"),
    "scim.enabled: identity providers need TLS",
  ],
  [
    "SCIM for everybody",
    [...LEAST, ...set("scim.enabled=true", "tls.clientCertificates=false")],
    "scim.enabled: everybody could change the pool",
  ],
  [
    "SCIM for callers with a certificate and a token",
    [...SCIM, ...set("tls.clientCertificates=true")],
    "set tls.clientCertificates: false",
  ],
  ["a base URL with an underscore", [...SCIM, ...set("scim.baseUrl=https://h/us-east-1_A")], "/scim/baseUrl"],
  [
    "a SCIM setting that the chart makes",
    [...LEAST, ...set("settings.scim-listen=0.0.0.0:1")],
    "scim-listen",
  ],
] as const)("%s is refused, and named", ([, args, says]) => {
  const { status, stdout, stderr } = template(...args);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(says);
});
