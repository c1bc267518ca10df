// Runs every suite that this machine can run, adds up what the runners themselves reported, and ends with one line:
// "N passed, N failed, N skipped". With CI=true a suite that cannot run is a failure; otherwise the output names it.
//   node test/suites/main.ts          everything
//   node test/suites/main.ts judges   only the checks by other programs
import { browser } from "./browser.ts";
import { chart } from "./chart.ts";
import { containers } from "./containers.ts";
import { failureLines } from "./failures.ts";
import { availableJudges, type Judge } from "./judges.ts";
import { failedWhole, runStep, runVitest, type Tally, tallyOf } from "./run.ts";

const onlyJudges = process.argv[2] === "judges";
const required = process.env["CI"] === "true" || process.env["REQUIRE_ALL_SUITES"] === "1";

const judges = [...availableJudges(), ...(onlyJudges ? [] : [browser(), chart(), ...containers()])];

const tallies: Tally[] = [];
const leftOut: string[] = [];

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

if (!onlyJudges) {
  tallies.push(runStep("format", ["biome", "check", "cmd", "pkg", "test", "vitest.config.ts"]));
  tallies.push(runStep("lint", ["oxlint", "--type-aware", "cmd", "pkg", "test"]));
  tallies.push(runStep("plain words", ["node", "test/suites/words.ts"]));
  tallies.push(runStep("types", ["tsc", "-p", "tsconfig.json"]));
  tallies.push(runStep("generated code", ["node", "test/suites/generated.ts"]));
  tallies.push(
    runStep("settings table", ["node", "pkg/config/table/settings-table.ts", "--check", "docs/settings.md"]),
  );
  tallies.push(runStep("inventory schema", ["node", "test/suites/schema.ts", "--check"]));
  tallies.push(
    runStep("manual page", ["node", "cmd/connector/cli/man/main.ts", "--check", "deploy/man/connector.1"]),
  );
  tallies.push(runVitest("unit", ["--project", "unit"]));
}
// Here because the unit tests bound times.
for (const { missing, begin } of judges) if (missing === undefined) begin?.();
if (!onlyJudges) {
  tallies.push(runVitest("slow", ["--project", "slow"]));
  tallies.push(runVitest("whole", ["--project", "whole"]));
}

for (const judge of judges) {
  if (judge.missing === undefined) tallies.push(...(await runJudge(judge)));
  else if (required) tallies.push(failed(judge.name, judge.missing));
  else leftOut.push(`${judge.name}: ${judge.missing}`);
}

say("");
for (const { name, passed, failed: bad, skipped } of tallies) {
  say(
    `  ${bad === 0 ? "ok  " : "FAIL"} ${name.padEnd(24)} ${passed} passed, ${bad} failed, ${skipped} skipped`,
  );
}
for (const line of failureLines(tallies)) say(`  failed ${line}`);
for (const reason of leftOut) say(`  left out ${reason}`);
const total = tallyOf("total", tallies);
say(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || (required && total.skipped > 0) ? 1 : 0;

async function runJudge(judge: Judge): Promise<Tally[]> {
  const ready = await judge.prepare();
  if (ready !== undefined) {
    if (required) return [failed(judge.name, ready)];
    leftOut.push(`${judge.name}: ${ready}`);
    return [];
  }
  return judge.run();
}

function failed(name: string, reason: string): Tally {
  say(`${name}: ${reason}`);
  return failedWhole(name, reason);
}
