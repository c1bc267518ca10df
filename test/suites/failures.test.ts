import { expect, test } from "vitest";
import { failureLines, failuresOfGo, failuresOfVitest } from "./failures.ts";

const noTitles: readonly string[] = [];

test("a failed test is one line: suite, file, full title and the first line of its message", () => {
  const failures = failuresOfVitest(
    {
      testResults: [
        {
          name: "/repo/test/a.slow.test.ts",
          status: "failed",
          message: "",
          assertionResults: [
            { status: "passed", ancestorTitles: noTitles, title: "passes", failureMessages: noTitles },
            {
              status: "failed",
              ancestorTitles: ["a day", "of two"],
              title: "differs in nothing (seed 106)",
              failureMessages: ["\u001b[31mAssertionError\u001b[39m: expected 1 to be 2\n    at a.ts:1:2"],
            },
          ],
        },
        { name: "/repo/test/b.test.ts", status: "passed", message: "", assertionResults: noTitles },
      ],
    },
    "/repo",
  );
  expect(failureLines([{ name: "slow", failures }])).toEqual([
    "slow: test/a.slow.test.ts: a day > of two > differs in nothing (seed 106): AssertionError: expected 1 to be 2",
  ]);
});

test("a file that did not load is named with what it says", () => {
  const report = {
    testResults: [
      {
        name: "/repo/pkg/c.test.ts",
        status: "failed",
        message: "\nCannot find module './d.ts'\nat e.ts",
        assertionResults: noTitles,
      },
      { name: "/repo/pkg/f.test.ts", status: "failed", message: "", assertionResults: noTitles },
    ],
  };
  expect(failureLines([{ name: "unit", failures: failuresOfVitest(report, "/repo") }])).toEqual([
    "unit: pkg/c.test.ts: Cannot find module './d.ts'",
    "unit: pkg/f.test.ts: the file failed, and no test of it",
  ]);
});

test("a failed test of Go is named with its own first words", () => {
  const failures = failuresOfGo([
    { Action: "run", Package: "example.org/m", Test: "TestA" },
    { Action: "output", Package: "example.org/m", Test: "TestA", Output: "=== RUN   TestA\n" },
    {
      Action: "output",
      Package: "example.org/m",
      Test: "TestB",
      Output: "    b_test.go:3: of another test\n",
    },
    { Action: "output", Package: "example.org/m", Test: "TestA", Output: "    a_test.go:7: got 1, want 2\n" },
    { Action: "output", Package: "example.org/m", Test: "TestA", Output: "--- FAIL: TestA (0.00s)\n" },
    { Action: "fail", Package: "example.org/m", Test: "TestA" },
    { Action: "pass", Package: "example.org/m", Test: "TestB" },
    { Action: "output", Package: "example.org/m", Output: "FAIL\n" },
    { Action: "fail", Package: "example.org/m" },
  ]);
  expect(failureLines([{ name: "go", failures }])).toEqual([
    "go: example.org/m: TestA: a_test.go:7: got 1, want 2",
  ]);
});

test("a package of Go that was not built is named with what the compiler says", () => {
  const failures = failuresOfGo([
    { Action: "build-output", ImportPath: "example.org/m [example.org/m.test]", Output: "# example.org/m\n" },
    {
      Action: "build-output",
      ImportPath: "example.org/m [example.org/m.test]",
      Output: "./a.go:3:1: syntax\n",
    },
    { Action: "build-fail", ImportPath: "example.org/m [example.org/m.test]" },
    { Action: "output", Package: "example.org/m", Output: "FAIL\texample.org/m [build failed]\n" },
    { Action: "fail", Package: "example.org/m" },
  ]);
  expect(failureLines([{ name: "go", failures }])).toEqual(["go: example.org/m: ./a.go:3:1: syntax"]);
});

test("what is not a report names no test", () => {
  expect(failuresOfVitest("not a report", "/repo")).toEqual([]);
  expect(failuresOfVitest({ testResults: [1, { assertionResults: 2 }] }, "/repo")).toEqual([]);
  expect(failuresOfGo([1, undefined])).toEqual([]);
});

test("at most twenty lines, and how many more there are", () => {
  const failures = Array.from({ length: 23 }, (_, index) => ({
    file: "a.test.ts",
    title: `test ${index}`,
    message: "",
  }));
  const lines = failureLines([{ name: "unit", failures }]);
  expect(lines).toHaveLength(21);
  expect(lines.slice(-2)).toEqual(["unit: a.test.ts: test 19", "and 3 more"]);
});

test("a long line is cut, and no part of one is a line of its own", () => {
  const [line = "", ...others] = failureLines([
    {
      name: "unit",
      failures: [{ file: "a.test.ts", title: "two\nlines\u0007", message: "x".repeat(1_000) }],
    },
  ]);
  expect(others).toEqual([]);
  expect(line).toMatch(/^unit: a\.test\.ts: two lines: x+…$/);
  expect(line).toHaveLength(300);
});
