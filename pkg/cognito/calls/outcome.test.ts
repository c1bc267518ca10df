import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { adapterOver, instantClock, never, openThrottle, refusal } from "../../../test/support/adapter.ts";
import {
  type AwsStub,
  awsError,
  type StubBehaviour,
  type StubRequest,
  startAwsStub,
  wireGroup,
  wireUser,
} from "../../../test/support/aws-stub.ts";
import type { NewUser } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { CognitoDirectory } from "../directory.ts";
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

/** The last answer of the script is repeated for every later request. */
function inTurn(...script: StubBehaviour[]) {
  return ({ number }: StubRequest): StubBehaviour => script[number - 1] ?? script.at(-1) ?? {};
}

const ann: NewUser = {
  username: "ann",
  attributes: new Map([["email", "ann@example.com"]]),
  temporaryPassword: undefined,
  inviteBy: [],
};
const create = (directory: CognitoDirectory, signal = never) => directory.createUser(ann, signal);
const disable = (directory: CognitoDirectory, signal = never) => directory.disableUser("ann", signal);

const LOST: [string, StubBehaviour][] = [
  ["a cut connection", { cut: true }],
  ["an answer cut in its middle", { half: '{"User":{"Username":"a' }],
  ["a 500", awsError("InternalErrorException", "x", 500)],
  ["a 502 page of a load balancer", { status: 502, body: "<html>" }],
  ["a 503 without a body", { status: 503, body: "" }],
  ["an answer that is not JSON", { body: '{"User":{"Username' }],
];

describe("COGNITO-3: a write whose answer is lost", () => {
  test.for(LOST)("is not sent again where that could have the effect twice: %s", async ([, lost]) => {
    const stub = await stubbed(() => lost);
    const error = await refusal(create(adapter(stub)));
    expect(error).toMatchObject({ code: "unavailable", reason: "outcome-unknown" });
    expect(error.message).toMatch(/^AdminCreateUser: the change may have been made, .*\bone attempt\b/);
    expect(error.message).not.toContain("\n");
    expect(stub.requests).toHaveLength(1);
  });

  test.for(LOST)("is sent again where that is harmless: %s", async ([, lost]) => {
    const stub = await stubbed(inTurn(lost, lost, {}));
    expect(await disable(adapter(stub))).toEqual({ requestId: "req-3" });
    expect(stub.requests).toHaveLength(3);
  });

  test("is unknown when the repeats are used up, with the time to come back", async () => {
    const stub = await stubbed(() => ({ cut: true }));
    const error = await refusal(disable(adapter(stub, { retry: { maxAttempts: 3 } })));
    expect(error).toMatchObject({ code: "unavailable", reason: "outcome-unknown" });
    expect(error.retryAt).toBeInstanceOf(Date);
    expect(stub.requests).toHaveLength(3);
  });

  test("is unknown after its deadline", async () => {
    const stub = await stubbed(() => ({ hang: true }));
    const error = await refusal(create(adapter(stub, { httpTimeoutMs: 60 })));
    expect(error).toMatchObject({ code: "unavailable", reason: "outcome-unknown" });
    expect(stub.requests).toHaveLength(1);
  });

  test.for<[string, unknown]>([
    ["without User", {}],
    ["that is empty", ""],
    ["whose User is null", { User: null }],
    ["whose User is a text", { User: "ann" }],
    ["whose user has no sub", { User: wireUser(1, { Attributes: [] }) }],
    ["whose user has no creation date", { User: wireUser(1, { UserCreateDate: undefined }) }],
  ])("so is a create with an answer %s", async ([, body]) => {
    const stub = await stubbed(() => ({ body }));
    const error = await refusal(create(adapter(stub)));
    expect(error).toMatchObject({ code: "unavailable", reason: "outcome-unknown", requestId: "req-1" });
    expect(stub.requests).toHaveLength(1);
  });

  test("an answer whose group cannot be parsed is retried where that is harmless", async () => {
    const none = { description: undefined, roleArn: undefined, precedence: undefined };
    const stub = await stubbed(
      inTurn(
        { body: { Group: wireGroup("g", { CreationDate: undefined }) } },
        { body: { Group: wireGroup("g") } },
      ),
    );
    const { made, requestId } = await adapter(stub).updateGroup("g", none, never);
    expect([made.name, requestId]).toEqual(["g", "req-2"]);
  });
});

