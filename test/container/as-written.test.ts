// Runs the real image with the environment, arguments and settings of the compose file and of the chart.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { ResourcesService } from "../../pkg/gen/c1/connector/v2/resource_pb.ts";
import { createAuthority } from "../support/certificates.ts";
import { type GrpcTestClient, grpcClient } from "../support/grpc-client.ts";
import { type ConnectorContainer, startContainer } from "./connector-container.ts";
import { type PoolNetwork, startPoolNetwork } from "./pool-container.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const POOL = "eu-west-1_Local0001";
const USERS = 24;
/** It idles at 146 MiB, and at 193 once SCIM has read the pool. The limits are for a leak at the start, not for small changes. */
const BELOW_RSS_MIB = { alone: 160, withScim: 224 };

let pool: PoolNetwork | undefined;
let container: ConnectorContainer | undefined;
let client: GrpcTestClient | undefined;
let folder: string | undefined;

afterEach(async () => {
  client?.close();
  await container?.remove();
  await pool?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  [client, container, pool, folder] = [undefined, undefined, undefined, undefined];
});

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, name) => (typeof found === "object" && found !== null ? Reflect.get(found, name) : undefined),
    value,
  );
}

function texts(value: unknown): Record<string, string> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([name, text]) => [name, String(text)]));
}

function rows(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

async function countUsers(caller: GrpcTestClient): Promise<number> {
  const { code, answer } = await caller.unary(ResourcesService.method.listResources, {
    resourceTypeId: "user",
    pageSize: 60,
  });
  expect(code).toBe("OK");
  return answer?.list.length ?? 0;
}

function composeFile(name: string): unknown {
  return parse(readFileSync(join(ROOT, "deploy/docker", name), "utf8"), { merge: true });
}

test.for([
  ["compose.yaml", ["compose.yaml"], BELOW_RSS_MIB.alone],
  ["compose.yaml with compose.scim.yaml", ["compose.yaml", "compose.scim.yaml"], BELOW_RSS_MIB.withScim],
] as const)("%s: the service answers, and uses little memory when idle", async ([, files, belowMib]) => {
  const services = files.map((name) => at(composeFile(name), "services", "connector"));
  pool = await startPoolNetwork(POOL, USERS);
  container = await startContainer({
    args: rows(at(services[0], "command")).map(String),
    env: Object.assign({}, ...services.map((service) => texts(at(service, "environment")))),
    network: pool.network,
  });
  await container.logged(/"msg":"serving gRPC"/);
  client = grpcClient(await container.address());
  expect(await countUsers(client)).toBe(USERS);
  expect(await container.exec("connector", "health-check")).toMatchObject({ code: 0 });
  if (services.length > 1) await scimHasRead(container);
  const status = `console.log(require("node:fs").readFileSync("/proc/1/status", "utf8"))`;
  const rssKib = Number(/VmRSS:\s+(\d+) kB/.exec((await container.exec("node", "-e", status)).output)?.[1]);
  process.stdout.write(`resident: ${Math.round(rssKib / 1024)} MiB\n`);
  expect(rssKib / 1024).toBeLessThan(belowMib);
});

/** It lists people once its first run is complete. */
async function scimHasRead(service: ConnectorContainer): Promise<void> {
  const ask = `fetch("http://127.0.0.1:8090/scim/v2/Users?count=1").then(async (answer) => console.log(await answer.text()))`;
  await expect
    .poll(async () => (await service.exec("node", "-e", ask)).output, { timeout: 100_000 })
    .toContain(`"totalResults":${USERS}`);
}

test("the chart: the pod's container answers over mTLS with its rendered settings", async () => {
  pool = await startPoolNetwork(POOL, USERS);
  const { stdout, status, stderr } = spawnSync(
    join(ROOT, ".cache/helm/helm"),
    [
      "template",
      "pool-a",
      join(ROOT, "deploy/helm/cognito-connector"),
      "--kube-version=1.30.0",
      `--set=poolId=${POOL},tls.secretName=connector-tls,insecure=true`,
      `--set=settings.endpoint-url=${pool.url}`,
    ],
    { encoding: "utf8" },
  );
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const manifests = parseAllDocuments(stdout).map((document) => {
    const value: unknown = document.toJS();
    return value;
  });
  const ofKind = (kind: string) => manifests.find((manifest) => at(manifest, "kind") === kind);
  const pod = at(ofKind("StatefulSet"), "spec", "template", "spec", "containers", 0);

  folder = mkdtempSync(join(tmpdir(), "connector-release-"));
  const authority = createAuthority("release");
  const own = authority.issue({ names: ["IP:127.0.0.1"] });
  const caller = authority.issue({ names: ["DNS:governance.example.com"] });
  const files = {
    "/config/connector.yaml": String(at(ofKind("ConfigMap"), "data", "connector.yaml")),
    "/secrets/tls/tls.crt": own.cert,
    "/secrets/tls/tls.key": own.key,
    "/secrets/tls/ca.crt": authority.cert,
  };
  const mounts = Object.entries(files).map(([path, text], index) => {
    const here = join(folder ?? "", String(index));
    writeFileSync(here, text);
    return [here, path] as const;
  });
  // The pod mounts the files that its settings name.
  const mounted = rows(at(pod, "volumeMounts")).map((mount) => String(at(mount, "mountPath")));
  expect(new Set(mounted)).toEqual(new Set(["/data", "/config", "/secrets/tls"]));

  container = await startContainer({
    args: rows(at(pod, "args")).map(String),
    env: Object.fromEntries(
      rows(at(pod, "env")).map((entry) => [String(at(entry, "name")), String(at(entry, "value"))]),
    ),
    network: pool.network,
    files: mounts,
  });
  await container.logged(/"msg":"serving gRPC"/);
  const channel = credentials.createSsl(
    Buffer.from(authority.cert),
    Buffer.from(caller.key),
    Buffer.from(caller.cert),
  );
  client = grpcClient(await container.address(), channel);
  expect(await countUsers(client)).toBe(USERS);
  for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
    const path = String(at(pod, probe, "httpGet", "path"));
    const ask = `fetch("http://127.0.0.1:8081${path}").then((answer) => console.log(answer.status))`;
    expect((await container.exec("node", "-e", ask)).output.trim()).toBe("200");
  }
});
