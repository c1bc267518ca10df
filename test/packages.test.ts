import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { envName, SETTING_NAMES } from "../pkg/config/table/settings.ts";
import { billOfMaterials, pathOf } from "./suites/sbom.ts";
import { tryOutPool } from "./support/local-pool.ts";

const ROOT = resolve(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

function run(command: string, args: readonly string[], cwd: string): Ran {
  const { stdout, stderr, status, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  return { stdout, stderr, status };
}

function filesBelow(folder: string, keep: (path: string) => boolean): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter(keep);
}

/** A name and its value in parsed YAML or JSON. */
type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((found, name) => (isTree(found) ? found[name] : undefined), value);
}

function rows(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function below(value: unknown): Tree {
  return isTree(value) ? value : {};
}

function parseJson(text: string): unknown {
  return JSON.parse(text);
}

/** What an operator needs beside the program, and where the README leads. */
const PAPERS = ["README.md", "ARCHITECTURE.md", "SECURITY.md", "CHANGELOG.md", "LICENSE"];
const SHIPPED = ["deploy/systemd", "deploy/helm", "deploy/observability", "docs"];

describe("the npm package", () => {
  let folder: string;
  let packed: { readonly filename: string; readonly files: readonly string[] };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "connector-package-"));
    for (const name of ["package.json", ...PAPERS, ...SHIPPED, "deploy/man/connector.1"]) {
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    }
    const built = run("tsc", ["-p", "tsconfig.build.json", "--outDir", join(folder, "dist")], ROOT);
    if (built.status !== 0) throw new Error(built.stdout);
    const { stdout } = run("npm", ["pack", "--json", "--ignore-scripts"], folder);
    const [made] = rows(parseJson(stdout));
    packed = {
      filename: String(at(made, "filename")),
      files: rows(at(made, "files")).map((file) => String(at(file, "path"))),
    };
  }, 300_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test("holds the compiled program, its manual page and its documents, and nothing else", () => {
    const sources = (top: string): string[] =>
      filesBelow(
        join(ROOT, top),
        (path) => path.endsWith(".ts") && !/\.(test|fixture|d)\.ts$/.test(path),
      ).map((path) => `dist/${top}/${path.replace(/\.ts$/, ".js")}`);
    const expected = [
      ...sources("cmd").filter((path) => !path.startsWith("dist/cmd/connector/cli/man/")),
      ...sources("pkg"),
      ...SHIPPED.flatMap((each) => filesBelow(join(ROOT, each), () => true).map((path) => `${each}/${path}`)),
      ...PAPERS,
      "deploy/man/connector.1",
      "package.json",
    ];
    expect(new Set(packed.files)).toEqual(new Set(expected));
  });

  test("installs into an empty folder as a user installs it, and its connector and manual page are there", {
    timeout: 180_000,
  }, () => {
    const prefix = join(folder, "global");
    const flags = ["--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    const install = ["install", "--global", `--prefix=${prefix}`, ...flags, `./${packed.filename}`];
    expect(run("npm", install, folder)).toMatchObject({ status: 0 });
    const connector = join(prefix, "bin/connector");
    const version = String(at(parseJson(read("package.json")), "version"));
    expect(run(connector, ["version"], folder)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`connector ${version} (node 24.`),
    });
    // npm links manual pages of a list only.
    const man = below(
      at(parseJson(readFileSync(join(prefix, "lib/node_modules/cognito-connector/package.json"), "utf8"))),
    );
    expect(man["man"]).toEqual([expect.stringMatching(/deploy\/man\/connector\.1$/)]);
    expect(readFileSync(join(prefix, "share/man/man1/connector.1"), "utf8")).toContain(".TH CONNECTOR 1");
    expect(run(connector, ["completion", "bash"], folder).stdout).toContain(
      "complete -F _connector connector",
    );
    expect(run(connector, ["sync"], folder)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("user-pool-id"),
    });
  });
});

