import { inspect } from "node:util";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { adapterOver, instantClock, never, openThrottle, refusal } from "../../../test/support/adapter.ts";
import {
  type AwsStub,
  awsError,
  type StubBehaviour,
  type StubRequest,
  startAwsStub,
  wireUser,
} from "../../../test/support/aws-stub.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { AwsCallEvent, AwsWaitEvent } from "../../core/events.ts";
import type { CognitoOptions } from "../options.ts";

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function stubbed(answer: (request: StubRequest) => StubBehaviour | Promise<StubBehaviour>) {
  const stub = await startAwsStub(answer);
  open.push(stub);
  return stub;
}

function adapter(stub: AwsStub, over: Partial<CognitoOptions> = {}) {
  const directory = adapterOver(stub.url, over);
  open.push(directory);
  return directory;
}

const onePage = { body: { Users: [wireUser(1)] } };

/** The last answer of the script is repeated for every later request. */
function inTurn(...script: StubBehaviour[]) {
  return ({ number }: StubRequest): StubBehaviour => script[number - 1] ?? script.at(-1) ?? {};
}

describe("one attempt", () => {
  test("COGNITO-2, D8: sends one HTTP request for each turn, failures included", async () => {
    const stub = await stubbed(inTurn(awsError("InternalErrorException", "x", 500), { cut: true }, onePage));
    const throttle = openThrottle();
    await adapter(stub, { throttle }).listUsers({}, never);
    expect(stub.requests).toHaveLength(3);
    expect(throttle.turns).toHaveLength(3);
    expect(stub.requests.map(({ headers }) => headers["amz-sdk-request"])).toEqual(
      Array.from({ length: 3 }, () => "attempt=1; max=1"),
    );
  });

  test("is reported when it has ended, without argument or answer", async () => {
    const stub = await stubbed(inTurn(awsError("TooManyRequestsException"), onePage));
    const events: AwsCallEvent[] = [];
    await adapter(stub, { onCall: (event) => void events.push(event) }).listUsers({}, never);
    expect(events).toEqual([
      {
        operation: "ListUsers",
        outcome: "TooManyRequestsException",
        attempt: 1,
        latencyMs: 0,
        requestId: "req-1",
      },
      { operation: "ListUsers", outcome: "ok", attempt: 2, latencyMs: 0, requestId: "req-2" },
    ]);
  });

  test("ends at its own deadline and is retried", async () => {
    const stub = await stubbed(inTurn({ hang: true }, onePage));
    const page = await adapter(stub, { httpTimeoutMs: 60 }).listUsers({}, never);
    expect(page.items).toHaveLength(1);
    await stub.requests[0]?.gone;
  });

  test("is cut when no byte comes, and sent again", async () => {
    const stub = await stubbed(inTurn({ hang: true }, onePage));
    const page = await adapter(stub, { idleTimeoutMs: 60 }).listUsers({}, never);
    expect(page.items).toHaveLength(1);
    await stub.requests[0]?.gone;
  });

  test("that gets no byte at all says so, once the patience is used up", async () => {
    const stub = await stubbed(() => ({ hang: true }));
    const error = await refusal(
      adapter(stub, { idleTimeoutMs: 60, retry: { maxAttempts: 2 } }).listUsers({}, never),
    );
    expect(error.code).toBe("unavailable");
    expect(error.message).toContain("no byte of a response for 60 ms (2 attempts)");
  });

  test("has no more time than is left of the patience of its call; a write has its own", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    let arrived = (): void => {};
    const stub = await stubbed(() => {
      arrived();
      return { hang: true };
    });
    const patience = { readPatienceMs: 1_000, retry: { maxTotalMs: 1_500, maxAttempts: 1 } };
    const directory = adapter(stub, { ...patience, clock: instantClock() });
    const messageAfter = async (ms: number, call: () => Promise<unknown>): Promise<string> => {
      const asked = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const error = refusal(call());
      await asked;
      vi.advanceTimersByTime(ms);
      return (await error).message;
    };
    expect(await messageAfter(1_000, () => directory.listUsers({}, never))).toContain("within 1000 ms");
    expect(await messageAfter(1_500, () => directory.disableUser("ann", never))).toContain("within 1500 ms");
  });

  test("reports what it waits for, and why", async () => {
    const stub = await stubbed(inTurn({ cut: true }, awsError("TooManyRequestsException"), onePage));
    const waits: string[] = [];
    const onWait = ({ operation, waitsFor, attempt, trouble }: AwsWaitEvent): void =>
      void waits.push(`${operation} ${attempt} ${waitsFor}${trouble === undefined ? "" : ` (${trouble})`}`);
    await adapter(stub, { onWait }).listUsers({}, never);
    expect(waits).toEqual([
      "ListUsers 1 credentials",
      "ListUsers 1 turn",
      "ListUsers 1 answer",
      "ListUsers 1 retry (connection lost)",
      "ListUsers 2 credentials (connection lost)",
      "ListUsers 2 turn (connection lost)",
      "ListUsers 2 answer (connection lost)",
      "ListUsers 2 retry (slowed down by AWS)",
      "ListUsers 3 credentials (slowed down by AWS)",
      "ListUsers 3 turn (slowed down by AWS)",
      "ListUsers 3 answer (slowed down by AWS)",
      "ListUsers 1 nothing",
    ]);
  });

  test("covers the body too: an answer that stalls half way is given up", async () => {
    const stub = await stubbed(
      inTurn({ headers: { "content-length": "9999" }, body: '{"Users":[' }, { hang: true }),
    );
    const error = await refusal(
      adapter(stub, { httpTimeoutMs: 60, retry: { maxAttempts: 2 } }).listUsers({}, never),
    );
    expect(error).toMatchObject({ code: "unavailable" });
    expect(error.message).toContain("within 60 ms");
    await stub.requests[0]?.gone;
  });
});

