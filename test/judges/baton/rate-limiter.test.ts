import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { people } from "../../cognito/definitions.ts";
import { type Scene, setScene } from "./scene.ts";

const DO = "c1.ratelimit.v1.RateLimiterService/Do";
const REPORT = "c1.ratelimit.v1.RateLimiterService/Report";
const descriptors = (key: string, value: string) => ({ entries: [{ key, value }] });

describe("the official Go client, asking for turns", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene({ users: people(3), groups: [] }, { args: ["--rate=UserList=10"] });
  });
  afterAll(() => scene.close());

  test("gets one of the limiter for an AWS operation, and no limit for a call to the connector", async () => {
    const turn = await scene.call(DO, {
      service: "x",
      descriptors: descriptors("aws_operation", "ListUsers"),
    });
    expect(turn).toMatchObject({
      code: "OK",
      reply: { description: { status: "STATUS_OK", limit: "100" } },
    });
    const method = descriptors("connector_method", "/c1.connector.v2.ResourcesService/ListResources");
    const proceed = await scene.call(DO, { service: "connector", descriptors: method });
    expect(proceed).toMatchObject({ code: "OK", reply: { description: { status: "STATUS_EMPTY" } } });
  });

  test("makes the category wait for what AWS told somebody else, and halves its rate", async () => {
    const users = descriptors("quota_category", "UserList");
    const resetAt = Date.now() + 3000;
    const description = { status: "STATUS_OVERLIMIT", resetAt: new Date(resetAt).toISOString() };
    expect(await scene.call(REPORT, { service: "x", descriptors: users, description })).toMatchObject({
      code: "OK",
    });
    const turn = await scene.call(DO, { service: "x", descriptors: users });
    expect(Date.now()).toBeGreaterThanOrEqual(resetAt - 5);
    expect(turn).toMatchObject({ reply: { description: { status: "STATUS_OK", limit: "50" } } });
  });
});
