import { create, type Message } from "@bufbuild/protobuf";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  AssetService,
  AssetServiceGetAssetRequestSchema,
  AssetServiceGetAssetResponseSchema,
} from "../gen/c1/connector/v2/asset_pb.ts";
import type { EntitlementsService } from "../gen/c1/connector/v2/entitlement_pb.ts";
import {
  DoRequestSchema,
  DoResponseSchema,
  RateLimiterService,
} from "../gen/c1/ratelimit/v1/ratelimit_pb.ts";
import { EncodedAnswer, type RpcAnswer } from "./encoded-answer.ts";
import { type Handlers, type ServiceRoutes, serviceRoutes } from "./handlers.ts";
import { rateLimiterService } from "./services/rate-limiter-service.ts";

const never = new AbortController().signal;
const call = {
  via: "grpc" as const,
  peer: "test",
  caller: "ada",
  header: () => undefined,
  setTrailer: () => {},
};

async function answersOf({ routes }: ServiceRoutes, name: string, request: Message): Promise<RpcAnswer[]> {
  const route = routes.find(({ method }) => method.name === name);
  if (route === undefined) throw new Error(`no route ${name}`);
  const answers: RpcAnswer[] = [];
  for await (const answer of route.handle(request, never, call)) answers.push(answer);
  return answers;
}

describe("the handlers of a service", () => {
  test("must be complete and of the right kind, or do not compile", () => {
    type Both = Handlers<typeof EntitlementsService>;
    expectTypeOf<Pick<Both, "listEntitlements">>().not.toExtend<Both>();
    expectTypeOf<{
      listEntitlements: () => { list: string };
      listStaticEntitlements: () => object;
    }>().not.toExtend<Both>();
    expectTypeOf<{ getAsset: () => Promise<object> }>().not.toExtend<Handlers<typeof AssetService>>();
    expectTypeOf<ReturnType<typeof rateLimiterService>>().toExtend<Handlers<typeof RateLimiterService>>();
  });

  test("give one message for a unary method", async () => {
    const routes = serviceRoutes(RateLimiterService, rateLimiterService(undefined));
    const answers = await answersOf(routes, "Do", create(DoRequestSchema, { requestToken: "t" }));
    expect(answers).toEqual([
      expect.objectContaining({ $typeName: "c1.ratelimit.v1.DoResponse", requestToken: "t" }),
    ]);
  });

  test("give any number for a streaming one, from an array or as they come", async () => {
    const metadata = { msg: { case: "metadata", value: { contentType: "image/png" } } } as const;
    const data = { msg: { case: "data", value: { data: Uint8Array.of(1) } } } as const;
    const request = create(AssetServiceGetAssetRequestSchema);
    const fromArray = serviceRoutes(AssetService, { getAsset: () => [metadata, data] });
    const asTheyCome = serviceRoutes(AssetService, {
      async *getAsset() {
        yield metadata;
        yield data;
      },
    });
    const expected = [metadata, data].map((init) => create(AssetServiceGetAssetResponseSchema, init));
    expect(await answersOf(fromArray, "GetAsset", request)).toEqual(expected);
    expect(await answersOf(asTheyCome, "GetAsset", request)).toEqual(expected);
  });

  test("may give the bytes of an answer, of their own method alone", async () => {
    const asked = create(DoRequestSchema);
    const handlers = rateLimiterService(undefined);
    const own = new EncodedAnswer(DoResponseSchema, Uint8Array.of(1, 2));
    const routes = serviceRoutes(RateLimiterService, { ...handlers, do: () => own });
    expect(await answersOf(routes, "Do", asked)).toEqual([own]);
    const other = new EncodedAnswer(DoRequestSchema, Uint8Array.of(1, 2));
    expectTypeOf(other).not.toExtend<typeof own>();
    const mistaken = { ...handlers };
    // Past the compiler.
    Reflect.set(mistaken, "do", () => other);
    const refused = answersOf(serviceRoutes(RateLimiterService, mistaken), "Do", asked);
    await expect(refused).rejects.toThrow("gave the answer of another method");
  });

  test("throw while their answers are read, not before", async () => {
    const routes = serviceRoutes(RateLimiterService, {
      ...rateLimiterService(undefined),
      do: () => {
        throw new Error("later");
      },
    });
    await expect(answersOf(routes, "Do", create(DoRequestSchema))).rejects.toThrow("later");
  });
});
