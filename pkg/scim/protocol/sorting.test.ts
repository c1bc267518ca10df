import { expect, test } from "vitest";
import type { ScimResource } from "../resource.ts";
import { USER_SCHEMAS } from "./schemas.fixture.ts";
import { compareBy } from "./sorting.ts";

test("a sort reads the value of each resource once", () => {
  let reads = 0;
  const resources = Array.from({ length: 1000 }, (_, at): ScimResource => {
    const created = new Date(((at * 7919) % 1009) * 1000).toISOString();
    return {
      get meta() {
        reads += 1;
        return { created };
      },
    };
  });
  const created = { urn: undefined, attribute: "meta", sub: "created" };
  resources.sort(compareBy(created, USER_SCHEMAS));
  expect(reads).toBe(1000);
  const times = resources.map(({ meta }) => JSON.stringify(meta));
  expect(times).toEqual(times.toSorted());
});
