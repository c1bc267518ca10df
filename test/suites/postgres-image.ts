import { spawnSync } from "node:child_process";

export const POSTGRES_IMAGE = process.env["POSTGRES_IMAGE"] ?? "postgres:18-alpine";

const PULL_MS = 120_000;

/** Whether an engine answers and has the image, or a registry gives it one. */
export function hasPostgresImage(): boolean {
  const succeeds = (...args: readonly string[]): boolean =>
    spawnSync("docker", args, { stdio: "ignore", timeout: PULL_MS }).status === 0;
  if (!succeeds("info")) return false;
  return succeeds("image", "inspect", POSTGRES_IMAGE) || succeeds("pull", "-q", POSTGRES_IMAGE);
}