describe("the bill of materials", () => {
  const bom = billOfMaterials();

  test("is CycloneDX, for this version of the program", () => {
    expect(bom).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      metadata: {
        component: {
          type: "application",
          name: "cognito-connector",
          version: at(parseJson(read("package.json")), "version"),
        },
      },
    });
  });

  test("has every installed package once, with its digest, and no development package", () => {
    const packages = below(at(parseJson(read("package-lock.json")), "packages"));
    const expected = Object.entries(packages)
      .filter(([path, locked]) => path !== "" && at(locked, "dev") !== true)
      .map(([path, locked]) => {
        const name = path.replace(/^.*node_modules\//, "");
        const version = String(at(locked, "version"));
        const [, digest = ""] = /^sha512-(.*)$/.exec(String(at(locked, "integrity"))) ?? [];
        return {
          path,
          name: `${name}@${version}`,
          purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
          hashes: [{ alg: "SHA-512", content: Buffer.from(digest, "base64").toString("hex") }],
        };
      });
    const found = bom.components.map((component) => {
      const { group, name, version, purl, hashes } = component;
      return {
        path: pathOf(component),
        name: `${group === undefined ? "" : `${group}/`}${name}@${version}`,
        purl,
        hashes,
      };
    });
    const byPath = <T extends { readonly path: string }>(all: readonly T[]): T[] =>
      all.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    expect(byPath(found)).toEqual(byPath(expected));
    expect(bom.components.filter(({ licenses }) => licenses === undefined)).toEqual([]);
  });

  test("lists the dependencies of each package, and every reference has a target", () => {
    const purls = new Map(
      [bom.metadata.component, ...bom.components].map((each) => [each["bom-ref"], each.purl]),
    );
    expect(new Set(bom.dependencies.map(({ ref }) => ref))).toEqual(new Set(purls.keys()));
    expect(
      bom.dependencies.flatMap(({ dependsOn = [] }) => dependsOn).filter((ref) => !purls.has(ref)),
    ).toEqual([]);
    const direct =
      bom.dependencies.find(({ ref }) => ref === bom.metadata.component["bom-ref"])?.dependsOn ?? [];
    const dependencies = below(at(parseJson(read("package.json")), "dependencies"));
    expect(new Set(direct.map((ref) => purls.get(ref)))).toEqual(
      new Set(
        Object.entries(dependencies).map(
          ([name, version]) => `pkg:npm/${name.replace("@", "%40")}@${String(version)}`,
        ),
      ),
    );
  });

  test("is the same for the same lock file", () => {
    expect(JSON.stringify(billOfMaterials())).toBe(JSON.stringify(bom));
    expect(bom.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});

describe("the Dockerfile", () => {
  test.for([
    [[], "BASE BUILD_BASE"],
    [["BASE=a@sha256:0"], "BUILD_BASE"],
    [["BUILD_BASE=a@sha256:0", "BASE=a:1"], "BASE"],
  ] as const)("is built from digests alone when that is asked for: %j", ([bases, missing]) => {
    const { status, stderr } = spawnSync("make", ["-s", "image", "PINNED=1", ...bases], { encoding: "utf8" });
    expect(status).toBe(2);
    expect(stderr).toContain(`image: PINNED=1 needs name@sha256:… in ${missing}\n`);
  });

  test("is built from the same files by make and compose", () => {
    const made = /^IMAGE_SOURCES := (.*)$/m.exec(read("Makefile"))?.[1]?.split(" ") ?? [];
    const allowed = read("deploy/docker/Dockerfile.dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));
    expect(new Set([...allowed, "deploy/docker/Dockerfile"])).toEqual(new Set(made));
    const copied = [...read("deploy/docker/Dockerfile").matchAll(/^COPY (?!--)(.+) \S+$/gm)].flatMap(
      ([, names = ""]) => names.split(" "),
    );
    expect(new Set(copied)).toEqual(new Set(allowed));
  });
});

describe("compose.yaml", () => {
  const compose: unknown = parse(read("deploy/docker/compose.yaml"), { merge: true });
  const withScim: unknown = parse(read("deploy/docker/compose.scim.yaml"));
  const cognitoLocal = at(parseJson(read("package.json")), "devDependencies", "cognito-local");

  test.for(["connector", "sync", "platform"])(
    "%s is read-only, without capabilities, and keeps /data",
    (name) => {
      const service = at(compose, "services", name);
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
        networks: name === "platform" ? ["pool", "default"] : ["pool"],
        build: { context: "../..", dockerfile: "deploy/docker/Dockerfile" },
      });
      const volumes = at(service, "volumes");
      expect(volumes).toEqual([expect.stringMatching(/^[a-z]+:\/data$/)]);
      const names = [service, at(withScim, "services", name)].flatMap((each) =>
        Object.keys(below(at(each, "environment"))),
      );
      const known = new Set<string>(SETTING_NAMES.map(envName));
      expect(names.filter((each) => each.startsWith("BATON_") && !known.has(each))).toEqual([]);
    },
  );

  test("compose.redis.yaml has two instances on one Redis, with settings that there are", () => {
    const shared: unknown = parse(read("deploy/docker/compose.redis.yaml"), { merge: true });
    const known = new Set<string>(SETTING_NAMES.map(envName));
    for (const name of ["connector", "second"]) {
      const settings = below(at(shared, "services", name, "environment"));
      expect(settings["BATON_REDIS_URL"]).toBe("redis://redis:6379/0");
      expect(settings["BATON_AWS_ACCOUNT_ID"]).toMatch(/^\d{12}$/);
      expect(Object.keys(settings).filter((each) => each.startsWith("BATON_") && !known.has(each))).toEqual(
        [],
      );
    }
    for (const name of ["redis", "second"]) {
      expect(at(shared, "services", name)).toMatchObject({
        read_only: true,
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
        networks: ["pool"],
      });
    }
    expect(at(shared, "services", "second", "ports")).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:/),
      expect.stringMatching(/^127\.0\.0\.1:/),
    ]);
  });

  test("publishes ports on the loopback address only", () => {
    expect(at(compose, "services", "connector", "ports")).toEqual([
      "127.0.0.1:50051:50051",
      "127.0.0.1:8081:8081",
    ]);
    expect(at(withScim, "services", "connector", "ports")).toEqual(["127.0.0.1:8090:8090"]);
    for (const name of ["cognito", "sync", "platform"]) {
      expect(at(compose, "services", name, "ports")).toBeUndefined();
    }
  });

  test("its pool is the one of the tests, with the same cognito-local", () => {
    const made = tryOutPool();
    const id = made.Options.Id;
    expect(at(compose, "services", "connector", "environment", "BATON_USER_POOL_ID")).toBe(id);
    expect(JSON.parse(read("deploy/docker/pool.json"))).toEqual(JSON.parse(JSON.stringify(made)));
    const dockerfile = read("deploy/docker/cognito-local.Dockerfile");
    expect(dockerfile).toContain(`cognito-local@${String(cognitoLocal)}\n`);
    expect(dockerfile).toContain(`/db/${id}.json`);
  });
});