describe("throttled", () => {
  test.for([
    ["TooManyRequestsException", "Rate exceeded", 400],
    ["TooManyRequestsException", "Too many requests", 429],
    ["ThrottlingException", "Rate exceeded", 400],
    ["Throttling", "Rate exceeded", 400],
    ["ThrottledException", "", 400],
    ["RequestLimitExceeded", "Request limit exceeded.", 503],
    ["RequestThrottledException", "", 400],
    ["SomethingNewException", "Rate exceeded", 400],
    ["SomethingNewException", "", 429],
  ] as const)("mark 19, mark 20: %s with text %j at HTTP %i is a throttle", async ([name, text, status]) => {
    const stub = await stubbed(inTurn(awsError(name, text, status), onePage));
    const throttle = openThrottle();
    const page = await adapter(stub, { throttle }).listUsers({}, never);
    expect(page.items).toHaveLength(1);
    expect(throttle.throttles).toEqual(["ListUsers"]);
  });

  test("mark 22: backs off beyond three attempts, then says when to come back", async () => {
    const stub = await stubbed(() => awsError("TooManyRequestsException", "Rate exceeded"));
    const throttle = openThrottle();
    const clock = instantClock();
    const error = await refusal(adapter(stub, { throttle, clock }).listUsers({}, never));
    expect(error.code).toBe("throttled");
    expect(error.requestId).toBe("req-10");
    expect(error.retryAt?.getTime()).toBe(clock.now() + 20_000);
    expect(stub.requests).toHaveLength(10);
    expect(throttle.turns).toHaveLength(10);
    expect(throttle.throttles).toHaveLength(10);
    expect(clock.sleeps).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  });

  test("gives up when the time for one call is used up", async () => {
    const stub = await stubbed(() => awsError("TooManyRequestsException"));
    const clock = instantClock();
    await refusal(adapter(stub, { clock, retry: { maxTotalMs: 1000 } }).listUsers({}, never));
    expect(clock.sleeps).toEqual([100, 200, 400]);
  });

  test("does not count the wait for a turn as time used up", async () => {
    const stub = await stubbed(inTurn(awsError("TooManyRequestsException"), onePage));
    const clock = instantClock();
    const throttle = { ...openThrottle(), acquire: async () => clock.advance(3_600_000) };
    const page = await adapter(stub, { clock, throttle }).listUsers({}, never);
    expect(page.items).toHaveLength(1);
  });

  test("mark 21: LimitExceededException is never sent twice", async () => {
    const stub = await stubbed(() => awsError("LimitExceededException", "Rate exceeded", 429));
    const throttle = openThrottle();
    const error = await refusal(adapter(stub, { throttle }).listGroups({}, never));
    expect(error.code).toBe("resource-exhausted");
    expect(stub.requests).toHaveLength(1);
    expect(throttle.throttles).toEqual([]);
  });
});

