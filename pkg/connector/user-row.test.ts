import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";
import { expect, test } from "vitest";
import { userNumber } from "../../test/support/fake-directory.ts";
import { ListedUserRow } from "./user-row.ts";

setFlagsFromString("--allow-natives-syntax");
const native: unknown = runInThisContext("(object) => %HasFastProperties(object)");

function isLight(object: object): unknown {
  return typeof native === "function" && Reflect.apply(native, undefined, [object]);
}

test("the row of a user has no accessor of its own, which V8 would put into the old generation", () => {
  const context = { pool: undefined, userIdKind: "sub" } as const;
  expect(isLight(new ListedUserRow(userNumber(1), context, undefined))).toBe(true);
  expect(
    isLight({
      get stamp() {
        return "";
      },
    }),
  ).toBe(false);
});
