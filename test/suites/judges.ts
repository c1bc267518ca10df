import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { postgresPrograms } from "../support/postgres-server.ts";
import { hasRedisServer } from "../support/redis-server.ts";
import { type Beside, startBeside } from "./beside.ts";
import { hasPostgresImage } from "./postgres-image.ts";
import { runGoTests, runVitest, type Tally } from "./run.ts";

/** A program of others that checks ours. */
export interface Judge {
  readonly name: string;
  /** The reason if it cannot run on this machine. */
  readonly missing: string | undefined;
  /** Begins what takes minutes to prepare, beside other suites. */
  readonly begin?: () => void;
  /** Prepares it; returns the reason if that failed. */
  prepare(): Promise<string | undefined> | string | undefined;
  run(): Tally[];
}

const CACHE = ".cache";
const MOTO: PythonTool = {
  folder: join(CACHE, "moto"),
  requirements: "test/judges/moto/requirements.txt",
};
const SCIM_TESTER: PythonTool = {
  folder: join(CACHE, "scim2-tester"),
  requirements: "test/judges/scim/requirements.txt",
};

/** A program of Python in a virtual environment of its own. */
interface PythonTool {
  readonly folder: string;
  readonly requirements: string;
}

export function availableJudges(): Judge[] {
  const python = has("python3") ? undefined : "no python3 on the path";
  const go = has("go") ? undefined : "no go on the path";
  return [
    {
      name: "cognito-local",
      missing: undefined,
      prepare: () => undefined,
      run: () => [vitestJudge("cognito-local", "cognito-local/reads")],
    },
    {
      name: "moto",
      missing: python,
      prepare: () => preparePython(MOTO),
      run: () => [vitestJudge("moto", "moto/reads")],
    },
    {
      name: "scim2-tester",
      missing: python,
      prepare: () => preparePython(SCIM_TESTER),
      run: () => [vitestJudge("scim2-tester", "scim/")],
    },
    {
      name: "postgresql",
      missing: postgresPrograms() === undefined ? "no PostgreSQL server on this machine" : undefined,
      prepare: () => undefined,
      run: () => [vitestJudge("postgresql", "postgres/")],
    },
    {
      name: "redis",
      missing: hasRedisServer() ? undefined : "no redis-server on the path",
      prepare: () => undefined,
      run: () => [runVitest("redis", ["--project", "alone", "test/judges/redis/"])],
    },
    // Beside the server of the machine, and only where there is an image of another one.
    ...(hasPostgresImage()
      ? [
          {
            name: "postgresql of the registry",
            missing: undefined,
            prepare: () => undefined,
            run: () => [vitestJudge("postgresql of the registry", "postgres-image/")],
          },
        ]
      : []),
    {
      name: "go client and baton",
      missing: go,
      begin: () => void goBuild(),
      prepare: prepareGo,
      run: () => [runGoTests("conformance module", "test/conformance"), vitestJudge("baton", "baton/")],
    },
    {
      name: "go client, cognito-local",
      missing: go,
      prepare: prepareGo,
      run: () => [vitestJudge("go client, cognito-local", "cognito-local/writes")],
    },
    {
      name: "go client, moto",
      missing: python ?? go,
      prepare: async () => preparePython(MOTO) ?? (await prepareGo()),
      run: () => [vitestJudge("go client, moto", "moto/writes")],
    },
  ];
}

function vitestJudge(name: string, tests: string): Tally {
  return runVitest(name, ["--project", "outside", `test/judges/${tests}`]);
}

function has(command: string): boolean {
  return spawnSync(command, ["--help"], { stdio: "ignore" }).error === undefined;
}

let build: Beside | undefined;

/** Once a run. */
function goBuild(): Beside {
  build ??= startBeside(["bash", "test/conformance/build.sh"]);
  return build;
}

async function prepareGo(): Promise<string | undefined> {
  return (await goBuild().ended()) ? undefined : "the Go module did not build (see above)";
}

/** Made again when its list of packages changes. */
function preparePython({ folder, requirements }: PythonTool): string | undefined {
  const wanted = readFileSync(requirements, "utf8");
  const stamp = join(folder, "installed.txt");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return undefined;
  const made = spawnSync("python3", ["-m", "venv", "--clear", folder], { stdio: "inherit" });
  if (made.status !== 0) return "python3 -m venv failed (see above)";
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements];
  const installed = spawnSync(join(folder, "bin", "python"), pip, { stdio: "inherit" });
  if (installed.status !== 0) return "pip install failed (see above)";
  writeFileSync(stamp, wanted);
  return undefined;
}
