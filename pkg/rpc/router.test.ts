import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import {
  type EventService,
  EventService as Events,
  ListEventsRequestSchema,
  ListEventsResponseSchema,
} from "../gen/c1/connector/v2/event_feed_pb.ts";
import { EncodedAnswer } from "./encoded-answer.ts";
import { type HandlerCall, type Handlers, serviceRoutes } from "./handlers.ts";
import { createRpcRouter } from "./router.ts";
import { UncodedError } from "./status.ts";

const call: HandlerCall = {
  via: "platform",
  peer: "",
  caller: "a task",
  header: () => undefined,
  setTrailer: () => {},
};
const never = new AbortController().signal;

function routerOf(handlers: Partial<Handlers<typeof EventService>>) {
  const refuse = () => {
    throw new UncodedError("not here");
  };
  return createRpcRouter([
    serviceRoutes(Events, { listEvents: refuse, listEventFeeds: refuse, ...handlers }),
  ]);
}

describe("a router", () => {
  test("answers an RPC by its handler, which sees the call", async () => {
    const seen: HandlerCall[] = [];
    const router = routerOf({
      listEvents: ({ cursor }, _signal, handed) => {
        seen.push(handed);
        return { cursor: `${cursor}!`, hasMore: true };
      },
    });
    const answer = await router.call(Events.method.listEvents, { cursor: "at" }, call, never);
    expect(answer).toMatchObject({ cursor: "at!", hasMore: true });
    expect(seen).toEqual([call]);
  });

  test("answers with the message where the handler gives its bytes", async () => {
    const events = create(ListEventsResponseSchema, { cursor: "here", hasMore: true });
    const router = routerOf({
      listEvents: () =>
        new EncodedAnswer(ListEventsResponseSchema, toBinary(ListEventsResponseSchema, events)),
    });
    expect(await router.call(Events.method.listEvents, {}, call, never)).toEqual(events);
  });

  test("refuses a request that breaks a rule before its handler runs", async () => {
    const router = routerOf({});
    const tooLong = create(ListEventsRequestSchema, { cursor: "c".repeat(4097) });
    const refused = router.call(Events.method.listEvents, tooLong, call, never);
    await expect(refused).rejects.toMatchObject({ name: "GovernanceError", code: "invalid-argument" });
  });

  test("keeps an error without a code", async () => {
    await expect(routerOf({}).call(Events.method.listEvents, {}, call, never)).rejects.toThrow(UncodedError);
  });

  test("names the reason of an abort and not its consequence", async () => {
    const stop = new AbortController();
    stop.abort(new GovernanceError("unavailable", "the connector stops"));
    const router = routerOf({
      listEvents: () => {
        throw new Error("an echo of the abort");
      },
    });
    const cut = router.call(Events.method.listEvents, {}, call, stop.signal);
    await expect(cut).rejects.toMatchObject({ code: "unavailable", message: "the connector stops" });
  });
});
