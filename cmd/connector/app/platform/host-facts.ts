import { readFileSync } from "node:fs";
import { hostname, machine, platform, release } from "node:os";
import type { HostFacts } from "../../../../pkg/platform/hello.ts";
import { packageVersion } from "../../process/version.ts";

/** This machine and this program, for the platform's list of connectors. */
export function hostFacts(): HostFacts {
  const { id, version } = distribution();
  return {
    hostname: hostname(),
    os: platform() === "win32" ? "windows" : platform(),
    platform: id,
    platformVersion: version,
    kernelVersion: release(),
    arch: machine(),
    nodeVersion: process.version,
    packageName: "connector",
    packageVersion: packageVersion(),
  };
}

/** Of Linux, as /etc/os-release names it; "" elsewhere. */
function distribution(): { readonly id: string; readonly version: string } {
  let text = "";
  try {
    text = readFileSync("/etc/os-release", "utf8");
  } catch {
    // Another system, or an image without the file.
  }
  const valueOf = (key: string): string => new RegExp(`^${key}="?([^"\n]*)"?$`, "m").exec(text)?.[1] ?? "";
  return { id: valueOf("ID"), version: valueOf("VERSION_ID") };
}
