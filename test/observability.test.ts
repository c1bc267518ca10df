// Health, reflection and metrics over real sockets. The clients of health and reflection are made from the definitions
// of gRPC's own packages, so those definitions judge the messages, not our reading of them.

import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceDefinition,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";
import { service as healthDefinition } from "grpc-health-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GovernanceError } from "../pkg/core/errors.ts";
import { ConnectorService } from "../pkg/gen/c1/connector/v2/connector_pb.ts";
import type { GrpcServer } from "../pkg/grpc/server.ts";
import { SERVED_METHODS } from "../pkg/grpc/services/served-methods.ts";
import { createHealthServer } from "../pkg/ops/http/health-server.ts";
import { createReadinessProbe } from "../pkg/ops/http/readiness.ts";
import { createMetrics, type Metrics } from "../pkg/ops/metrics/metrics.ts";
import { TASK_KINDS } from "../pkg/platform/task-kinds.ts";
import { SCIM_ENDPOINTS } from "../pkg/scim/http/endpoints.ts";
import { eventually } from "./support/eventually.ts";
import { fakeConnector, grpcClient } from "./support/grpc-client.ts";
import { FREE_PORT, type TestServerOptions, testGrpcServer } from "./support/grpc-server.ts";

const closers: (() => unknown)[] = [];
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "observability-"));
});

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await rm(folder, { recursive: true, force: true });
});

function newMetrics(): Metrics {
  return createMetrics({
    now: Date.now,
    monotonic: () => performance.now(),
    version: "0.1.0",
    nodeVersion: "v24.0.0",
    served: SERVED_METHODS,
    scimEndpoints: SCIM_ENDPOINTS,
    taskKinds: TASK_KINDS,
  });
}

async function serve(
  different: Partial<TestServerOptions> = {},
): Promise<{ server: GrpcServer; target: string }> {
  const server = testGrpcServer({ connector: fakeConnector(), ...different });
  closers.push(() => server.close(0));
  const { target } = await server.listen(FREE_PORT);
  return { server, target };
}

/** A client of a definition of another package, whose calls are untyped there too. */
function foreignClient(definition: ServiceDefinition, target: string): Client {
  const Constructor = makeGenericClientConstructor(definition, "Foreign");
  const client = new Constructor(target, credentials.createInsecure(), { "grpc.enable_http_proxy": 0 });
  closers.push(() => client.close());
  return client;
}

function methodOf(definition: ServiceDefinition, name: string) {
  const method = definition[name];
  if (method === undefined) throw new Error(`${name} is missing`);
  return method;
}

function healthCall(target: string, name: "Check" | "List", service = ""): Promise<unknown> {
  const { path, requestSerialize, responseDeserialize } = methodOf(healthDefinition, name);
  const client = foreignClient(healthDefinition, target);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { service },
      (error: ServiceError | null, answer: unknown) => {
        if (error === null) resolve(answer);
        else reject(error);
      },
    );
  });
}

interface Watched {
  readonly told: unknown[];
  readonly ended: Promise<ServiceError | undefined>;
}

function watchHealth(target: string, service = ""): Watched {
  const { path, requestSerialize, responseDeserialize } = methodOf(healthDefinition, "Watch");
  const call: ClientReadableStream<unknown> = foreignClient(healthDefinition, target).makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    { service },
  );
  const told: unknown[] = [];
  call.on("data", (answer) => told.push(answer));
  const ended = new Promise<ServiceError | undefined>((resolve) => {
    call.on("error", (error: ServiceError) => resolve(error));
    call.on("end", () => resolve(undefined));
  });
  closers.push(() => call.cancel());
  return { told, ended };
}

