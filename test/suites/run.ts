import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crashesIn } from "./crashes.ts";
import { type FailedTest, failuresOfGo, failuresOfVitest } from "./failures.ts";

/** The result that one runner reported. */
export interface Tally {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly FailedTest[];
}

export function tallyOf(name: string, parts: readonly Tally[]): Tally {
  const sum = (read: (tally: Tally) => number) => parts.reduce((total, tally) => total + read(tally), 0);
  return {
    name,
    passed: sum((t) => t.passed),
    failed: sum((t) => t.failed),
    skipped: sum((t) => t.skipped),
    failures: parts.flatMap(({ failures }) => failures),
  };
}

/** A suite that failed as a whole. */
export function failedWhole(name: string, message: string): Tally {
  return { name, passed: 0, failed: 1, skipped: 0, failures: [whole(message)] };
}

const whole = (message: string): FailedTest => ({ file: "", title: "", message });

/** A check that passes or fails as a whole. */
export function runStep(name: string, [command = "", ...args]: readonly string[]): Tally {
  heading(name);
  const { status, signal } = spawnSync(command, args, { stdio: "inherit" });
  if (status === 0) return { name, passed: 1, failed: 0, skipped: 0, failures: [] };
  return failedWhole(name, `${[command, ...args].join(" ")} ended with ${status ?? signal ?? "nothing"}`);
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

function isVitestReport(value: unknown): value is VitestReport {
  return (
    typeof value === "object" && value !== null && "numPassedTests" in value && "numFailedTests" in value
  );
}

/** A Vitest run, counted by Vitest's own report. A run that fails without a failed test counts as one failure. */
export function runVitest(name: string, args: readonly string[]): Tally {
  heading(name);
  const folder = mkdtempSync(join(tmpdir(), "connector-report-"));
  try {
    const file = join(folder, "report.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const startedMs = Date.now();
    const { status, signal } = spawnSync("vitest", ["run", ...args, ...reporters], { stdio: "inherit" });
    const report: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (!isVitestReport(report)) throw new Error("not a Vitest report");
    const crashes = crashesIn(process.cwd(), startedMs).map(whole);
    const broken = (status !== 0 || crashes.length > 0) && report.numFailedTests === 0;
    const failures = [...failuresOfVitest(report, process.cwd()), ...crashes];
    const ended = `Vitest ended with ${status ?? signal}, and no test failed (see its output)`;
    return {
      name,
      passed: report.numPassedTests,
      failed: report.numFailedTests + (broken ? 1 : 0),
      skipped: report.numPendingTests + report.numTodoTests,
      failures: broken && failures.length === 0 ? [whole(ended)] : failures,
    };
  } catch (error) {
    return failedWhole(name, `no report of Vitest: ${String(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface GoEvent {
  readonly Action?: string;
  readonly Test?: string;
  readonly Output?: string;
}

function isGoEvent(value: unknown): value is GoEvent {
  return typeof value === "object" && value !== null && "Action" in value;
}

/** A Go test run, counted by `go test -json`. */
export function runGoTests(name: string, folder: string): Tally {
  heading(name);
  const { stdout, stderr, status } = spawnSync("go", ["test", "-json", "./..."], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, CGO_ENABLED: "0" },
    maxBuffer: 64 * 1024 * 1024,
  });
  const events = stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): unknown => JSON.parse(line))
    .filter(isGoEvent);
  const count = (action: string) =>
    events.filter((event) => event.Test !== undefined && event.Action === action).length;
  const failedTests = count("fail");
  if (status !== 0) process.stdout.write(events.map((event) => event.Output ?? "").join("") + stderr);
  const broken = status !== 0 && failedTests === 0;
  const failures = failuresOfGo(events);
  return {
    name,
    passed: count("pass"),
    failed: failedTests + (broken ? 1 : 0),
    skipped: count("skip"),
    failures: broken && failures.length === 0 ? [whole(`go test failed: ${stderr.trim()}`)] : failures,
  };
}

function heading(name: string): void {
  process.stdout.write(`\n== ${name}\n`);
}
