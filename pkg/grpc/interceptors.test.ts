import { create, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import type { GrpcCallEvent } from "../core/events.ts";
import {
  ResourcesService,
  ResourcesServiceListResourcesRequestSchema,
  ResourcesServiceListResourcesResponseSchema,
} from "../gen/c1/connector/v2/resource_pb.ts";
import { EncodedAnswer } from "../rpc/encoded-answer.ts";
import type { CallStatus } from "./errors.ts";
import { intercepted, MAX_ANSWER_BYTES } from "./interceptors.ts";

const never = new AbortController().signal;
const surface = {
  via: "grpc" as const,
  peer: "test",
  caller: "ada",
  header: () => undefined,
  setTrailer: () => {},
};
const method = ResourcesService.method.listResources;
const request = toBinary(
  ResourcesServiceListResourcesRequestSchema,
  create(ResourcesServiceListResourcesRequestSchema, { resourceTypeId: "user" }),
);

interface Served {
  readonly outcome: CallStatus;
  readonly answers: readonly Uint8Array[];
  readonly event: GrpcCallEvent | undefined;
}

interface Incoming {
  readonly bytes?: Uint8Array;
  readonly signal?: AbortSignal;
  readonly onCall?: (event: GrpcCallEvent) => void;
}

const encoded = (bytes: Uint8Array) => new EncodedAnswer(ResourcesServiceListResourcesResponseSchema, bytes);

async function serve(
  answer: (request: Message) => object | Promise<object>,
  incoming: Incoming = {},
): Promise<Served> {
  const { bytes = request, signal = never } = incoming;
  const answers: Uint8Array[] = [];
  let event: GrpcCallEvent | undefined;
  let time = 1000;
  const route = {
    method,
    async *handle(asked: Message) {
      const given = await answer(asked);
      yield given instanceof EncodedAnswer
        ? given
        : create(ResourcesServiceListResourcesResponseSchema, given);
    },
  };
  const observation = {
    onCall: incoming.onCall ?? ((reported: GrpcCallEvent) => void (event = reported)),
    monotonic: () => (time += 7),
  };
  const outcome = await intercepted(route, observation)({ ...surface, bytes, signal }, async (sent) => {
    answers.push(sent);
  });
  return { outcome, answers, event };
}

describe("a call", () => {
  test("is decoded, answered, encoded and reported", async () => {
    const { outcome, answers, event } = await serve((asked) => ({ nextPageToken: JSON.stringify(asked) }));
    expect(outcome.code).toBe(status.OK);
    const [answer = new Uint8Array()] = answers;
    const { nextPageToken } = fromBinary(ResourcesServiceListResourcesResponseSchema, answer);
    expect(JSON.parse(nextPageToken)).toMatchObject({ resourceTypeId: "user" });
    expect(event).toEqual({
      service: "c1.connector.v2.ResourcesService",
      method: "ListResources",
      code: "OK",
      durationMs: 7,
      requestBytes: request.byteLength,
      answerBytes: answer.byteLength,
      peer: "test",
      caller: "ada",
      error: undefined,
    });
  });

  test("with broken bytes is internal, as Go servers answer, and reaches no handler", async () => {
    const { outcome, answers, event } = await serve(() => expect.unreachable(), {
      bytes: Uint8Array.of(0x0a, 0x7f, 1),
    });
    expect(outcome).toMatchObject({
      code: status.INTERNAL,
      details: "the request is not a valid c1.connector.v2.ResourcesServiceListResourcesRequest",
    });
    expect(answers).toEqual([]);
    expect(event).toMatchObject({ code: "INTERNAL", error: { cause: expect.any(Error) } });
  });

  test("with text that is not UTF-8 is broken too", async () => {
    const { outcome } = await serve(() => expect.unreachable(), { bytes: Uint8Array.of(0x0a, 1, 0xff) });
    expect(outcome.code).toBe(status.INTERNAL);
  });

  test("that breaks a rule is refused with the name of the field, before its handler", async () => {
    const { outcome } = await serve(() => expect.unreachable(), { bytes: new Uint8Array() });
    expect(outcome.code).toBe(status.INVALID_ARGUMENT);
    expect(outcome.details).toMatch(/^resource_type_id: /);
  });

  test.for([
    ["an error without a code", new Error("password hunter2 refused")],
    ["a thrown text", "hunter2"],
    ["a thrown nothing", undefined],
  ] as const)("that meets %s is internal outward and whole inward", async ([, thrown]) => {
    const { outcome, event } = await serve(() => Promise.reject(thrown));
    expect(outcome).toMatchObject({
      code: status.INTERNAL,
      details: "internal error: see the log of the connector",
    });
    expect(event?.error?.cause).toBe(thrown);
  });

  test("whose answer cannot be written is internal", async () => {
    const { outcome, answers } = await serve(() => ({ list: [{ createdAt: { nanos: 1.5 } }] }));
    expect(outcome).toMatchObject({
      code: status.INTERNAL,
      details: "internal error: see the log of the connector",
    });
    expect(answers).toEqual([]);
  });

  test("whose answer is larger than a client accepts is internal and says so", async () => {
    const largest = "x".repeat(MAX_ANSWER_BYTES - 5);
    const fits = await serve(() => ({ nextPageToken: largest }));
    expect(fits.outcome.code).toBe(status.OK);
    expect(fits.answers[0]?.byteLength).toBe(MAX_ANSWER_BYTES);
    const over = await serve(() => ({ nextPageToken: `${largest}x` }));
    expect(over.outcome.code).toBe(status.INTERNAL);
    expect(over.outcome.details).toMatch(
      /^ListResources: the answer has 4128769 bytes, .* smaller page_size$/,
    );
    expect(over.answers).toEqual([]);
  });

  test("whose answer is encoded already gets these bytes, and CALL-5 holds", async () => {
    const bytes = Uint8Array.of(0x12, 1, 0x61);
    const { answers, event } = await serve(() => encoded(bytes));
    expect(answers).toEqual([bytes]);
    expect(event).toMatchObject({ code: "OK", answerBytes: 3 });
    const over = await serve(() => encoded(new Uint8Array(MAX_ANSWER_BYTES + 1)));
    expect(over.outcome.code).toBe(status.INTERNAL);
    expect(over.answers).toEqual([]);
  });

  test("is answered even when the observer fails", async () => {
    const { outcome, answers } = await serve(() => ({}), {
      onCall: () => {
        throw new Error("broken observer");
      },
    });
    expect(outcome.code).toBe(status.OK);
    expect(answers).toHaveLength(1);
  });
});

describe("an aborted call", () => {
  function abortedBy(reason: unknown): { readonly signal: AbortSignal; readonly abort: () => void } {
    const controller = new AbortController();
    return { signal: controller.signal, abort: () => controller.abort(reason) };
  }

  test.for(["canceled", "deadline-exceeded", "unavailable"] as const)(
    "ends as %s whatever the abort made its handler throw, which is kept as the cause",
    async (code) => {
      const { signal, abort } = abortedBy(new GovernanceError(code, "why"));
      const thrown = new DOMException("aborted", "AbortError");
      const { outcome, event } = await serve(
        () => {
          abort();
          throw thrown;
        },
        { signal },
      );
      expect(outcome.details).toBe("why");
      expect(event).toMatchObject({ error: { code, cause: thrown } });
    },
  );

  test("that has its answer is still reported as canceled, since no caller got it", async () => {
    const { signal, abort } = abortedBy(new GovernanceError("canceled", "gone"));
    const { event } = await serve(
      () => {
        abort();
        return {};
      },
      { signal },
    );
    expect(event?.code).toBe("CANCELLED");
  });

  test("that has its answer when the server shuts down still delivers it", async () => {
    const { signal, abort } = abortedBy(new GovernanceError("unavailable", "bye"));
    const { outcome } = await serve(
      () => {
        abort();
        return {};
      },
      { signal },
    );
    expect(outcome.code).toBe(status.OK);
  });
});
