// Writes the bill of materials of what is installed with the program, from the lock file: CycloneDX 1.6, the same bytes
// for the same lock file and the same npm.
//   node test/suites/sbom.ts > connector.cdx.json
//
// cyclonedx-npm makes it. What it leaves out is added: the digests, which it takes only from a lock file that names a
// registry, and the serial number, which it makes at random or not at all.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const TOOL = [
  "--omit=dev",
  "--package-lock-only",
  "--flatten-components",
  "--short-PURLs",
  "--spec-version=1.6",
  "--output-reproducible",
  "--validate",
];
/** The property that says which path of the lock file a component is. */
const PATH = "cdx:npm:package:path";

export interface Component {
  readonly "bom-ref": string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly unknown[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

export interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly serialNumber: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
}

/** The bill of materials of the lock file; development dependencies are not in it. */
export function billOfMaterials(): Bom {
  const tool = join(ROOT, "node_modules/.bin/cyclonedx-npm");
  const made: unknown = JSON.parse(execFileSync(tool, TOOL, { cwd: ROOT, encoding: "utf8" }));
  if (!isBom(made)) throw new Error("cyclonedx-npm: not a bill of materials");
  const lockText = readFileSync(join(ROOT, "package-lock.json"), "utf8");
  const lock: unknown = JSON.parse(lockText);
  if (!isLock(lock)) throw new Error("package-lock.json: not a lock file of version 2 or later");
  const components = made.components.map((component) => {
    const hashes = lock.packages[pathOf(component)]?.integrity?.split(" ").map(hashOf);
    return hashes === undefined ? component : { ...component, hashes };
  });
  return { ...made, serialNumber: serialOf(lockText), components };
}

export function pathOf({ properties = [] }: Component): string {
  return properties.find(({ name }) => name === PATH)?.value ?? "";
}

function hashOf(integrity: string): { readonly alg: string; readonly content: string } {
  const [algorithm = "", digest = ""] = integrity.split("-", 2);
  const alg = algorithm.toUpperCase().replace(/^SHA(\d+)$/, "SHA-$1");
  return { alg, content: Buffer.from(digest, "base64").toString("hex") };
}

/** A UUID made of the text. */
function serialOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function isBom(value: unknown): value is Bom {
  return typeof value === "object" && value !== null && "components" in value;
}

function isLock(value: unknown): value is Lock {
  return typeof value === "object" && value !== null && "packages" in value;
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(billOfMaterials(), null, 2)}\n`);
