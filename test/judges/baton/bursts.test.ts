import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ResourceTypeSchema } from "../../../pkg/protocol/messages.ts";
import { fakeConnector } from "../../support/grpc-client.ts";
import { FREE_PORT, testGrpcServer } from "../../support/grpc-server.ts";
import { conformance } from "./tools.ts";

test.for([
  { calls: 240, kib: 200 },
  { calls: 100, kib: 500 },
  { calls: 60, kib: 3500 },
  { calls: 600, kib: 20 },
])("the official Go client reads $calls answers of $kib KiB at once", async ({ calls, kib }) => {
  const page = create(ResourceTypeSchema, { id: "user", displayName: "x".repeat(kib * 1024) });
  const bounds: string[] = [];
  const server = testGrpcServer({
    connector: fakeConnector({ listResourceTypes: () => [page] }),
    onBound: (bound) => bounds.push(bound),
    // A busy machine may not run the client for seconds.
    limits: { unread: { callerMs: 60_000 } },
  });
  try {
    const { target } = await server.listen(FREE_PORT);
    const { code, stdout, stderr } = await conformance(
      "burst",
      "--address",
      target,
      "--calls",
      String(calls),
      "--timeout",
      "5m",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({ codes: { OK: calls }, messages: {} });
    expect(bounds).toEqual([]);
  } finally {
    await server.close(0);
  }
});
