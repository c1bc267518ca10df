import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";

export interface AwsHome {
  /** A path below the home directory of the test that runs. */
  path(...names: readonly string[]): string;
  /** What is to be closed after the test that runs. */
  readonly open: { close(): unknown }[];
}

/** Each test of the file gets a home directory without AWS credentials, and none from the environment. */
export function useAwsHome(): AwsHome {
  const open: AwsHome["open"] = [];
  let home = "";

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "connector-home-"));
    vi.stubEnv("HOME", home);
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(home, "credentials"));
    vi.stubEnv("AWS_CONFIG_FILE", join(home, "config"));
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"]) {
      vi.stubEnv(name, undefined);
    }
  });

  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    rmSync(home, { recursive: true });
  });

  return { path: (...names) => join(home, ...names), open };
}
