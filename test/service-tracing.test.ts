// Traces as a collector receives them, over real sockets.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { TcpAddress } from "../pkg/core/listen-address.ts";
import { createLogger } from "../pkg/ops/logger.ts";
import { currentLogScope } from "../pkg/ops/logger-scope.ts";
import { createTracing } from "../pkg/ops/tracing/create-tracing.ts";
import { NO_TRACING } from "../pkg/ops/tracing/no-tracing.ts";
import type { Tracing, TracingOptions } from "../pkg/ops/tracing/tracing.ts";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { startScriptedCognito } from "./cognito/server.ts";
import { refusal } from "./support/adapter.ts";
import { startCli } from "./support/connector-cli.ts";
import { eventually } from "./support/eventually.ts";
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from "./support/loopback-certificate.ts";
import { type OtlpCollector, startOtlpCollector } from "./support/otlp-collector.ts";
import { createRig } from "./support/rig.ts";

const POOL = "us-east-1_Ab129faBb";
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const never = new AbortController().signal;

let collector: OtlpCollector;
let tracings: Tracing[] = [];
let lines: unknown[] = [];

beforeEach(async () => {
  collector = await startOtlpCollector();
  lines = [];
  tracings = [];
});

afterEach(async () => {
  for (const tracing of tracings) await tracing.close(0);
  collector.close();
});

function localCollector(port: number): TcpAddress {
  return { kind: "tcp", host: "127.0.0.1", port };
}

async function traced(different: Partial<TracingOptions> = {}): Promise<Tracing> {
  const log = createLogger({
    level: "debug",
    format: "json",
    write: (line) => lines.push(JSON.parse(line)),
    now: Date.now,
  });
  const tracing = await createTracing({
    collector: localCollector(collector.port),
    plaintext: true,
    caFile: undefined,
    serviceVersion: "1.2.3",
    poolId: POOL,
    log,
    now: Date.now,
    ...different,
  });
  tracings.push(tracing);
  return tracing;
}

const incoming = (traceparent?: string) => ({
  callId: "call-1",
  front: "grpc" as const,
  service: "c1.connector.v2.ResourcesService",
  method: "ListResources",
  traceparent,
  tracestate: undefined,
});

const answered = { code: "OK", requestBytes: 10, answerBytes: 2_000 };
const attempt = {
  operation: "ListUsers",
  outcome: "ok",
  attempt: 1,
  latencyMs: 40,
  requestId: "aws-1",
} as const;