describe("the systemd unit", () => {
  const unit = read("deploy/systemd/connector@.service");
  const values = (name: string): string[] =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value = ""]) => value);

  test("sets only settings that exist", () => {
    const names = values("Environment")
      .map((value) => value.split("=")[0] ?? "")
      .filter((name) => name.startsWith("BATON_"));
    const known = new Set<string>(SETTING_NAMES.map(envName));
    expect(names.length).toBeGreaterThan(2);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  test("gives the service a user of its own, one writable folder and no privilege", () => {
    for (const [name, value] of [
      ["DynamicUser", "yes"],
      ["ProtectSystem", "strict"],
      ["NoNewPrivileges", "yes"],
      ["CapabilityBoundingSet", ""],
      ["StateDirectory", "connector/%i"],
      ["ExecReload", "/bin/kill -HUP $MAINPID"],
      ["RestartPreventExitStatus", "2"],
    ] as const) {
      expect({ [name]: values(name) }).toEqual({ [name]: [value] });
    }
  });

  test("a crash leaves no core file, which would have secrets in it", () => {
    expect(unit).toMatch(/^LimitCORE=0$/m);
  });

  test("has a drop-in that runs the platform's daemon, with nothing else changed", () => {
    const lines = read("deploy/systemd/platform.conf")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines).toEqual(["[Service]", "ExecStart=", "ExecStart=/usr/local/bin/connector", "RestartSec=60"]);
  });

  // systemd's own check, on a machine with systemd. The tests above do not need it.
  test("systemd finds no error and a low exposure", () => {
    const folder = mkdtempSync(join(tmpdir(), "connector-unit-"));
    try {
      const file = join(folder, "connector@.service");
      writeFileSync(file, unit.replace("/usr/local/bin/connector", process.execPath));
      const verified = judged(["verify", "--man=no", join(folder, "connector@.service")]);
      expect(verified.stderr.split("\n").filter((line) => line.includes("connector@"))).toEqual([]);
      const exposed = judged(["security", "--offline=yes", "--threshold=20", file]);
      expect(exposed).toMatchObject({ status: 0 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  function judged(args: readonly string[]): Ran {
    const { error, stdout, stderr, status } = spawnSync("systemd-analyze", args, { encoding: "utf8" });
    if (error !== undefined) return { stdout: "", stderr: "", status: 0 };
    return { stdout, stderr, status };
  }
});

describe("the chart's values", () => {
  const values: unknown = parse(read("deploy/helm/cognito-connector/values.yaml"));
  const schema: unknown = parseJson(read("deploy/helm/cognito-connector/values.schema.json"));

  /** Names that are in one of the two only; free maps have no properties of their own. */
  function differences(value: unknown, shape: unknown, path: string): string[] {
    const properties = at(shape, "properties");
    if (!isTree(properties) || !isTree(value)) return [];
    return [...new Set([...Object.keys(properties), ...Object.keys(value)])].flatMap((name) => {
      const here = `${path}${name}`;
      if (here === "global") return [];
      if (!(name in properties)) return [`${here} is not in the schema`];
      if (!(name in value)) return [`${here} is not in values.yaml`];
      return differences(value[name], properties[name], `${here}.`);
    });
  }

  test("are those of its schema, name by name", () => {
    expect(differences(values, schema, "")).toEqual([]);
  });

  test("the chart is of this version of the program", () => {
    const chart: unknown = parse(read("deploy/helm/cognito-connector/Chart.yaml"));
    expect(at(chart, "appVersion")).toBe(at(parseJson(read("package.json")), "version"));
  });
});