describe("a write that was not carried out is no unknown outcome", () => {
  test("a throttle is waited out, for a create too", async () => {
    const stub = await stubbed(inTurn(awsError("TooManyRequestsException"), { body: { User: wireUser(1) } }));
    const throttle = openThrottle();
    const { made } = await create(adapter(stub, { throttle }));
    expect(made.username).toBe("user-1");
    expect(throttle.turns).toEqual([
      { operation: "AdminCreateUser", priority: "write" },
      { operation: "AdminCreateUser", priority: "write" },
    ]);
    expect(throttle.throttles).toEqual(["AdminCreateUser"]);
  });

  test("a throttle that does not end", async () => {
    const stub = await stubbed(() => awsError("TooManyRequestsException"));
    const error = await refusal(create(adapter(stub)));
    expect([error.code, error.reason]).toEqual(["throttled", undefined]);
    expect(stub.requests).toHaveLength(10);
  });

  test("a server that is not there: retried, since nothing was sent", async () => {
    const stub = await startAwsStub(() => ({}));
    await stub.close();
    const throttle = openThrottle();
    const error = await refusal(create(adapter(stub, { throttle, retry: { maxAttempts: 3 } })));
    expect([error.code, error.reason]).toEqual(["unavailable", undefined]);
    expect(error.message).toContain("could not be reached in 3 attempts");
    expect(throttle.turns).toHaveLength(3);
  });

  test("a name that does not resolve", async () => {
    const directory = adapterOver("http://no-such-host.invalid", {
      retry: { maxAttempts: 2 },
      insecure: true,
    });
    open.push(directory);
    const error = await refusal(create(directory));
    expect([error.code, error.reason]).toEqual(["unavailable", undefined]);
  });

  test("an endpoint in plain text beyond this machine, to which nothing is sent", async () => {
    const directory = adapterOver("http://no-such-host.invalid", { retry: { maxAttempts: 2 } });
    open.push(directory);
    const error = await refusal(create(directory));
    expect([error.code, error.reason]).toEqual(["failed-precondition", undefined]);
    expect(error.message).toContain("or add --insecure");
  });

  test("credentials that AWS rejects are refreshed, and a create is sent again", async () => {
    const stub = await stubbed(inTurn(awsError("ExpiredTokenException"), { body: { User: wireUser(1) } }));
    expect((await create(adapter(stub))).requestId).toBe("req-2");
  });

  test("credentials that AWS rejects again", async () => {
    const stub = await stubbed(() => awsError("ExpiredTokenException"));
    const error = await refusal(create(adapter(stub)));
    expect([error.code, error.reason]).toEqual(["unauthenticated", undefined]);
  });

  test("a page that is not from AWS", async () => {
    const stub = await stubbed(() => ({ status: 403, body: "<html>Blocked</html>" }));
    const error = await refusal(create(adapter(stub)));
    expect([error.code, error.reason]).toEqual(["failed-precondition", undefined]);
  });
});

describe("what AWS rejects is an error at once, by name", () => {
  test.for([
    ["UsernameExistsException", "already-exists", "user-exists"],
    ["AliasExistsException", "already-exists", "alias-exists"],
    ["GroupExistsException", "already-exists", "group-exists"],
    ["InvalidPasswordException", "invalid-argument", "password-refused"],
    ["PasswordHistoryPolicyViolationException", "invalid-argument", "password-reused"],
    ["CodeDeliveryFailureException", "failed-precondition", "delivery-failed"],
    ["InvalidSmsRoleAccessPolicyException", "failed-precondition", "delivery-failed"],
    ["InvalidSmsRoleTrustRelationshipException", "failed-precondition", "delivery-failed"],
    ["InvalidEmailRoleAccessPolicyException", "failed-precondition", "delivery-failed"],
    ["PreconditionNotMetException", "failed-precondition", "delivery-failed"],
    ["UserLambdaValidationException", "failed-precondition", "trigger-failed"],
    ["UnexpectedLambdaException", "failed-precondition", "trigger-failed"],
    ["InvalidLambdaResponseException", "failed-precondition", "trigger-failed"],
    ["UnsupportedUserStateException", "failed-precondition", "user-state"],
    ["UserNotFoundException", "not-found", "user-gone"],
    ["LimitExceededException", "resource-exhausted", undefined],
    ["InvalidParameterException", "failed-precondition", "request-refused"],
    ["AccessDeniedException", "permission-denied", "iam-denied"],
    ["OperationNotEnabledException", "failed-precondition", "replica"],
    ["ResourceNotFoundException", "failed-precondition", "pool-missing"],
    ["SomethingNewException", "internal", undefined],
  ] as const)("%s becomes %s, reason %s", async ([name, code, reason]) => {
    const secret = "ann.secret@example.com";
    const stub = await stubbed(() => awsError(name, `the value ${secret} it is`));
    for (const [at, work] of [create, disable].entries()) {
      const error = await refusal(work(adapter(stub)));
      expect([error.code, error.reason]).toEqual([code, reason]);
      expect(error.requestId).toBe(`req-${at + 1}`);
      expect(error.message).toContain(name);
      expect(inspect(error, { depth: 10 })).not.toContain(secret);
    }
    expect(stub.requests).toHaveLength(2);
  });

  test.for([
    ["user.email: Attribute cannot be updated.\n", "the attribute email cannot be updated"],
    ["user.custom:badge: Required attribute cannot be deleted.\n", "requires the attribute custom:badge"],
    [
      "1 validation error detected: Value 'x y' at 'userAttributes.1.member.name' failed",
      "rejects userAttributes.1.member.name",
    ],
  ] as const)("the attribute is named: %j", async ([text, named]) => {
    const stub = await stubbed(() => awsError("InvalidParameterException", text));
    expect((await refusal(disable(adapter(stub)))).message).toContain(named);
  });
});