describe("spans", () => {
  test("of the AWS calls of a gRPC call are its children, each attempt with its outcome and request id", async () => {
    const tracing = await traced();
    await tracing.within(incoming(), async () => {
      tracing.awsCall({ ...attempt, outcome: "TooManyRequestsException", requestId: "aws-0" });
      await Promise.resolve();
      tracing.awsCall({ ...attempt, attempt: 2 });
      tracing.request(answered);
    });
    await tracing.close(5_000);
    const [throttled, done, call] = collector.spans;
    expect(collector.spans).toHaveLength(3);
    expect(call).toMatchObject({
      name: "c1.connector.v2.ResourcesService/ListResources",
      kind: 2,
      parentSpanId: "",
      status: 0,
      attributes: {
        "rpc.system": "grpc",
        "rpc.service": "c1.connector.v2.ResourcesService",
        "rpc.method": "ListResources",
        "rpc.response.status_code": "OK",
        "rpc.request.bytes": 10,
        "rpc.response.bytes": 2_000,
        "connector.call_id": "call-1",
      },
      resource: { "service.name": "connector", "service.version": "1.2.3", "connector.pool": POOL },
    });
    expect(throttled).toMatchObject({ status: 2, statusMessage: "TooManyRequestsException" });
    expect(throttled?.attributes["aws.request_id"]).toBe("aws-0");
    expect(done).toMatchObject({
      name: "ListUsers",
      kind: 3,
      traceId: call?.traceId,
      parentSpanId: call?.spanId,
      status: 0,
      attributes: {
        "rpc.system": "aws-api",
        "rpc.service": "CognitoIdentityProvider",
        "rpc.method": "ListUsers",
        "connector.category": "UserList",
        "connector.attempt": 2,
        "connector.outcome": "ok",
        "aws.request_id": "aws-1",
      },
    });
    expect((done?.endMs ?? 0) - (done?.startMs ?? 0)).toBeCloseTo(40, 0);
  });

  test("of two concurrent calls stay apart", async () => {
    const tracing = await traced();
    const gate = Promise.withResolvers<void>();
    const call = (callId: string) =>
      tracing.within({ ...incoming(), callId }, async () => {
        await gate.promise;
        tracing.awsCall({ ...attempt, requestId: callId });
        tracing.request(answered);
      });
    const both = Promise.all([call("a"), call("b")]);
    gate.resolve();
    await both;
    await tracing.close(5_000);
    for (const id of ["a", "b"]) {
      const parent = collector.spans.find(({ attributes }) => attributes["connector.call_id"] === id);
      const child = collector.spans.find(({ attributes }) => attributes["aws.request_id"] === id);
      expect(parent?.spanId).toMatch(/^[0-9a-f]{16}$/);
      expect(child?.parentSpanId).toBe(parent?.spanId);
    }
  });

  test("continue the trace that the caller names", async () => {
    const tracing = await traced();
    await tracing.within(incoming(`00-${TRACE}-${SPAN}-01`), async () => tracing.request(answered));
    await tracing.close(5_000);
    expect(collector.spans).toMatchObject([{ traceId: TRACE, parentSpanId: SPAN }]);
  });

  test("of a call that its caller does not sample are not sent", async () => {
    const tracing = await traced();
    await tracing.within(incoming(`00-${TRACE}-${SPAN}-00`), async () => {
      tracing.awsCall(attempt);
      tracing.request(answered);
    });
    tracing.awsCall({ ...attempt, requestId: "of-no-call" });
    await tracing.close(5_000);
    expect(collector.spans).toMatchObject([
      { parentSpanId: "", attributes: { "aws.request_id": "of-no-call" } },
    ]);
  });

  test("of a call that fails have the code, and are errors when the fault is ours", async () => {
    const tracing = await traced();
    for (const code of ["NOT_FOUND", "UNAVAILABLE"]) {
      await tracing.within(incoming(), async () => tracing.request({ ...answered, code }));
    }
    await expect(tracing.within(incoming(), async () => Promise.reject(new Error("lost")))).rejects.toThrow(
      "lost",
    );
    await tracing.close(5_000);
    expect(collector.spans).toMatchObject([
      { status: 0, attributes: { "rpc.response.status_code": "NOT_FOUND" } },
      { status: 2, statusMessage: "UNAVAILABLE" },
      { status: 0 },
    ]);
  });

  test("the log lines of a call carry its id and its trace", async () => {
    const tracing = await traced();
    await tracing.within(incoming(`00-${TRACE}-${SPAN}-01`), async () => {
      expect(currentLogScope()).toEqual({ callId: "call-1", traceId: TRACE });
    });
    await NO_TRACING.within(incoming(), async () => {
      expect(currentLogScope()).toEqual({ callId: "call-1" });
    });
  });

  test("of real calls to a pool hold no data of its users", async () => {
    const planted = people(61, (index) => ({
      username: `planted-${index}`,
      attributes: { email: `planted-${index}@example.com`, name: "Planted Person" },
    }));
    const cognito = await startScriptedCognito({ pools: [createPool({ id: POOL, users: planted })] });
    cognito.script({ operation: "ListUsers", error: { name: "TooManyRequestsException" }, times: 1 });
    const tracing = await traced();
    const rig = createRig({ url: cognito.url, poolId: POOL, onCall: (event) => tracing.awsCall(event) });
    await tracing.within(incoming(), async () => {
      await rig.connector.listUsers({ pageToken: "", pageSize: 0 }, never);
      tracing.request(answered);
    });
    await tracing.close(5_000);
    await rig.close();
    const told = collector.spans.filter(({ name }) => name === "ListUsers");
    expect(told.map(({ attributes }) => attributes["connector.attempt"])).toEqual([1, 2]);
    expect(told.map(({ attributes }) => attributes["aws.request_id"])).toEqual(
      cognito.stats.calls
        .filter(({ operation }) => operation === "ListUsers")
        .map(({ requestId }) => requestId),
    );
    const [call] = collector.spans.filter(({ kind }) => kind === 2);
    expect(told.every(({ parentSpanId }) => parentSpanId === call?.spanId)).toBe(true);
    expect(collector.text()).toContain("TooManyRequestsException");
    expect(collector.text()).not.toMatch(/planted|example/i);
    await cognito.close();
  });
});

