// Measures the memory of `connector serve` while one client reads a whole pool over gRPC: the users, the groups, and the
// members of each group.
//   node test/bench/serve-memory.ts                                     10,000,000 people, 100 groups, 200,000 memberships
//   node test/bench/serve-memory.ts --users 1000000 --memberships 2000000
// The limiter is open. Ends with exit code 1 when the peak RSS is above 300 MiB, or when rows are missing.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import {
  GrantsServiceListGrantsRequestSchema as GrantsRequest,
  GrantsService,
} from "../../pkg/gen/c1/connector/v2/grant_pb.ts";
import {
  ResourceSchema,
  ResourcesServiceListResourcesRequestSchema as ResourcesRequest,
  ResourcesService,
} from "../../pkg/gen/c1/connector/v2/resource_pb.ts";
import { grpcClient } from "../support/grpc-client.ts";
import { startScriptedServer } from "./scripted-server.ts";
import { compileProgram, startService } from "./service-process.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "10000000" },
    groups: { type: "string", default: "100" },
    memberships: { type: "string", default: "200000" },
    /** Rows between two lines of the output. */
    every: { type: "string", default: "500000" },
    /** More arguments of `connector serve`. */
    serve: { type: "string", multiple: true, default: [] },
  },
});
const expected = {
  user: Number(values.users),
  group: Number(values.groups),
  grant: Number(values.memberships),
};

const MOST_MIB = 300;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const { user: users, group: groups, grant: memberships } = expected;
const pool = await startScriptedServer({ users, groups, memberships });
const service = await startService(compileProgram(), [
  `--endpoint-url=${pool.url}`,
  `--user-pool-id=${pool.poolId}`,
  "--rate=100000",
  ...values.serve,
]);
const client = grpcClient(service.address);
const begun = performance.now();
const counted = { user: 0, group: 0, grant: 0 };
let printedAt = 0;

/** The rows are in field 1 of each answer, the next page token in field 2. Decoding the rows would take more time than the service. */
async function page(path: string, request: Uint8Array): Promise<{ rows: Uint8Array[]; next: string }> {
  const { answer, code, message } = await client.bytes(path, request);
  if (answer === undefined) throw new Error(`${path} ended with ${code}: ${message}`);
  const reader = new BinaryReader(answer);
  const rows: Uint8Array[] = [];
  let next = "";
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1) rows.push(reader.bytes());
    else if (field === 2) next = reader.string();
    else reader.skip(type, field);
  }
  return { rows, next };
}

async function listAll(
  kind: keyof typeof counted,
  path: string,
  request: (pageToken: string) => Uint8Array,
  onRow: (row: Uint8Array) => void = () => {},
): Promise<void> {
  let token = "";
  do {
    const { rows, next } = await page(path, request(token));
    counted[kind] += rows.length;
    token = next;
    for (const row of rows) onRow(row);
    printProgress();
  } while (token !== "");
}

const total = (): number => counted.user + counted.group + counted.grant;

function printProgress(): void {
  if (total() - printedAt < Number(values.every)) return;
  printedAt = total();
  const seconds = (performance.now() - begun) / 1000;
  print(
    [
      String(total()).padStart(10),
      seconds.toFixed(0).padStart(7),
      service.cpuSeconds().toFixed(0).padStart(7),
      (service.rssBytes() / 2 ** 20).toFixed(0).padStart(8),
      peakMib().toFixed(0).padStart(9),
    ].join(" "),
  );
}

/** The kernel keeps it. */
function peakMib(): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${service.pid}/status`, "utf8")) ?? [];
  return Number(kib) / 1024;
}

const resources = (resourceTypeId: string) => (pageToken: string) =>
  toBinary(ResourcesRequest, create(ResourcesRequest, { resourceTypeId, pageToken }));

const grantsOf = (group: string) => (pageToken: string) =>
  toBinary(
    GrantsRequest,
    create(GrantsRequest, { resource: { id: { resourceType: "group", resource: group } }, pageToken }),
  );

try {
  print("      rows seconds   CPU s  RSS MiB  peak MiB");
  const listResources = `/${ResourcesService.typeName}/ListResources`;
  await listAll("user", listResources, resources("user"));
  const names: string[] = [];
  await listAll("group", listResources, resources("group"), (row) => {
    names.push(fromBinary(ResourceSchema, row).id?.resource ?? "");
  });
  const listGrants = `/${GrantsService.typeName}/ListGrants`;
  for (const name of names) await listAll("grant", listGrants, grantsOf(name));
  const peak = peakMib();
  const seconds = (performance.now() - begun) / 1000;
  print(
    `${JSON.stringify(counted)} in ${seconds.toFixed(0)} s, ${(total() / seconds).toFixed(0)} rows a second`,
  );
  print(
    `service: ${service.cpuSeconds().toFixed(0)} CPU seconds; peak RSS ${peak.toFixed(0)} of at most ${MOST_MIB} MiB`,
  );
  for (const line of service.complaints.slice(0, 5)) print(`   ${line}`);
  const isComplete = JSON.stringify(counted) === JSON.stringify(expected);
  if (!isComplete) print(`rows are missing: the pool has ${JSON.stringify(expected)}`);
  if (!isComplete || peak > MOST_MIB) process.exitCode = 1;
} finally {
  client.close();
  await service.stop();
  pool.stop();
}
