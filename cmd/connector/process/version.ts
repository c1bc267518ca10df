import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { GovernanceError } from "../../../pkg/core/errors.ts";

/** The version in package.json, from the sources as from `dist/`. */
export function packageVersion(): string {
  const path = findPackageJSON("..", import.meta.url);
  const manifest: unknown = path === undefined ? undefined : JSON.parse(readFileSync(path, "utf8"));
  if (typeof manifest === "object" && manifest !== null && "version" in manifest)
    return String(manifest.version);
  throw new GovernanceError("internal", "package.json of the connector is missing or has no version");
}