describe("a failure that may pass is retried", () => {
  test.for<[string, StubBehaviour]>([
    ["a 500", awsError("InternalErrorException", "x", 500)],
    ["an internal error at HTTP 400", awsError("InternalErrorException")],
    ["a 503 without a body", { status: 503, body: "" }],
    ["a 502 page of a load balancer", { status: 502, body: "<html>Bad Gateway</html>" }],
    ["a cut connection", { cut: true }],
    ["an answer cut in its middle", { half: '{"Users":[{"Username":"u' }],
    ["an answer that is not JSON", { body: '{"Users":[{"Username' }],
    ["an answer with an invalid date", { body: { Users: [wireUser(1, { UserCreateDate: "May" })] } }],
    ["an empty 200", { body: "" }],
    ["an answer without Users", { body: {} }],
    ["an answer whose Users is no list", { body: { Users: "none" } }],
  ])("%s", async ([, bad]) => {
    const stub = await stubbed(inTurn(bad, onePage));
    const page = await adapter(stub).listUsers({}, never);
    expect(page.items.map(({ username }) => username)).toEqual(["user-1"]);
    expect(stub.requests).toHaveLength(2);
  });

  test.for<[string, unknown]>([
    ["without its list", {}],
    ["with null for its list", { Users: null }],
    ["that is an array", []],
    ["that is an empty text", ""],
  ])("COGNITO-1: a page %s is an error after all attempts, never an empty page", async ([, body]) => {
    const stub = await stubbed(() => ({ body }));
    const error = await refusal(adapter(stub).listUsers({}, never));
    expect(error).toMatchObject({ code: "unavailable" });
    expect(error.message).toMatch(
      /^ListUsers: the response has no Users, so it was discarded \(10 attempts\)/,
    );
    expect(error.retryAt).toBeInstanceOf(Date);
  });

  test("a server that is not there", async () => {
    const stub = await startAwsStub(() => ({}));
    await stub.close();
    const error = await refusal(adapter(stub, { retry: { maxAttempts: 3 } }).listUsers({}, never));
    expect(error.code).toBe("unavailable");
    expect(error.message).toContain("could not be reached in 3 attempts");
    expect(error.message).toContain("ECONNREFUSED");
    expect(error.message).toContain("--endpoint-url");
  });
});

