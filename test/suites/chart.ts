import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Judge } from "./judges.ts";
import { runVitest } from "./run.ts";

const HELM = "helm.sh/helm/v3/cmd/helm@v3.18.6";
const FOLDER = resolve(".cache/helm");

/** The chart as helm itself lints and renders it; helm is built from its Go module when it is not installed. */
export function chart(): Judge {
  return {
    name: "chart",
    missing: runs("go", "version") ? undefined : "no go on the path to build helm with",
    prepare: prepareHelm,
    run: () => [runVitest("chart", ["--project", "outside", "test/chart/"])],
  };
}

function runs(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** Puts helm where the tests look for it; returns the reason if that failed. */
export function prepareHelm(): string | undefined {
  const stamp = join(FOLDER, "installed.txt");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === HELM) return undefined;
  process.stdout.write(`\nbuilding ${HELM}\n`);
  const env = { ...process.env, GOBIN: FOLDER, GOFLAGS: "-mod=mod", CGO_ENABLED: "0" };
  const { status } = spawnSync("go", ["install", HELM], { stdio: ["ignore", "inherit", "ignore"], env });
  if (status !== 0) return "helm could not be built from its Go module";
  writeFileSync(stamp, HELM);
  return undefined;
}

// `make chart-check`
if (import.meta.main) {
  const problem = prepareHelm();
  if (problem !== undefined) process.stderr.write(`${problem}\n`);
  const failed =
    problem !== undefined ||
    chart()
      .run()
      .some((tally) => tally.failed > 0);
  process.exitCode = failed ? 1 : 0;
}