describe("grpc.health.v1", () => {
  test("Check answers SERVING for the server and for each service", async () => {
    const { target } = await serve();
    for (const service of ["", "c1.connector.v2.ConnectorService", "c1.connector.v2.GrantManagerService"]) {
      expect(await healthCall(target, "Check", service)).toEqual({ status: "SERVING" });
    }
    await expect(healthCall(target, "Check", "none.Such")).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  test("List names every service of the connector", async () => {
    const { target } = await serve();
    const names = new Set(
      SERVED_METHODS.map(({ service }) => service).filter((name) => name.startsWith("c1.")),
    );
    expect(await healthCall(target, "List")).toEqual({
      statuses: Object.fromEntries(["", ...names].map((name) => [name, { status: "SERVING" }])),
    });
  });

  test("Watch follows the state", async () => {
    const { server, target } = await serve();
    const { told } = watchHealth(target, "c1.connector.v2.GrantsService");
    await eventually(() => expect(told).toHaveLength(1));
    server.setServing(false);
    await eventually(() => expect(told).toHaveLength(2));
    server.setServing(true);
    await eventually(() => expect(told).toHaveLength(3));
    expect(told).toEqual([{ status: "SERVING" }, { status: "NOT_SERVING" }, { status: "SERVING" }]);
  });

  test("a drain is reported to every watcher, and does not wait for them", async () => {
    const { server, target } = await serve();
    const { told, ended } = watchHealth(target);
    const unknown = watchHealth(target, "none.Such");
    await eventually(() => expect([...told, ...unknown.told]).toHaveLength(2));
    // A watch that stayed open would take the whole grace: the test would run out of time.
    await server.close(600_000);
    expect(await ended).toMatchObject({ code: status.UNAVAILABLE });
    expect(told).toEqual([{ status: "SERVING" }, { status: "NOT_SERVING" }]);
    expect(unknown.told).toEqual([{ status: "SERVICE_UNKNOWN" }]);
    expect(await unknown.ended).toMatchObject({ code: status.UNAVAILABLE });
  });

  test("while a call is still finishing, health says NOT_SERVING already", async () => {
    const finish = Promise.withResolvers<void>();
    const validate = vi.fn<() => Promise<void>>(() => finish.promise);
    const { server, target } = await serve({ connector: fakeConnector({ validate }) });
    const { told } = watchHealth(target);
    const client = grpcClient(target);
    closers.push(() => client.close());
    const running = client.unary(ConnectorService.method.validate);
    await eventually(() => expect(validate).toHaveBeenCalled());
    const closing = server.close(600_000);
    await eventually(() => expect(told.at(-1)).toEqual({ status: "NOT_SERVING" }));
    finish.resolve();
    expect(await running).toMatchObject({ code: "OK" });
    await closing;
  });
});

/** What the official package would register, for both versions of reflection. */
function reflectionDefinitions(): readonly ServiceDefinition[] {
  const definitions: ServiceDefinition[] = [];
  new ReflectionService({}).addToServer({
    addService: (definition: ServiceDefinition) => void definitions.push(definition),
  });
  return definitions;
}

type ReflectionCall = ClientDuplexStream<unknown, unknown>;

function openReflection(
  target: string,
  version: "v1" | "v1alpha",
  metadata = new Metadata(),
): ReflectionCall {
  const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
  const definition = reflectionDefinitions().find((each) =>
    Object.values(each).some((method) => method.path === path),
  );
  if (definition === undefined) throw new Error(`the official package has no ${version}`);
  const { requestSerialize, responseDeserialize } = methodOf(definition, "ServerReflectionInfo");
  return foreignClient(definition, target).makeBidiStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    metadata,
  );
}

/** All answers to the requests, and how the call ended. */
function converse(call: ReflectionCall, questions: readonly object[]): Promise<Conversation> {
  return new Promise((resolve) => {
    const answers: unknown[] = [];
    call.on("data", (answer) => answers.push(answer));
    call.on("end", () => resolve({ answers, error: undefined }));
    call.on("error", (error: ServiceError) => resolve({ answers, error }));
    for (const question of questions) call.write(question);
    call.end();
  });
}

interface Conversation {
  readonly answers: readonly unknown[];
  readonly error: ServiceError | undefined;
}

describe("server reflection", () => {
  test.for(["v1", "v1alpha"] as const)(
    "%s lists the services, and each is a value of the metric label",
    async (version) => {
      const { target } = await serve();
      const { answers } = await converse(openReflection(target, version), [{ listServices: "*" }]);
      const names = [...new Set(SERVED_METHODS.map(({ service }) => service))].toSorted();
      expect(answers).toMatchObject([{ listServicesResponse: { service: names.map((name) => ({ name })) } }]);
    },
  );

  test.for(["v1", "v1alpha"] as const)("%s answers each request in order", async (version) => {
    const { target } = await serve();
    const { answers, error } = await converse(openReflection(target, version), [
      { host: "a", fileContainingSymbol: "c1.connector.v2.GrantsService" },
      { host: "b", fileByFilename: "none.proto" },
      { host: "c", fileByFilename: "c1/connector/v2/grant.proto" },
    ]);
    expect(error).toBeUndefined();
    expect(answers).toMatchObject([
      { validHost: "a", messageResponse: "fileDescriptorResponse" },
      { validHost: "b", messageResponse: "errorResponse", errorResponse: { errorCode: status.NOT_FOUND } },
      { validHost: "c", messageResponse: "fileDescriptorResponse" },
    ]);
  });

  test("answers hundreds of requests on one stream", async () => {
    const { target } = await serve();
    const question = { fileContainingSymbol: "c1.connector.v2.Grant" };
    const { answers } = await converse(
      openReflection(target, "v1"),
      Array.from({ length: 300 }, () => question),
    );
    expect(answers).toHaveLength(300);
  });

  test("does not exist when it is switched off", async () => {
    const { target } = await serve({ reflection: false });
    const { error } = await converse(openReflection(target, "v1"), [{ listServices: "" }]);
    expect(error).toMatchObject({ code: status.UNIMPLEMENTED });
  });

  test("refuses bytes that are not a request, and reports them", async () => {
    const onCall = vi.fn<NonNullable<TestServerOptions["onCall"]>>();
    const { target } = await serve({ onCall });
    const reply = await grpcClient(target).bytes(
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      Uint8Array.of(0xff, 0xff),
    );
    expect(reply).toMatchObject({ code: "INTERNAL" });
    await eventually(() =>
      expect(onCall).toHaveBeenCalledWith(
        expect.objectContaining({ method: "ServerReflectionInfo", code: "INTERNAL", requestBytes: 2 }),
      ),
    );
  });

  test("an open stream does not delay a drain", async () => {
    const { server, target } = await serve();
    const call = openReflection(target, "v1");
    const ended = new Promise<ServiceError>((resolve) => {
      call.on("error", resolve);
    });
    call.write({ listServices: "" });
    await new Promise((resolve) => {
      call.once("data", resolve);
    });
    await server.close(600_000);
    expect(await ended).toMatchObject({ code: status.UNAVAILABLE });
  });
});

interface Scrape {
  readonly status: number;
  readonly body: string;
}

function get(port: number, path: string): Promise<Scrape> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        body += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on("error", reject)
      .end();
  });
}

