// One row for each shape of a request that a client of SCIM sends: the answer, the state of the pool after it, and the same
// request again, which writes nothing.
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRecord } from "../pkg/core/unknown.ts";
import { type ScimReply, type ScimService, startScimService } from "./support/scim-service.ts";
import { ENTRA_SHAPES } from "./support/scim-shapes/entra.ts";
import { ENTRA_GROUP_SHAPES } from "./support/scim-shapes/entra-groups.ts";
import { OKTA_SHAPES } from "./support/scim-shapes/okta.ts";
import { OTHER_SHAPES } from "./support/scim-shapes/others.ts";
import { PITFALLS } from "./support/scim-shapes/pitfalls.ts";
import { STARLING_SHAPES } from "./support/scim-shapes/starling.ts";
import { SUITE_SHAPES } from "./support/scim-shapes/suites.ts";
import {
  type Shape,
  shapeDifference,
  shapePool,
  shapeState,
  shapeWorld,
} from "./support/scim-shapes/world.ts";

interface SetUp {
  readonly args: readonly string[];
  readonly tables: readonly (readonly [string, readonly Shape[]])[];
}

const SET_UPS: readonly SetUp[] = [
  {
    args: ["--scim-password=permanent"],
    tables: [
      ["Okta", OKTA_SHAPES],
      ["Entra ID", ENTRA_SHAPES],
      ["Entra ID, groups", ENTRA_GROUP_SHAPES],
      ["other clients", OTHER_SHAPES],
      ["the suites", SUITE_SHAPES],
      ["what other servers did wrong", PITFALLS],
    ],
  },
  {
    args: ["--scim-profile=starling", "--scim-password=temporary"],
    tables: [["One Identity, with the ids of Starling", STARLING_SHAPES]],
  },
];

const WRITES = /^(?:Admin(?!Get|List)|CreateGroup|UpdateGroup|DeleteGroup)/;

/** The writes that the work has made in the pool. */
async function writesOf({ cognito }: ScimService, work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = cognito.stats.calls.length;
  await work();
  const operations = cognito.stats.calls.slice(before).map(({ operation }) => operation);
  return operations.filter((operation) => WRITES.test(operation));
}

/** What is wrong with an answer, whatever it answers. */
function problemsOf({ status, headers, text, body }: ScimReply): readonly string[] {
  if (status === 204) return text === "" ? [] : ["a 204 with a body"];
  const answer = isRecord(body) ? body : {};
  const meta = isRecord(answer["meta"]) ? answer["meta"] : {};
  const isError = isDeepStrictEqual(answer["schemas"], ["urn:ietf:params:scim:api:messages:2.0:Error"]);
  const wrong: readonly (readonly [boolean, string])[] = [
    [headers.get("content-type")?.startsWith("application/scim+json") !== true, "the type of the body"],
    [/"password"|kkPq/.test(text), "a password"],
    [isError !== status >= 400, "the schema of the body"],
    [isError && answer["status"] !== String(status), "the status in the body"],
    [isError && typeof answer["detail"] !== "string", "no detail"],
    [meta["version"] !== undefined && headers.get("etag") !== meta["version"], "the ETag"],
    [status === 201 && headers.get("location") !== meta["location"], "the location"],
  ];
  return wrong.flatMap(([isWrong, what]) => (isWrong ? [what] : []));
}

describe.for(SET_UPS)("serve --scim $args", ({ args, tables }) => {
  const rows = tables.flatMap(([client, shapes]) => shapes.map((row) => ({ client, row })));
  const pool = shapePool(rows.length);
  let service: ScimService;

  beforeAll(async () => {
    service = await startScimService({ pool, args });
  });

  afterAll(async () => {
    await service.stop();
  });

  test.for(rows.map(({ client, row }, index) => [client, row.shape, row, index] as const))(
    "%s: %s",
    async ([, , row, index]) => {
      const world = shapeWorld(service, index);
      const before = shapeState(pool, world);
      const reply = await row.send(world);
      expect([reply.status, reply.text]).toEqual([row.status, expect.any(String)]);
      expect(problemsOf(reply)).toEqual([]);
      expect((row.lacks ?? []).filter((name) => reply.text.includes(`"${name}"`))).toEqual([]);
      expect(reply.body ?? {}).toMatchObject(row.body?.(world) ?? {});
      const after = shapeState(pool, world);
      expect(shapeDifference(before, after)).toEqual(row.pool?.(world) ?? {});

      if (row.again === false) return;
      const writes = await writesOf(service, async () => {
        const repeated = await row.send(world);
        expect([repeated.status, repeated.text]).toEqual([row.again ?? row.status, expect.any(String)]);
      });
      expect(writes).toEqual([]);
      expect(shapeDifference(after, shapeState(pool, world))).toEqual({});
    },
  );
});
