import { describe, expect, test } from "vitest";
import { timed } from "../../../test/support/cpu-time.ts";
import { scimRouteOf } from "./endpoints.ts";
import { SCIM_LIMITS } from "./limits.ts";
import { projectionOf, searchParameters } from "./list-parameters.ts";

/** As long as the headers of a request may be, and as a body. */
const IN_HEADERS = SCIM_LIMITS.headerBytes;
const IN_BODY = SCIM_LIMITS.bodyBytes;

describe("a text takes time in proportion to its length:", () => {
  test.for([
    ["slashes in the path, before anybody is asked who is there", IN_HEADERS, "/"],
    ["slashes in the path of a Bulk operation", SCIM_LIMITS.bulkBytes, "/"],
  ] as const)("%s", ([, length, part]) => {
    const { result, ms } = timed(() => scimRouteOf(`/Users${part.repeat(length)}a`, SCIM_LIMITS.idLength));
    expect(result).toBeUndefined();
    expect(ms).toBeLessThan(5000);
  });

  test.for(["[", "a[", "a[b", "[]", "[,", ","])("attributes of many %s", (part) => {
    const attributes = part.repeat(IN_BODY / 2 / part.length);
    const { ms } = timed(() => projectionOf(searchParameters({ attributes })));
    expect(ms).toBeLessThan(5000);
  });

  test("and is split as before", () => {
    const paths = (attributes: string) => projectionOf(searchParameters({ attributes })).attributes;
    expect(paths(' userName, ,emails[type eq "a,b"].value,name.givenName,')).toEqual([
      "userName",
      'emails[type eq "a,b"].value',
      "name.givenName",
    ]);
    expect(paths("id,emails[type,x")).toEqual(["id", "emails[type,x"]);
    expect(paths(" , ")).toBeUndefined();
    const id = (path: string) => scimRouteOf(path, 9)?.endpoint;
    expect(id("/Users/u-1//")).toEqual(id("/Users/u-1"));
  });
});
