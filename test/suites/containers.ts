import { spawnSync } from "node:child_process";
import { prepareHelm } from "./chart.ts";
import type { Judge } from "./judges.ts";
import { runVitest } from "./run.ts";

const TEST_IMAGE = "cognito-connector:test";

const AS_WRITTEN = "test/container/as-written.test.ts";

/** The image, built and run by Docker beside cognito-local; then with the settings of the compose file and the chart. */
export function containers(): readonly Judge[] {
  const engine = succeeds("docker", "info") ? undefined : "no Docker engine answers";
  const go = succeeds("go", "version") ? undefined : "no go on the path to build helm with";
  const tests = ["--project", "alone", "test/container/"];
  return [
    {
      name: "containers",
      missing: engine,
      prepare: buildImage,
      run: () => [runVitest("containers", [...tests, "--exclude", AS_WRITTEN])],
    },
    {
      name: "compose and chart",
      missing: engine ?? go,
      prepare: async () => buildImage() ?? (await prepareHelm()),
      run: () => [runVitest("compose and chart", ["--project", "alone", AS_WRITTEN])],
    },
  ];
}

function succeeds(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

let built = false;

/** Once a run. */
function buildImage(): string | undefined {
  if (built) return undefined;
  const { status } = spawnSync("make", ["image", `IMAGE=${TEST_IMAGE}`], { stdio: "inherit" });
  built = status === 0;
  return built ? undefined : "the image could not be built (see above)";
}