describe("COGNITO-3: an earlier attempt that AWS may have carried out", () => {
  const cut = { cut: true } as const;

  test.for([
    ["TooManyRequestsException", "throttled"],
    ["AccessDeniedException", "permission-denied"],
    ["InvalidParameterException", "failed-precondition"],
    ["UnsupportedUserStateException", "failed-precondition"],
  ] as const)("leaves the outcome unknown whatever comes later: %s", async ([name, code]) => {
    const stub = await stubbed(inTurn(cut, awsError(name)));
    const error = await refusal(disable(adapter(stub)));
    expect([error.code, error.reason]).toEqual([code, "outcome-unknown"]);
    expect(error.message).toContain(name);
  });

  test("does not matter once AWS answers that the user is gone", async () => {
    const stub = await stubbed(inTurn(cut, awsError("UserNotFoundException")));
    expect(await refusal(adapter(stub).deleteUser("ann", never))).toMatchObject({
      code: "not-found",
      reason: "user-gone",
    });
  });

  test("does not matter once AWS answers that the group is gone, in a pool that is there", async () => {
    const stub = await stubbed(
      inTurn(cut, awsError("ResourceNotFoundException"), { body: { UserPool: {} } }),
    );
    const error = await refusal(adapter(stub).deleteGroup("g", never));
    expect([error.code, error.reason]).toEqual(["not-found", "group-gone"]);
    expect(stub.requests.map(({ operation }) => operation)).toEqual([
      "DeleteGroup",
      "DeleteGroup",
      "DescribeUserPool",
    ]);
  });

  test("still matters when neither the group nor the pool can be read", async () => {
    const denied = awsError("AccessDeniedException");
    const stub = await stubbed(inTurn(cut, awsError("ResourceNotFoundException"), denied));
    const error = await refusal(adapter(stub).deleteGroup("g", never));
    expect([error.code, error.reason]).toEqual(["permission-denied", "outcome-unknown"]);
    expect(error.message).toMatch(/^DeleteGroup: the change may have been made/);
    const refused = await stubbed(inTurn(awsError("ResourceNotFoundException"), denied));
    const plain = await refusal(adapter(refused).deleteGroup("g", never));
    expect([plain.code, plain.reason]).toEqual(["permission-denied", "iam-denied"]);
  });

  test("does not matter for a read", async () => {
    const stub = await stubbed(inTurn(cut, awsError("AccessDeniedException")));
    expect((await refusal(adapter(stub).getUser("ann", never))).reason).toBe("iam-denied");
  });
});

