import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { QUIET_CALL } from "../../../test/support/quiet-call.ts";
import {
  HealthCheckRequestSchema,
  HealthListRequestSchema,
  HealthCheckResponse_ServingStatus as Serving,
} from "../../gen/grpc/health/v1/health_pb.ts";
import type { RpcAnswer } from "../../rpc/encoded-answer.ts";
import { createServingState, HEALTH_SERVICE, type HealthState } from "./health.ts";

const never = new AbortController().signal;

function ask(state: HealthState, method: string, service = "", signal = never): AsyncIterator<RpcAnswer> {
  const route = state.service.routes.find(({ method: { name } }) => name === method);
  if (route === undefined) throw new Error(`${method} is missing`);
  const request =
    method === "List" ? create(HealthListRequestSchema) : create(HealthCheckRequestSchema, { service });
  return route.handle(request, signal, QUIET_CALL)[Symbol.asyncIterator]();
}

const next = async (answers: AsyncIterator<RpcAnswer>): Promise<unknown> => (await answers.next()).value;

describe("Check", () => {
  test.for(["", "c1.connector.v2.GrantsService"])("of %j follows the state", async (service) => {
    const state = createServingState(["c1.connector.v2.GrantsService"]);
    const check = () => next(ask(state, "Check", service));
    expect(await check()).toMatchObject({ status: Serving.SERVING });
    state.setServing(false);
    expect(await check()).toMatchObject({ status: Serving.NOT_SERVING });
    state.setServing(true);
    expect(await check()).toMatchObject({ status: Serving.SERVING });
    state.drain();
    state.setServing(true);
    expect(await check()).toMatchObject({ status: Serving.NOT_SERVING });
  });

  test("of an unknown service is not-found, and its name is cut", async () => {
    const asked = next(ask(createServingState([]), "Check", "x".repeat(5000)));
    await expect(asked).rejects.toMatchObject({ code: "not-found" });
    await expect(asked).rejects.toThrow(/^service: "…" is not served here$/);
  });
});

describe("Watch", () => {
  test("answers the state, and then each change", async () => {
    const state = createServingState([]);
    const answers = ask(state, "Watch");
    expect(await next(answers)).toMatchObject({ status: Serving.SERVING });
    const changed = next(answers);
    state.setServing(false);
    expect(await changed).toMatchObject({ status: Serving.NOT_SERVING });
    // While nobody asks for the next answer, too.
    state.setServing(true);
    expect(await next(answers)).toMatchObject({ status: Serving.SERVING });
  });

  test("of an unknown service says so and stays", async () => {
    const state = createServingState([]);
    const answers = ask(state, "Watch", "none");
    expect(await next(answers)).toMatchObject({ status: Serving.SERVICE_UNKNOWN });
    const after = next(answers);
    state.drain();
    await expect(after).rejects.toMatchObject({ code: "unavailable" });
  });

  test("is notified of a drain and then ended, started before or after it", async () => {
    const state = createServingState([]);
    const before = ask(state, "Watch");
    await next(before);
    state.drain();
    const after = ask(state, "Watch");
    for (const answers of [before, after]) {
      expect(await next(answers)).toMatchObject({ status: Serving.NOT_SERVING });
      await expect(next(answers)).rejects.toMatchObject({ code: "unavailable" });
    }
  });

  test("ends when its caller is gone", async () => {
    const gone = new AbortController();
    const answers = ask(createServingState([]), "Watch", "", gone.signal);
    await next(answers);
    const after = answers.next();
    gone.abort();
    expect(await after).toMatchObject({ done: true });
  });
});

test("List answers all services", async () => {
  const state = createServingState(["a.B"]);
  expect(await next(ask(state, "List"))).toMatchObject({
    statuses: { "": { status: Serving.SERVING }, "a.B": { status: Serving.SERVING } },
  });
  expect(HEALTH_SERVICE).toBe("grpc.health.v1.Health");
});
