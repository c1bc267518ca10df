import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Beside, startBeside } from "./beside.ts";
import type { Judge } from "./judges.ts";
import { runVitest } from "./run.ts";

const HELM = "helm.sh/helm/v3/cmd/helm@v3.18.6";
const FOLDER = resolve(".cache/helm");

/** The chart as helm itself lints and renders it; helm is built from its Go module when it is not installed. */
export function chart(): Judge {
  return {
    name: "chart",
    missing: runs("go", "version") ? undefined : "no go on the path to build helm with",
    begin: () => void helmBuild(),
    prepare: prepareHelm,
    run: () => [runVitest("chart", ["--project", "outside", "test/chart/"])],
  };
}

function runs(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

const STAMP = join(FOLDER, "installed.txt");

let build: Beside | undefined;

/** Undefined where helm is there. */
function helmBuild(): Beside | undefined {
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === HELM) return undefined;
  const env = { ...process.env, GOBIN: FOLDER, GOFLAGS: "-mod=mod", CGO_ENABLED: "0" };
  build ??= startBeside(["go", "install", HELM], env);
  return build;
}

/** Puts helm where the tests look for it; returns the reason if that failed. */
export async function prepareHelm(): Promise<string | undefined> {
  const building = helmBuild();
  if (building === undefined) return undefined;
  process.stdout.write(`\nbuilding ${HELM}\n`);
  if (!(await building.ended())) return "helm could not be built from its Go module (see above)";
  writeFileSync(STAMP, HELM);
  return undefined;
}

// `make chart-check`
if (import.meta.main) {
  const problem = await prepareHelm();
  if (problem !== undefined) process.stderr.write(`${problem}\n`);
  const failed =
    problem !== undefined ||
    chart()
      .run()
      .some((tally) => tally.failed > 0);
  process.exitCode = failed ? 1 : 0;
}
