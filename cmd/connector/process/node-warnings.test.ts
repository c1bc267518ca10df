import { expect, test } from "vitest";
import { isSilenced } from "./node-warnings.ts";

const warning = Object.assign(new Error("text"), { name: "DeprecationWarning", code: "DEP0123" });

test.for([
  [["--disable-warning=DEP0123"], {}, true],
  [["--disable-warning", "DEP0123"], {}, true],
  [["--enable-source-maps", "--disable-warning=DeprecationWarning"], {}, true],
  [["--no-warnings"], {}, true],
  [[], { NODE_OPTIONS: "--max-old-space-size=100 --disable-warning=DEP0123" }, true],
  [[], { NODE_NO_WARNINGS: "1" }, true],
  [["--disable-warning=DEP0040"], { NODE_OPTIONS: "--trace-warnings", NODE_NO_WARNINGS: "0" }, false],
  [["--disable-warning"], {}, false],
  [[], {}, false],
] as const)("Node with %j and %j silences it: %s", ([execArgv, env, expected]) => {
  expect(isSilenced(warning, { execArgv, env })).toBe(expected);
});

test("a warning without a code is known by its name", () => {
  const other = Object.assign(new Error("text"), { name: "MaxListenersExceededWarning" });
  expect(isSilenced(other, { execArgv: ["--disable-warning=MaxListenersExceededWarning"], env: {} })).toBe(
    true,
  );
  expect(isSilenced(other, { execArgv: ["--disable-warning=DEP0123"], env: {} })).toBe(false);
});
