import { spawnSync } from "node:child_process";
import type { Judge } from "./judges.ts";
import { runVitest } from "./run.ts";

export const TEST_IMAGE = "cognito-connector:test";

/** The image itself, built and run by a Docker engine beside cognito-local. */
export function containers(): Judge {
  return {
    name: "containers",
    missing:
      spawnSync("docker", ["info"], { stdio: "ignore" }).status === 0
        ? undefined
        : "no Docker engine answers",
    prepare: () => {
      const { status } = spawnSync("make", ["image", `IMAGE=${TEST_IMAGE}`], { stdio: "inherit" });
      return status === 0 ? undefined : "the image could not be built (see above)";
    },
    run: () => [runVitest("containers", ["--project", "whole", "test/container/"])],
  };
}
