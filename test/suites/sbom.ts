// Writes the bill of materials of what is installed with the program, from the lock file: CycloneDX 1.6, the same bytes
// for the same lock file.
//   node test/suites/sbom.ts > connector.cdx.json
//
// npm's own `npm sbom` leaves out packages that stand in the lock file, and cyclonedx-npm brings a native module that has
// to be compiled; what is asked for here is one table turned into another.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Locked {
  readonly name?: string;
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
}

export interface Component {
  readonly type: "library" | "application";
  readonly "bom-ref": string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly scope?: "required" | "optional";
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly (
    | { readonly expression: string }
    | { readonly license: { readonly id: string } }
  )[];
}

export interface Bom {
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.6";
  readonly serialNumber: string;
  readonly version: 1;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const FOLDER = "node_modules/";

/** The bill of materials of a lock file's text; development dependencies are not in it. */
export function billOfMaterials(lockText: string): Bom {
  const lock: unknown = JSON.parse(lockText);
  if (!isLock(lock)) throw new Error("package-lock.json: not a lock file of version 2 or later");
  const installed = Object.entries(lock.packages).filter(([, { dev }]) => dev !== true);
  const refs = new Map(installed.map(([path, locked]) => [path, purlOf(nameOf(path, locked), locked)]));
  const components = installed
    .filter(([path]) => path !== "")
    .map(([path, locked]) => componentOf(path, locked, "library"));
  const root = lock.packages[""] ?? {};
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: serialOf(lockText),
    version: 1,
    metadata: { component: componentOf("", root, "application") },
    // The same version may be installed in two places.
    components: [...new Map(components.map((each) => [each.purl, each])).values()],
    dependencies: [
      ...new Map(
        installed.map(([path, locked]) => {
          const ref = refs.get(path) ?? "";
          return [
            ref,
            { ref, dependsOn: [...new Set(neededBy(path, locked, refs))].toSorted(byText) },
          ] as const;
        }),
      ).values(),
    ],
  };
}

function componentOf(path: string, locked: Locked, type: Component["type"]): Component {
  const full = nameOf(path, locked);
  const [group, name] = full.startsWith("@") ? full.split("/") : [undefined, full];
  const purl = purlOf(full, locked);
  return {
    type,
    "bom-ref": purl,
    ...(group === undefined ? {} : { group }),
    name: name ?? full,
    version: locked.version ?? "",
    ...(type === "library" ? { scope: locked.optional === true ? "optional" : "required" } : {}),
    ...(locked.integrity === undefined ? {} : { hashes: locked.integrity.split(" ").map(hashOf) }),
    ...(locked.license === undefined ? {} : { licenses: [licenseOf(locked.license)] }),
    purl,
  };
}

/** As Node finds them: beside the package first, then in each folder above. */
function neededBy(path: string, locked: Locked, refs: ReadonlyMap<string, string>): readonly string[] {
  const names = Object.keys({ ...locked.dependencies, ...locked.optionalDependencies });
  return names.flatMap((name) => {
    for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf(`/${FOLDER}`)))) {
      const found = refs.get(base === "" ? `${FOLDER}${name}` : `${base}/${FOLDER}${name}`);
      if (found !== undefined) return [found];
      if (base === "") return [];
    }
  });
}

function nameOf(path: string, { name }: Locked): string {
  return name ?? path.slice(path.lastIndexOf(FOLDER) + FOLDER.length);
}

function purlOf(name: string, { version = "" }: Locked): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function hashOf(integrity: string): { readonly alg: string; readonly content: string } {
  const [algorithm = "", digest = ""] = integrity.split("-", 2);
  const alg = algorithm.toUpperCase().replace(/^SHA(\d+)$/, "SHA-$1");
  return { alg, content: Buffer.from(digest, "base64").toString("hex") };
}

function licenseOf(license: string): NonNullable<Component["licenses"]>[number] {
  return /[ (]/.test(license) ? { expression: license } : { license: { id: license } };
}

/** A UUID made of the text: who has the same lock file has the same bill. */
function serialOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function isLock(value: unknown): value is Lock {
  return typeof value === "object" && value !== null && "packages" in value;
}

if (import.meta.main) {
  const lock = readFileSync(join(import.meta.dirname, "../../package-lock.json"), "utf8");
  process.stdout.write(`${JSON.stringify(billOfMaterials(lock), null, 2)}\n`);
}