/** The samples of a scrape: name and labels → value. Throws at a line that is not of the text format. */
function parseScrape(body: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  for (const line of body.split("\n")) {
    if (line === "" || /^# (HELP|TYPE) [a-z_]/.test(line)) continue;
    const [, series, value] =
      /^([a-z][a-z0-9_]*(?:\{(?:[a-z_]+="[^"\n]*",?)+\})?) ([0-9.e+-]+|NaN|[+-]Inf)$/.exec(line) ?? [];
    if (series === undefined || samples.has(series)) throw new Error(`not of the text format: ${line}`);
    samples.set(series, Number(value));
  }
  return samples;
}

describe("a scrape", () => {
  async function scraped(metrics: Metrics): Promise<() => Promise<ReadonlyMap<string, number>>> {
    const http = createHealthServer({
      bindAddress: "127.0.0.1",
      port: 0,
      live: () => true,
      ready: () => Promise.reject(new Error("is not asked")),
      metrics: () => metrics.text(),
      now: Date.now,
      monotonic: () => performance.now(),
    });
    closers.push(() => http.close(0));
    const { port } = await http.listen();
    return async () => parseScrape((await get(port, "/metrics")).body);
  }

  test("counts calls by method, and counts unknown methods as one", async () => {
    const metrics = newMetrics();
    const scrape = await scraped(metrics);
    const onCall = vi.fn<NonNullable<TestServerOptions["onCall"]>>((event) => metrics.call(event));
    const { target } = await serve({ onCall });
    const client = grpcClient(target);
    closers.push(() => client.close());
    await client.unary(ConnectorService.method.validate);
    await healthCall(target, "Check");
    const ours = (samples: ReadonlyMap<string, number>) =>
      [...samples.keys()].filter((series) => series.startsWith("connector_"));
    const before = ours(await scrape()).length;
    for (let n = 0; n < 200; n += 1) {
      const path = n % 2 === 0 ? `/made.Up${n}/Method${n}` : `/c1.connector.v2.GrantsService/Method${n}`;
      expect(await client.bytes(path, new Uint8Array())).toMatchObject({ code: "UNIMPLEMENTED" });
    }
    const after = await scrape();
    const labels = 'service="c1.connector.v2.ConnectorService",method="Validate"';
    expect(after.get(`connector_grpc_requests_total{${labels},code="OK"}`)).toBe(1);
    expect(after.get(`connector_grpc_request_duration_seconds_count{${labels}}`)).toBe(1);
    expect(
      after.get('connector_grpc_requests_total{service="grpc.health.v1.Health",method="Check",code="OK"}'),
    ).toBe(1);
    expect([...after.keys()].filter((series) => /made|Method\d/i.test(series))).toEqual([]);
    expect(ours(after).length - before).toBeLessThanOrEqual(1);
  });

  test("counts the callers that authentication rejected, by code", async () => {
    const metrics = newMetrics();
    const scrape = await scraped(metrics);
    const tokensFile = join(folder, "tokens");
    const hash = createHash("sha256").update("reader-token").digest("hex");
    await writeFile(tokensFile, `read ${hash} reader\n`);
    const { target } = await serve({ security: { tokensFile }, onCall: (event) => metrics.call(event) });
    const client = grpcClient(target);
    closers.push(() => client.close());
    const { validate } = ConnectorService.method;
    const headers = { authorization: "Bearer reader-token" };
    expect(await client.unary(validate)).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await client.unary(validate, {}, { headers })).toMatchObject({ code: "OK" });
    // Orchestrators have no token. Reflection shows the services, so it needs one.
    expect(await healthCall(target, "Check")).toEqual({ status: "SERVING" });
    const listed = await converse(openReflection(target, "v1"), [{ listServices: "" }]);
    expect(listed.error).toMatchObject({ code: status.UNAUTHENTICATED });
    const metadata = new Metadata();
    metadata.set("authorization", "Bearer reader-token");
    expect(await converse(openReflection(target, "v1", metadata), [{ listServices: "" }])).toMatchObject({
      answers: [{ messageResponse: "listServicesResponse" }],
      error: undefined,
    });
    const samples = await scrape();
    expect(samples.get('connector_grpc_refusals_total{code="UNAUTHENTICATED"}')).toBe(2);
    expect(samples.get('connector_grpc_refusals_total{code="PERMISSION_DENIED"}')).toBe(0);
  });
});

describe("readiness over HTTP", () => {
  test("asks the pool once for a hundred readiness probes, and never for a liveness probe", async () => {
    const validate = vi.fn<() => Promise<void>>(async () => {
      throw new GovernanceError("permission-denied", "cognito-idp:DescribeUserPool is not allowed; allow it");
    });
    const probe = createReadinessProbe({ validate, now: Date.now, monotonic: () => performance.now() });
    const http = createHealthServer({
      bindAddress: "127.0.0.1",
      port: 0,
      live: () => true,
      ready: () => probe.ready(),
      metrics: async () => "",
      now: Date.now,
      monotonic: () => performance.now(),
    });
    closers.push(() => http.close(0));
    const { port } = await http.listen();
    expect((await get(port, "/livez")).status).toBe(200);
    expect(validate).not.toHaveBeenCalled();
    const paths = Array.from({ length: 100 }, (_, n) => ["/readyz", "/ready", "/health"][n % 3] ?? "");
    const pages = await Promise.all(paths.map((path) => get(port, path)));
    expect(new Set(pages.map((page) => page.status))).toEqual(new Set([503]));
    expect(pages[0]?.body).toContain("cognito-idp:DescribeUserPool is not allowed; allow it");
    expect(validate).toHaveBeenCalledTimes(1);
  });
});