describe("what does not pass is said once", () => {
  test.for([
    ["AccessDeniedException", 400, "permission-denied", "iam-denied"],
    ["AccessDenied", 403, "permission-denied", "iam-denied"],
    ["NotAuthorizedException", 400, "permission-denied", undefined],
    ["OperationNotEnabledException", 400, "failed-precondition", "replica"],
    ["ResourceNotFoundException", 400, "failed-precondition", "pool-missing"],
    ["UserNotFoundException", 404, "not-found", "user-gone"],
    ["InvalidParameterException", 400, "failed-precondition", "request-refused"],
    ["UnknownOperationException", 404, "unimplemented", undefined],
    ["Unsupported", 500, "unimplemented", undefined],
    ["SomethingNewException", 400, "internal", undefined],
  ] as const)("%s at HTTP %i becomes %s", async ([name, status, code, reason]) => {
    const stub = await stubbed(() => awsError(name, "some text", status));
    const error = await refusal(adapter(stub).listUsers({}, never));
    expect(error.code).toBe(code);
    expect(error.reason).toBe(reason);
    expect(error.requestId).toBe("req-1");
    expect(error.message).toContain(name);
    expect(error.message).toContain("request id req-1");
    expect(error.message).not.toContain("\n");
    expect(stub.requests).toHaveLength(1);
  });

  test("mark 55: a secondary Region is reported as a read-only replica", async () => {
    const stub = await stubbed(() =>
      awsError("OperationNotEnabledException", "Operation is not enabled in this Region."),
    );
    const error = await refusal(adapter(stub).describePool(never));
    expect(error.message).toMatch(/read-only replica.*primary Region/);
    expect(stub.requests).toHaveLength(1);
  });

  test("a refused permission names the action, the ARN and the kind of policy", async () => {
    const stub = await stubbed(() =>
      awsError(
        "AccessDeniedException",
        "User: arn:aws:iam::1:user/x is not authorized to perform: cognito-idp:ListUsers on resource: r with an explicit deny in a service control policy",
      ),
    );
    const error = await refusal(adapter(stub).listUsers({}, never));
    expect(error.message).toContain("cognito-idp:ListUsers");
    expect(error.message).toContain("arn:aws:cognito-idp:eu-west-1:*:userpool/eu-west-1_Stub00001");
    expect(error.message).toContain("explicit deny in a service control policy");
    expect(error.message).toContain("connector iam-policy");
  });

  test("a page that is not from AWS", async () => {
    const stub = await stubbed(() => ({ status: 403, body: "<html>Blocked by policy</html>" }));
    const error = await refusal(adapter(stub).listUsers({}, never));
    expect(error.code).toBe("failed-precondition");
    expect(error.message).toContain("HTTP 403");
    expect(stub.requests).toHaveLength(1);
  });

  test("a user that came without what matters names the member and not the person", async () => {
    const stub = await stubbed(() => ({ body: { Users: [wireUser(7, { Enabled: undefined })] } }));
    const error = await refusal(adapter(stub).listUsers({}, never));
    expect(error.code).toBe("internal");
    expect(error.message).toContain("Enabled");
    expect(inspect(error)).not.toContain("user-7");
    expect(stub.requests).toHaveLength(1);
  });
});

describe("COGNITO-4, D20, mark 54: no value leaves in an error", () => {
  const secret = "ann.secret@example.com";

  test.for<[string, StubBehaviour]>([
    [
      "an error text that quotes one",
      awsError("InvalidParameterException", `Value '${secret}' at 'username' failed`),
    ],
    ["an unheard-of error", awsError("NewException", secret)],
    ["a denial", awsError("AccessDeniedException", secret)],
    ["an error name of another form", awsError(`${secret} is bad`, "x")],
    ["a garbled answer", { body: `{"Users":[{"Username":"${secret}"` }],
    ["an invalid date", { body: { Users: [wireUser(1, { UserCreateDate: secret })] } }],
  ])("%s", async ([, behaviour]) => {
    const stub = await stubbed(() => behaviour);
    const error = await refusal(adapter(stub).findUsers("email", secret, never));
    expect(inspect(error, { depth: 10 })).not.toContain(secret);
  });

  test("names the refused member", async () => {
    const stub = await stubbed(() =>
      awsError(
        "InvalidParameterException",
        `1 validation error detected: Value '${secret}' at 'userPoolId' failed to satisfy constraint`,
      ),
    );
    const error = await refusal(adapter(stub).describePool(never));
    expect(error.message).toContain("AWS rejects userPoolId");
    expect(error.code).toBe("invalid-argument");
  });
});

describe("a page that nobody asked for", () => {
  test("is not among what is waited for, and says that it failed before it is tried again", async () => {
    const stub = await stubbed(awsErrorOnce());
    const waits: AwsWaitEvent[] = [];
    const given = new AbortController();
    const throttle = openThrottle();
    const work = adapter(stub, { throttle, onWait: (event) => void waits.push(event) }).listUsers(
      { ahead: { sent() {}, failed: () => given.abort() } },
      given.signal,
    );
    expect((await refusal(work)).code).toBe("canceled");
    expect(stub.requests).toHaveLength(1);
    expect(throttle.throttles).toEqual(["ListUsers"]);
    expect(waits).toEqual([]);
  });

  test("of a group that is gone costs no call to find the cause", async () => {
    const stub = await stubbed(() => awsError("ResourceNotFoundException"));
    const ahead = { sent() {}, failed() {} };
    await refusal(adapter(stub).listMembers("g", { ahead }, never));
    expect(stub.requests.map(({ operation }) => operation)).toEqual(["ListUsersInGroup"]);
  });
});

