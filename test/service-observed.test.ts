// What a running service reports about itself: traces, log lines, its level, its scheduled syncs.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ResourcesService } from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { callUnary, grpcClient } from "./support/grpc-client.ts";
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from "./support/loopback-certificate.ts";
import { useObservedService } from "./support/observed-service.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

const service = useObservedService(beforeEach, afterEach, { users: 61 });
const { said, lines } = service;

/** Resolves with the address. */
async function serve(...more: readonly string[]): Promise<string> {
  service.start(...more);
  await said('"msg":"serving gRPC"');
  return service.addressOf("serving gRPC");
}

describe("a gRPC call", () => {
  test("is a span in its caller's trace, and its AWS calls are its children, sent before the end", async () => {
    const address = await serve(
      `--otel-collector-endpoint=http://127.0.0.1:${service.collector.port}`,
      "--log-level=debug",
    );
    await said('"msg":"the pool can be read"');
    const client = grpcClient(address);
    const page = await client.unary(
      ResourcesService.method.listResources,
      { resourceTypeId: "user" },
      { headers: { traceparent: `00-${TRACE}-${SPAN}-01` } },
    );
    client.close();
    expect(page.code).toBe("OK");
    service.signal("SIGTERM");
    expect(await service.code()).toBe(0);

    const call = service.collector.spans.find(({ kind }) => kind === 2);
    expect(call).toMatchObject({ traceId: TRACE, parentSpanId: SPAN });
    const child = service.collector.spans.find(({ name }) => name === "ListUsers");
    expect(child).toMatchObject({ traceId: TRACE, parentSpanId: call?.spanId });
    const told = lines().filter(({ traceId }) => traceId === TRACE);
    expect(told.map(({ msg }) => msg)).toEqual(["AWS answered", "gRPC call finished"]);
    expect(new Set(told.map(({ callId }) => callId))).toEqual(
      new Set([call?.attributes["connector.call_id"]]),
    );
    expect(told[0]?.["requestId"]).toBe(child?.attributes["aws.request_id"]);
  });

  test("without a collector still has its id in its log lines", async () => {
    const address = await serve("--log-level=debug");
    await said('"msg":"the pool can be read"');
    await callUnary(address, ResourcesService.method.listResources, { resourceTypeId: "user" });
    await said('"msg":"gRPC call finished"');
    const told = lines().filter(({ callId }) => callId !== undefined);
    expect(told.map(({ msg }) => msg)).toEqual(["AWS answered", "gRPC call finished"]);
    expect(new Set(told.map(({ callId }) => callId)).size).toBe(1);
  });
});

test("SIGHUP reads the log level of the configuration file", async () => {
  const config = join(service.folder, "connector.yaml");
  writeFileSync(config, "log-level: info\n");
  const address = await serve(`--config=${config}`);
  await callUnary(address, ResourcesService.method.listResources, { resourceTypeId: "user" });
  writeFileSync(config, "log-level: debug\n");
  service.signal("SIGHUP");
  await said("SIGHUP: reloaded the log level");
  expect(service.log).not.toContain('"msg":"gRPC call finished"');
  await callUnary(address, ResourcesService.method.listResources, { resourceTypeId: "user" });
  await said('"msg":"gRPC call finished"');
  writeFileSync(config, "log-level: loud\n");
  service.signal("SIGHUP");
  await said("SIGHUP: cannot reload the log level; the previous version stays in use");
});

test("SIGHUP with a broken certificate logs the error, and not that it was reloaded", async () => {
  const certificate = join(service.folder, "tls.crt");
  writeFileSync(certificate, LOOPBACK_CERTIFICATE);
  writeFileSync(join(service.folder, "tls.key"), LOOPBACK_KEY);
  await serve(`--tls-cert-file=${certificate}`, `--tls-key-file=${join(service.folder, "tls.key")}`);
  writeFileSync(certificate, "broken");
  service.signal("SIGHUP");
  await said("SIGHUP: cannot reload the TLS certificate; the previous version stays in use");
  await said('"msg":"SIGHUP: reloaded the log level"');
  expect(service.log).not.toMatch(/reloaded [^"]*TLS/);
});

/** The sample of a metric as it is scraped now. */
async function scraped(name: string): Promise<string | undefined> {
  const http = service.addressOf("serving health and metrics");
  const text = await (await fetch(`http://${http}/metrics`)).text();
  return text.split("\n").find((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
}

test("a call whose deadline passes is counted as DEADLINE_EXCEEDED, which the shipped alert looks for", async () => {
  const address = await serve("--health-check", "--health-check-port=0");
  await said('"msg":"the pool can be read"');
  const hold = service.cognito.hold({ operation: "ListUsers" });
  const client = grpcClient(address);
  const reply = await client.unary(
    ResourcesService.method.listResources,
    { resourceTypeId: "user" },
    // The client library does not read this header, so it never cancels first: only the server keeps the deadline.
    { headers: { "grpc-timeout": "100m" } },
  );
  client.close();
  hold.release();
  expect(reply.code).toBe("DEADLINE_EXCEEDED");
  const counted =
    'connector_grpc_requests_total{service="c1.connector.v2.ResourcesService",method="ListResources",code="DEADLINE_EXCEEDED"}';
  await vi.waitFor(async () => expect(await scraped(counted)).toBe(`${counted} 1`), { timeout: 100_000 });
  await said('"grpcCode":"DEADLINE_EXCEEDED"');
});

test("a service with a schedule logs when it syncs, and what an earlier process left", async () => {
  const watched = ["--sync-every=1h", `--file=${join(service.folder, "pool.c1z")}`, "--health-check"];
  const hold = service.cognito.hold({ operation: "ListGroups" });
  await serve(...watched, "--health-check-port=0");
  await hold.arrived();
  expect(await scraped("connector_sync_running")).toBe("connector_sync_running 1");
  expect(await scraped("connector_sync_last_complete_age_seconds")).toBeUndefined();
  expect(await scraped("connector_sync_progress_estimated_users")).toBe(
    "connector_sync_progress_estimated_users 61",
  );
  expect(await scraped('connector_sync_progress_rows{kind="groups"}')).toBe(
    'connector_sync_progress_rows{kind="groups"} 0',
  );
  hold.release();
  await said('"msg":"synced"');
  expect(await scraped("connector_sync_progress_rows")).toBeUndefined();
  expect(await scraped("connector_sync_running")).toBe("connector_sync_running 0");
  expect(await scraped("connector_sync_last_complete_rows")).toContain(" 61");
  service.signal("SIGTERM");
  await service.code();

  await serve(...watched, "--health-check-port=0");
  await said("waiting for the next sync");
  expect(await scraped("connector_sync_last_complete_age_seconds")).toMatch(/ \d/);
});

test("a service with a schedule writes the file and continues to serve", async () => {
  const file = join(service.folder, "pool.c1z");
  const address = await serve("--sync-every=1h", `--file=${file}`);
  await said('"msg":"synced"');
  expect(existsSync(file)).toBe(true);
  const page = await callUnary(address, ResourcesService.method.listResources, { resourceTypeId: "user" });
  expect(page.code).toBe("OK");
  service.signal("SIGTERM");
  expect(await service.code()).toBe(0);
});
