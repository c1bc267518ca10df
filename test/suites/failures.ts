// Which tests failed, from the reports of the runners themselves: one line for each. A CI log may show only its end.

import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { isRecord } from "../../pkg/core/unknown.ts";

/** One failed test, or a file or a check that failed as a whole. */
export interface FailedTest {
  readonly file: string;
  readonly title: string;
  readonly message: string;
}

const MAX_LINES = 20;
const MAX_CHARACTERS = 300;

/** One line for each failed test, with the name of its suite. */
export function failureLines(
  suites: readonly { readonly name: string; readonly failures: readonly FailedTest[] }[],
): readonly string[] {
  const lines = suites.flatMap(({ name, failures }) =>
    failures.map((one) =>
      lineOf(
        [name, one.file, one.title, firstLine(one.message)]
          .filter((part) => part.trim() !== "")
          .map(oneLine)
          .join(": "),
      ),
    ),
  );
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES), `and ${lines.length - MAX_LINES} more`];
}

/** The failed tests of a report of Vitest (`--reporter=json`), and the files that did not load. */
export function failuresOfVitest(report: unknown, root: string): readonly FailedTest[] {
  return records(report, "testResults").flatMap((result) => {
    const file = relative(root, text(result["name"]));
    const tests = records(result, "assertionResults").filter(({ status }) => status === "failed");
    if (tests.length === 0) {
      if (result["status"] !== "failed") return [];
      return [{ file, title: "", message: text(result["message"]) || "the file failed, and no test of it" }];
    }
    return tests.map((one) => ({
      file,
      title: [...texts(one["ancestorTitles"]), text(one["title"])].join(" > "),
      message: texts(one["failureMessages"])[0] ?? "",
    }));
  });
}

/** What `go test` says of a test beside its messages. */
const GO_FRAME = /^\s*(=== |--- |FAIL\b|ok\s|PASS\b|exit status)/;

/** The failed tests of the events of `go test -json`, and the packages that failed without one. */
export function failuresOfGo(events: readonly unknown[]): readonly FailedTest[] {
  const all = events.filter(isRecord);
  const failed = all.filter(({ Action: action }) => action === "fail");
  return failed.flatMap(({ Package: name, Test: test }) => {
    const ofPackage = failed.filter((one) => one["Package"] === name && one["Test"] !== undefined);
    if (test === undefined && ofPackage.length > 0) return [];
    const said = all
      .filter((one) => isOutputOf(one, name, test))
      .map(({ Output: output }) => text(output))
      .filter((line) => line.trim() !== "" && !GO_FRAME.test(line));
    return [{ file: text(name), title: text(test), message: said[0] ?? "" }];
  });
}

/** What the compiler says of a package names it with what it was built for: `pkg [pkg.test]`. */
function isOutputOf(event: Readonly<Record<string, unknown>>, name: unknown, test: unknown): boolean {
  if (event["Action"] === "build-output") {
    const of = text(event["ImportPath"]).split(" ")[0];
    return test === undefined && of === name && !text(event["Output"]).startsWith("# ");
  }
  return event["Action"] === "output" && event["Package"] === name && event["Test"] === test;
}

function records(value: unknown, name: string): readonly Readonly<Record<string, unknown>>[] {
  const list: unknown = isRecord(value) ? value[name] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(text) : []);

const firstLine = (message: string): string =>
  message.split(/[\r\n]/).find((line) => stripVTControlCharacters(line).trim() !== "") ?? "";

/** Without colours and other control characters. */
const oneLine = (part: string): string =>
  stripVTControlCharacters(part)
    .replace(/\p{Cc}+/gu, " ")
    .trim();

const lineOf = (line: string): string =>
  line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS - 1)}…` : line;
