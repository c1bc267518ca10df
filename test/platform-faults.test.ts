// What the platform, the way to it and its tasks can do to the daemon, as a whole process.
import { create, toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BatonServiceGetTaskResponseSchema } from "../pkg/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import type { Pool } from "./cognito/pool.ts";
import { taskId } from "./support/fake-platform-client.ts";
import { startHttpProxy } from "./support/http-proxy.ts";
import {
  goesOn,
  linesOf,
  PLATFORM_POOL,
  platformPool,
  schemas,
  timesCalled,
} from "./support/platform-pool.ts";
import type { PlatformFault } from "./support/platform-server.ts";
import { type PlatformStage, platformStage, stopped } from "./support/platform-stage.ts";
import { said } from "./support/said.ts";

const A = taskId("a");

let pool: Pool;
let stage: PlatformStage;

beforeEach(async () => {
  pool = platformPool();
  stage = await platformStage(PLATFORM_POOL, pool);
});

afterEach(() => stage.close());

/** The platform's clock differs from ours by so much when it answers, not when the file of the test is read. */
function refusedAt(offsetMs: number): PlatformFault {
  return {
    status: 401,
    get date() {
      return new Date(Date.now() + offsetMs).toUTCString();
    },
  };
}

describe("the token endpoint", () => {
  test.for([
    ["answers 401", { status: 401 }, "refuses client-id and client-secret (401)"],
    ["answers 400", { status: 400 }, "refuses client-id and client-secret (400)"],
    ["answers 403", { status: 403 }, "refuses client-id and client-secret (403)"],
    ["does not exist", { status: 404 }, "check the host in client-id"],
    ["answers without a token", { body: '{"access_token":""}' }, "without an access token"],
    [
      "refuses a clock that is two minutes ahead",
      refusedAt(-125_000),
      "s ahead of the platform's: an assertion is valid for 120 s; set the clock right",
    ],
    [
      "refuses a clock that is two minutes behind",
      refusedAt(140_000),
      "s behind the platform's: an assertion is valid for 120 s; set the clock right",
    ],
  ] as const)("%s: the process ends with 16 and says why in one line", async ([, fault, why]) => {
    stage.platform.faults.token.push(fault);
    const { code, stderr } = await stage.start().result;
    expect({ code, stderr }).toMatchObject({ code: 16 });
    expect(linesOf(stderr).filter((line) => line.includes(why))).toHaveLength(1);
    expect([timesCalled(stage, "token"), timesCalled(stage, "Hello")]).toEqual([1, 0]);
  });

  test.for([
    ["answers 500", { status: 500 }, "answers 500"],
    ["answers 503", { status: 503 }, "answers 503"],
    ["is cut off", { reset: true }, "cannot be reached"],
    ["answers with something that is not JSON", { body: "<html>" }, "not JSON"],
    ["answers more than 64 KiB", { body: `{"access_token":"${"x".repeat(64 * 1024)}"}` }, "too long"],
  ] as const)("%s: the daemon asks again", async ([, fault, why]) => {
    stage.platform.faults.token.push(fault);
    const stderr = await goesOn(stage, stage.start());
    expect(timesCalled(stage, "token")).toBe(2);
    expect(stderr).toContain("the platform does not answer the Hello; trying again");
    expect(stderr).toContain(why);
  });
});

describe("the Hello", () => {
  test.for([
    ["Unauthenticated", 16],
    ["PermissionDenied", 7],
    ["Unimplemented", 12],
    ["FailedPrecondition", 9],
    ["NotFound", 5],
  ] as const)("refused as %s ends the process with the code %i", async ([message, status]) => {
    stage.platform.faults.Hello.push({ status, message });
    const { code, stderr } = await stage.start().result;
    expect({ code, stderr }).toMatchObject({ code: status });
    expect(
      linesOf(stderr).filter((line) => line.includes(`Hello: the platform answers ${message}`)),
    ).toHaveLength(1);
    expect([timesCalled(stage, "Hello"), timesCalled(stage, "GetTask")]).toEqual([1, 0]);
  });

  test.for([
    ["answered as Unavailable", { status: 14 }],
    ["answered as Internal", { status: 13 }],
    ["cut off", { reset: true }],
  ] as const)("%s is said again", async ([, fault]) => {
    stage.platform.faults.Hello.push(fault);
    await goesOn(stage, stage.start());
    expect(timesCalled(stage, "Hello")).toBe(2);
  });
});

/** A GetTaskResponse with a task whose kind has a number that nobody knows yet. */
function unknownKind(id: string): Uint8Array {
  const known = toBinary(
    BatonServiceGetTaskResponseSchema,
    create(BatonServiceGetTaskResponseSchema, { task: { id } }),
  );
  // Field 999 with an empty message, inside the task, which is the only field so far.
  const kind = Buffer.from([0xba, 0x3e, 0x00]);
  return Buffer.concat([
    Buffer.from([known[0] ?? 0, (known[1] ?? 0) + kind.length]),
    known.subarray(2),
    kind,
  ]);
}