describe("sending", () => {
  test("sends batches before it is closed", async () => {
    const tracing = await traced({ batchDelayMs: 1 });
    for (let count = 0; count < 5; count += 1) tracing.awsCall(attempt);
    await collector.arrived(5);
    expect(collector.batches).toBe(1);
  });

  test("keeps no more spans than the limit while the collector hangs", async () => {
    collector.answer("hang");
    const tracing = await traced({ maxQueuedSpans: 8, batchDelayMs: 60_000 });
    for (let count = 0; count < 100; count += 1) tracing.awsCall(attempt);
    collector.answer("ok");
    await tracing.close(5_000);
    expect(collector.spans.length).toBeLessThanOrEqual(16);
    expect(collector.spans.length).toBeGreaterThanOrEqual(8);
  });

  test("that fails is logged once an hour, with what was lost, and another line says when it is over", async () => {
    let nowMs = Date.now();
    collector.answer("unavailable");
    const tracing = await traced({ batchDelayMs: 1, now: () => nowMs });
    const send = async (batches: number): Promise<void> => {
      tracing.awsCall(attempt);
      await vi.waitFor(() => expect(collector.batches).toBe(batches), { timeout: 100_000 });
    };
    await send(1);
    await eventually(() => expect(lines).toHaveLength(1));
    expect(lines[0]).toMatchObject({
      level: "error",
      msg: "traces are lost; this is logged once an hour",
      error: `the collector at 127.0.0.1:${collector.port} does not accept traces (gRPC code 14)`,
      spans: 1,
    });
    await send(2);
    nowMs += 59 * 60_000;
    await send(3);
    nowMs += 60_000;
    await send(4);
    await eventually(() => expect(lines).toHaveLength(2));
    expect(lines[1]).toMatchObject({ msg: "traces are lost; this is logged once an hour", spans: 3 });
    collector.answer("ok");
    await send(5);
    await eventually(() => expect(lines).toHaveLength(3));
    expect(lines[2]).toMatchObject({ level: "info", msg: "the collector accepts traces again" });
    expect(JSON.stringify(lines)).not.toContain("go away");
  });

  test("ends within the grace although the collector does not answer", async () => {
    collector.answer("hang");
    const tracing = await traced();
    tracing.awsCall(attempt);
    const startedAt = performance.now();
    await tracing.close(50);
    expect(performance.now() - startedAt).toBeLessThan(4_500);
  });

  test("a missing collector costs only one log line", async () => {
    const { port } = collector;
    collector.close();
    const tracing = await traced({ collector: localCollector(port) });
    tracing.awsCall(attempt);
    await tracing.close(5_000);
    expect(lines).toMatchObject([{ level: "error", code: "unavailable" }]);
  });
});

describe("the collector's address", () => {
  test("over TLS is trusted with the CA in the file or as text, and not without it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "connector-otlp-"));
    const caFile = join(folder, "ca.pem");
    writeFileSync(caFile, LOOPBACK_CERTIFICATE);
    const secure = await startOtlpCollector({ key: LOOPBACK_KEY, certificate: LOOPBACK_CERTIFICATE });
    const overTls = { collector: localCollector(secure.port), plaintext: false };
    const stranger = await traced(overTls);
    stranger.awsCall({ ...attempt, requestId: "without" });
    await stranger.close(5_000);
    expect(lines).toMatchObject([{ msg: "traces are lost; this is logged once an hour" }]);
    const trusted = await traced({ ...overTls, caFile });
    trusted.awsCall({ ...attempt, requestId: "with" });
    await trusted.close(5_000);
    const byText = await traced({ ...overTls, caText: LOOPBACK_CERTIFICATE });
    byText.awsCall({ ...attempt, requestId: "with text" });
    await byText.close(5_000);
    secure.close();
    rmSync(folder, { recursive: true });
    expect(secure.spans.map(({ attributes }) => attributes["aws.request_id"])).toEqual(["with", "with text"]);
    expect(lines).toHaveLength(1);
  });

  test("over TLS with a CA file that is missing is refused", async () => {
    expect(await refusal(traced({ plaintext: false, caFile: "/nowhere/ca.pem" }))).toMatchObject({
      code: "invalid-argument",
      message: expect.stringMatching(/^otel-collector-endpoint-tls-cert-path: \/nowhere\/ca\.pem/),
    });
  });
});

describe("OpenTelemetry", () => {
  const hook = `--import=${resolve(import.meta.dirname, "support/tell-opentelemetry.ts")}`;
  const tracingTs = resolve(import.meta.dirname, "../pkg/ops/tracing/create-tracing.ts");

  async function loadedBy(script: string): Promise<string> {
    const { stderr } = await promisify(execFile)(process.execPath, [
      hook,
      "--input-type=module",
      "-e",
      script,
    ]);
    return stderr;
  }

  test("is loaded when a collector is configured", async () => {
    const script = `const { createTracing } = await import(${JSON.stringify(tracingTs)});
      const tracing = await createTracing({ collector: { host: "127.0.0.1", port: 1 }, plaintext: true, serviceVersion: "1", poolId: "p", now: Date.now });
      await tracing.close(0);`;
    expect(await loadedBy(script)).toMatch(/^loads @opentelemetry\/api$/m);
  });

  test("is not loaded by commands that do not use it", async () => {
    expect(await loadedBy(`await import(${JSON.stringify(tracingTs)});`)).toBe("");
  });

  test("is not loaded by a service without a collector", async () => {
    const pool = createPool({ id: POOL, users: people(1), groups: [] });
    const cognito = await startScriptedCognito({ pools: [pool] });
    const running = startCli(
      [
        "serve",
        "--listen=127.0.0.1:0",
        `--user-pool-id=${POOL}`,
        `--endpoint-url=${cognito.url}`,
        "--log-format=json",
      ],
      { NODE_OPTIONS: hook },
    );
    await new Promise<void>((ready, failed) => {
      running.process.stderr?.on("data", (chunk: Buffer) => {
        if (chunk.toString().includes("the pool can be read")) ready();
      });
      running.process.once("exit", () => failed(new Error("it ended too early")));
    });
    running.process.kill("SIGTERM");
    const { code, stderr } = await running.result;
    await cognito.close();
    expect(code).toBe(0);
    expect(stderr).toContain('"msg":"serving gRPC"');
    expect(stderr).not.toContain("loads @opentelemetry");
  });
});
