// Sums a CPU profile of the service (callers.ts --profile), or of a way of row-cost.ts (node --cpu-prof): the self time of each
// kind of work, of each part of the program and of each library, and the time that our functions take with all that they call.
//   node test/bench/profile-table.ts FILE.cpuprofile [functions]
import { readFileSync } from "node:fs";

interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: Frame;
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const [file = "", most = "40"] = process.argv.slice(2);
const profile: unknown = JSON.parse(readFileSync(file, "utf8"));
if (!isProfile(profile)) throw new TypeError(`${file} is not a CPU profile`);

const selfUs = new Map<number, number>();
const { nodes, samples, timeDeltas } = profile;
samples.forEach((id, index) => {
  selfUs.set(id, (selfUs.get(id) ?? 0) + (timeDeltas[index + 1] ?? 0));
});

function isProfile(value: unknown): value is Profile {
  return typeof value === "object" && value !== null && "nodes" in value && "timeDeltas" in value;
}

/** The package of a library, a module of Node, or our folder. */
function partOf({ functionName, url }: Frame): string {
  if (url === "") return functionName;
  const library = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (library !== undefined) return library;
  if (url.startsWith("node:")) return url.replace("node:internal/", "node:").split("/").slice(0, 2).join("/");
  return /\/((?:pkg|cmd)\/.*)\/[^/]*$/.exec(url)?.[1] ?? url;
}

/** The first that the file or the function of a frame matches; the rest is the SDK, with HTTP and signatures. */
const WORK: readonly (readonly [string, RegExp])[] = [
  ["collecting garbage", /\(garbage collector\)/],
  ["pacing and metrics", /node_modules\/bottleneck|pkg\/(?:limiter|ops)\//],
  [
    "rows made",
    /node_modules\/@bufbuild|pkg\/(?:connector|protocol|core|cognito\/mapping)\/|ways\/row-bytes/,
  ],
  ["SDK, HTTP, signatures", /node_modules\//],
  ["modules loaded", /internal\/(?:modules|bootstrap)\/|compileSourceTextModule|internalModuleStat/],
  ["answers parsed", /pkg\/cognito\/client\//],
  ["rows kept, file written", /pkg\/(?:store|sqlite)\/|bench\/ways\/|node:zlib/],
  ["the rest of the connector", /(?:pkg|cmd)\//],
];

const workOf = ({ functionName, url }: Frame): string =>
  WORK.find(([, pattern]) => pattern.test(`${url} ${functionName}`))?.[0] ?? "SDK, HTTP, signatures";

const nameOf = ({ functionName, url, lineNumber }: Frame): string =>
  `${functionName || "(anonymous)"} ${url.replace(/.*\/(?=(?:pkg|cmd|node_modules)\/)/, "")}:${lineNumber + 1}`;

const byId = new Map(nodes.map((node) => [node.id, node]));
const parts = new Map<string, number>();
const works = new Map<string, number>();
const self = new Map<string, number>();
const inclusive = new Map<string, number>();
const root = nodes[0];
const add = (to: Map<string, number>, key: string, us: number) => to.set(key, (to.get(key) ?? 0) + us);

/** `open`: the names on the path to this node, each of which counts its time once. */
function walk(id: number, open: ReadonlySet<string>): number {
  const node = byId.get(id);
  if (node === undefined) return 0;
  const name = nameOf(node.callFrame);
  const own = selfUs.get(id) ?? 0;
  add(parts, partOf(node.callFrame), own);
  if (!/^\((?:idle|root)\)$/.test(node.callFrame.functionName)) add(works, workOf(node.callFrame), own);
  add(self, name, own);
  const inner = new Set(open).add(name);
  const us = (node.children ?? []).reduce((sum, child) => sum + walk(child, inner), own);
  if (!open.has(name)) add(inclusive, name, us);
  return us;
}
if (root !== undefined) walk(root.id, new Set());

const idleUs = (parts.get("(idle)") ?? 0) + (parts.get("(program)") ?? 0);
const busyUs = [...parts.values()].reduce((sum, us) => sum + us, 0) - idleUs;
function print(title: string, of: Map<string, number>, rows: number): void {
  process.stdout.write(`\n${title}, of ${(busyUs / 1e6).toFixed(2)} s at work\n`);
  for (const [name, us] of [...of].sort(([, a], [, b]) => b - a).slice(0, rows)) {
    if (name.startsWith("(idle)") || name.startsWith("(root)")) continue;
    process.stdout.write(
      `${(us / 1000).toFixed(0).padStart(7)} ms ${((100 * us) / busyUs).toFixed(1).padStart(5)} %  ${name}\n`,
    );
  }
}
print("by work", works, 20);
print("by part", parts, 60);
print("by function, itself", self, Number(most));
print("by function, with what it calls", inclusive, 4 * Number(most));