function awsErrorOnce() {
  return inTurn(awsError("TooManyRequestsException"), onePage);
}

describe("canceled by the caller", () => {
  test("while queued: the call is never sent", async () => {
    const stub = await stubbed(() => onePage);
    const controller = new AbortController();
    const throttle = openThrottle();
    const work = adapter(stub, {
      throttle: {
        ...throttle,
        acquire: (_operation, _priority, signal) =>
          new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      },
    }).listUsers({}, controller.signal);
    controller.abort();
    expect((await refusal(work)).code).toBe("canceled");
    expect(stub.requests).toHaveLength(0);
  });

  test("before it began", async () => {
    const stub = await stubbed(() => onePage);
    const throttle = openThrottle();
    const error = await refusal(
      adapter(stub, { throttle }).listUsers({}, AbortSignal.abort(new Error("bye"))),
    );
    expect(error.code).toBe("canceled");
    expect(throttle.turns).toEqual([]);
  });

  test("in flight: the connection is torn down", async () => {
    const stub = await stubbed(() => ({ hang: true }));
    const controller = new AbortController();
    const events: AwsCallEvent[] = [];
    const work = refusal(
      adapter(stub, { onCall: (event) => void events.push(event) }).listUsers({}, controller.signal),
    );
    await stub.arrived(1);
    controller.abort();
    expect((await work).code).toBe("canceled");
    await stub.requests[0]?.gone;
    expect(stub.requests).toHaveLength(1);
    expect(events.map(({ outcome }) => outcome)).toEqual(["canceled"]);
  });

  test("in the middle of the answer", async () => {
    const stub = await stubbed(() => ({ headers: { "content-length": "9999" }, body: '{"Users":[' }));
    const controller = new AbortController();
    const work = refusal(adapter(stub).listUsers({}, controller.signal));
    await stub.arrived(1);
    controller.abort();
    expect((await work).code).toBe("canceled");
    await stub.requests[0]?.gone;
  });

  test("between two attempts", async () => {
    const stub = await stubbed(() => awsError("TooManyRequestsException"));
    const controller = new AbortController();
    const clock = instantClock();
    const work = adapter(stub, {
      clock: {
        ...clock,
        sleep: async (ms, signal) => {
          controller.abort();
          await clock.sleep(ms, signal);
        },
      },
    }).listUsers({}, controller.signal);
    expect((await refusal(work)).code).toBe("canceled");
    expect(stub.requests).toHaveLength(1);
  });

  test("by a deadline of its own", async () => {
    const stub = await stubbed(() => ({ hang: true }));
    const error = await refusal(adapter(stub).listUsers({}, AbortSignal.timeout(40)));
    expect(error.code).toBe("deadline-exceeded");
  });

  test("with a GovernanceError as reason, which is kept", async () => {
    const stub = await stubbed(() => onePage);
    const reason = new GovernanceError("aborted", "the connector is shutting down");
    expect(await refusal(adapter(stub).listUsers({}, AbortSignal.abort(reason)))).toBe(reason);
  });
});

describe("closed", () => {
  test("ends the calls under way, and those made later, without another attempt", async () => {
    const stub = await stubbed(() => ({ hang: true }));
    const directory = adapter(stub);
    const work = refusal(directory.listUsers({}, never));
    await stub.arrived(1);
    directory.close();
    expect((await work).code).toBe("canceled");
    expect((await refusal(directory.listUsers({}, never))).message).toContain("closing");
    expect(stub.requests).toHaveLength(1);
  });
});

test("a hundred calls under one signal neither warn nor leave a listener behind", async () => {
  const stub = await stubbed(() => onePage);
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning.message);
  process.on("warning", onWarning);
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...given: Parameters<typeof add>) => {
    listeners += 1;
    add(...given);
  };
  signal.removeEventListener = (...given: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...given);
  };
  const directory = adapter(stub);
  await Promise.all(Array.from({ length: 100 }, () => directory.listUsers({}, signal)));
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", onWarning);
  expect(warnings).toEqual([]);
  expect(listeners).toBe(0);
});