describe("canceled by the caller", () => {
  test("before the turn came: nothing was sent", async () => {
    const stub = await stubbed(() => ({}));
    const controller = new AbortController();
    const throttle = {
      ...openThrottle(),
      acquire: async () => {
        controller.abort();
        controller.signal.throwIfAborted();
      },
    };
    const error = await refusal(create(adapter(stub, { throttle }), controller.signal));
    expect([error.code, error.reason]).toEqual(["canceled", undefined]);
    expect(stub.requests).toHaveLength(0);
  });

  test.for([
    ["canceled", undefined],
    ["deadline-exceeded", new DOMException("x", "TimeoutError")],
    ["aborted", new GovernanceError("aborted", "the connector is shutting down")],
  ] as const)("in flight: %s, and the outcome unknown", async ([code, reason]) => {
    for (const work of [create, disable]) {
      const stub = await stubbed(() => ({ hang: true }));
      const controller = new AbortController();
      const refused = refusal(work(adapter(stub), controller.signal));
      await stub.arrived(1);
      controller.abort(reason);
      const error = await refused;
      expect([error.code, error.reason]).toEqual([code, "outcome-unknown"]);
      expect(error.message).toMatch(/^Admin\w+: the change may have been made/);
    }
  });

  test.for([
    [awsError("TooManyRequestsException"), undefined],
    [{ cut: true }, "outcome-unknown"],
  ] as const)("between two attempts: what the first brought decides (%j)", async ([first, reason]) => {
    const stub = await stubbed(() => first);
    const controller = new AbortController();
    const clock = {
      ...instantClock(),
      sleep: async () => {
        controller.abort();
        controller.signal.throwIfAborted();
      },
    };
    const error = await refusal(disable(adapter(stub, { clock }), controller.signal));
    expect([error.code, error.reason]).toEqual(["canceled", reason]);
    expect(stub.requests).toHaveLength(1);
  });

  test.for([
    [awsError("UserNotFoundException"), undefined],
    [awsError("InternalErrorException", "x", 500), "outcome-unknown"],
  ] as const)("as the answer came: what it said decides (%j)", async ([answer, reason]) => {
    const stub = await stubbed(() => answer);
    const controller = new AbortController();
    const error = await refusal(
      disable(adapter(stub, { onCall: () => controller.abort() }), controller.signal),
    );
    expect([error.code, error.reason]).toEqual(["canceled", reason]);
  });

  test("by closing the connector: in flight unknown, later not", async () => {
    const stub = await stubbed(() => ({ hang: true }));
    const directory = adapter(stub);
    const refused = refusal(disable(directory));
    await stub.arrived(1);
    directory.close();
    expect(await refused).toMatchObject({ code: "canceled", reason: "outcome-unknown" });
    const later = await refusal(disable(directory));
    expect([later.code, later.reason]).toEqual(["canceled", undefined]);
    expect(stub.requests).toHaveLength(1);
  });
});

describe("receipts", () => {
  test.for<[string, unknown]>([
    ["{}", {}],
    ["nothing", ""],
    ["unknown members", { Later: 1 }],
  ])("AWS answers a void operation with %s", async ([, body]) => {
    const stub = await stubbed(() => ({ body }));
    expect(await disable(adapter(stub))).toEqual({ requestId: "req-1" });
  });

  test("a request id of another form is not taken", async () => {
    const stub = await stubbed(() => ({ headers: { "x-amzn-requestid": "a b <script>" } }));
    expect(await disable(adapter(stub))).toEqual({ requestId: undefined });
  });
});

describe("COGNITO-4, D16, D20: passwords", () => {
  const password = new Secret("Tr0ub4dor&3-secret");

  test.for<[string, StubBehaviour]>([
    ["a refusal that quotes it", awsError("InvalidPasswordException", "Tr0ub4dor&3-secret is weak")],
    ["a parameter error that quotes it", awsError("InvalidParameterException", "Value 'Tr0ub4dor&3-secret'")],
    ["a cut connection", { cut: true }],
    ["a garbled answer", { body: '{"Tr0ub4dor&3-secret' }],
    ["an unheard-of error", awsError("NewException", "Tr0ub4dor&3-secret")],
  ])("never leave in an error: %s", async ([, behaviour]) => {
    const stub = await stubbed(() => behaviour);
    const events: unknown[] = [];
    const directory = adapter(stub, { onCall: (event) => void events.push(event) });
    for (const work of [
      () => directory.setPassword("ann", password, true, never),
      () => directory.createUser({ ...ann, temporaryPassword: password }, never),
    ]) {
      expect(inspect(await refusal(work()), { depth: 20, showHidden: true })).not.toContain("Tr0ub4dor");
    }
    expect(inspect(events)).not.toContain("Tr0ub4dor");
    expect(stub.requests.map(({ input }) => input["Password"] ?? input["TemporaryPassword"])).toEqual([
      "Tr0ub4dor&3-secret",
      "Tr0ub4dor&3-secret",
    ]);
  });
});