describe("a poll", () => {
  test.for([
    ["answered as Internal", { status: 13 }],
    ["answered as Unimplemented", { status: 12 }],
    ["cut off", { reset: true }],
    ["answered with bytes that are not a message", { bytes: Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff]) }],
    ["answered with a task whose parts are garbage", { bytes: Buffer.from([0x0a, 4, 0xba, 0x06, 1, 0xff]) }],
    ["answered with more than 4 MiB", { bytes: Buffer.alloc(5 * 1024 * 1024) }],
    ["answered with two million fields", { bytes: Buffer.alloc(4 * 1024 * 1024, Buffer.of(0x78, 1)) }],
  ] as const)("%s is tried again after a second, in one line", async ([, fault]) => {
    stage.platform.faults.GetTask.push(fault);
    const stderr = await goesOn(stage, stage.start());
    const failed = linesOf(stderr).filter((line) => line.includes("asking the platform for a task failed"));
    expect(failed).toHaveLength(1);
    expect(stderr).toContain("the platform answers again");
  });

  test("that brings a task of an unknown kind leads to one answer: it is unsupported", async () => {
    stage.platform.faults.GetTask.push({ bytes: unknownKind(A) });
    const daemon = stage.start();
    await stage.platform.until(() => stage.platform.finished.length === 1);
    expect(stage.platform.finished).toMatchObject([
      { taskId: A, status: { code: 2, message: "unsupported task type" }, finalState: { case: "error" } },
    ]);
    await goesOn(stage, daemon);
  });

  test("that is wanted at once for ever is no hot loop", async () => {
    stage.platform.nextPollMs = 0;
    const daemon = stage.start();
    await stage.platform.until(() => timesCalled(stage, "GetTask") === 1);
    const startedAt = performance.now();
    await stage.platform.until(() => timesCalled(stage, "GetTask") === 11);
    expect(performance.now() - startedAt).toBeGreaterThan(900);
    await stopped(daemon);
  });

  test("brings a thousand tasks one after the other: each is done once", async () => {
    stage.platform.nextPollMs = 0;
    const ids = Array.from({ length: 1_000 }, (_, index) => taskId(`t${index}x`));
    stage.platform.tasks.push(...ids.map(schemas));
    const daemon = stage.start({}, ["--log-level", "warn"]);
    await stage.platform.until(() => stage.platform.finished.length === ids.length);
    expect(stage.platform.finished.map(({ taskId: id }) => id).toSorted()).toEqual(ids.toSorted());
    await stopped(daemon);
  });
});

describe("AWS that is away at the start", () => {
  test("is named as what the Hello waits for, and the platform is not", async () => {
    const daemon = stage.start({ BATON_ENDPOINT_URL: "http://127.0.0.1:1", BATON_PATIENCE_SECONDS: "5" });
    const line = await said(daemon, "no Hello to the platform yet");
    expect(JSON.parse(line)).toMatchObject({
      msg: "no Hello to the platform yet: the pool cannot be read; trying again",
      error: expect.stringMatching(/^DescribeUserPool: .* could not be reached/),
    });
    const { code, stderr } = await stopped(daemon);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).not.toContain("does not answer the Hello");
    expect(timesCalled(stage, "token")).toBe(0);
  });
});

describe("the way to the platform", () => {
  test("whose certificate is not trusted is said in one line a try, and tried again", async () => {
    const daemon = stage.start({ SSL_CERT_FILE: "" });
    const line = await said(daemon, "the platform does not answer the Hello");
    expect(line).toMatch(/token endpoint at 127\.0\.0\.1:\d+ cannot be reached: its certificate is of no CA/);
    const { code, stderr } = await stopped(daemon);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(timesCalled(stage, "token")).toBe(0);
  });

  test("leads through the proxy of the environment, for the token and for the tasks", async () => {
    const proxy = await startHttpProxy(Number(stage.platform.address.split(":")[1]));
    try {
      await goesOn(stage, stage.start({ HTTPS_PROXY: proxy.url }));
      expect(new Set(proxy.log)).toEqual(new Set([`CONNECT ${stage.platform.address}`]));
      expect(proxy.log.length).toBeGreaterThanOrEqual(2);
    } finally {
      await proxy.close();
    }
  });

  test("leads past a proxy that NO_PROXY excludes", async () => {
    const proxy = await startHttpProxy("502 Bad Gateway");
    try {
      await goesOn(stage, stage.start({ HTTPS_PROXY: proxy.url, NO_PROXY: "127.0.0.1" }));
      expect(proxy.log).toEqual([]);
    } finally {
      await proxy.close();
    }
  });
});
