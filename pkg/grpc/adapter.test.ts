import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { AssetService } from "../gen/c1/connector/v2/asset_pb.ts";
import { EntitlementsService } from "../gen/c1/connector/v2/entitlement_pb.ts";
import { RateLimiterService } from "../gen/c1/ratelimit/v1/ratelimit_pb.ts";
import { definitionOf, rpcPath } from "./adapter.ts";

describe("a service for grpc-js", () => {
  test("has the paths of the protocol", () => {
    const paths = [...EntitlementsService.methods, ...RateLimiterService.methods].map(rpcPath);
    expect(paths).toEqual([
      "/c1.connector.v2.EntitlementsService/ListEntitlements",
      "/c1.connector.v2.EntitlementsService/ListStaticEntitlements",
      "/c1.ratelimit.v1.RateLimiterService/Do",
      "/c1.ratelimit.v1.RateLimiterService/Report",
    ]);
  });

  test("knows which of its methods stream", () => {
    expect(definitionOf(AssetService)).toMatchObject({
      getAsset: {
        path: "/c1.connector.v2.AssetService/GetAsset",
        requestStream: false,
        responseStream: true,
      },
    });
    expect(definitionOf(RateLimiterService)).toMatchObject({
      do: { requestStream: false, responseStream: false },
      report: { requestStream: false, responseStream: false },
    });
  });

  test("lets bytes through as they are, a view into a larger buffer too", () => {
    const { report } = definitionOf(RateLimiterService);
    const view = Uint8Array.of(9, 1, 2, 3, 9).subarray(1, 4);
    expect(report?.responseSerialize(view)).toEqual(Buffer.of(1, 2, 3));
    expect(report?.requestDeserialize(Buffer.of(1, 2))).toEqual(Buffer.of(1, 2));
  });
});
