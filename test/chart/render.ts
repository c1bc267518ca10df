// What `helm template` makes of the chart, and what the program reads of its settings.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Config } from "../../pkg/config/config.ts";
import { loadConfig } from "../../pkg/config/load-config.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const HELM = join(ROOT, ".cache/helm/helm");
export const CHART: string = join(ROOT, "deploy/helm/cognito-connector");

/** The least that a release needs. */
export const LEAST: readonly string[] = [
  "--set",
  "poolId=eu-west-1_AbCd12345",
  "--set",
  "tls.secretName=connector-tls",
];

export type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}

export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((found, name) => (isTree(found) ? found[name] : undefined), value);
}

export function rows(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

export function helm(...args: readonly string[]): Ran {
  const { stdout, stderr, status, error } = spawnSync(HELM, args, { encoding: "utf8" });
  if (error !== undefined) throw error;
  return { stdout, stderr, status };
}

export const template = (...args: readonly string[]): Ran =>
  helm("template", "pool-a", CHART, "--namespace=governance", "--kube-version=1.30.0", ...args);

export function allRendered(...args: readonly string[]): readonly Tree[] {
  const { stdout, stderr, status } = template(...args);
  if (status !== 0) throw new Error(stderr);
  const documents = parseAllDocuments(stdout).map((document) => {
    const value: unknown = document.toJS();
    return value;
  });
  return documents.filter(isTree);
}

/** Manifests by kind, the first of each. */
export function rendered(...args: readonly string[]): ReadonlyMap<string, unknown> {
  const documents = allRendered(...args).toReversed();
  return new Map(documents.map((document) => [String(document["kind"]), document]));
}

/** The settings of a release as the program reads them. */
export function configOf(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { readonly config: Config; readonly warnings: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), "connector-chart-"));
  try {
    const file = join(folder, "connector.yaml");
    writeFileSync(file, String(at(rendered(...args).get("ConfigMap"), "data", "connector.yaml")));
    return loadConfig("serve", new Map(), {
      env: { BATON_CONFIG_PATH: file, ...env },
      cwd: folder,
      stdoutIsTerminal: false,
      stderrIsTerminal: false,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
