// A sync that is stopped while it reads the users of an earlier process from the working file.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MAPPING_VERSION } from "../pkg/connector/connector.ts";
import { advance, firstListings, USERS_LISTING } from "../pkg/core/sync-plan.ts";
import { WHOLE_POOL } from "../pkg/core/sync-scope.ts";
import { openSyncFile, type SyncFile } from "../pkg/store/sync-file.ts";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli } from "./support/connector-cli.ts";
import {
  never,
  newRun,
  principal,
  storeOptions,
  syncPage,
  TYPES,
  temporaryFolder,
} from "./support/store-run.ts";

const POOL = "us-east-1_Ab129faBb";
const HOOK = `--import=${resolve(import.meta.dirname, "support/stop-at-users.ts")}`;
const USERS = 20_000;
const PAGE = 5_000;

let folder: { readonly path: string; remove(): void };
let cognito: ScriptedCognito;
beforeEach(async () => {
  folder = temporaryFolder();
  cognito = await startScriptedCognito({ pools: [createPool({ id: POOL, users: people(1) })] });
});
afterEach(async () => {
  await cognito.close();
  folder.remove();
});

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

function openFile(): Promise<SyncFile> {
  const fingerprint = { poolId: POOL, userIdKind: "sub" as const, mappingVersion: MAPPING_VERSION };
  return openSyncFile(storeOptions(folder.path, { fingerprint, now: Date.now }), never);
}

test("SIGTERM ends it before it has read them all, with the usual line, and the run is kept", async () => {
  const earlier = await openFile();
  await earlier.begin(newRun(Date.now()), TYPES, firstListings(WHOLE_POOL));
  for (let from = 0; from < USERS; from += PAGE) {
    const principals = Array.from({ length: PAGE }, (_, n) => principal(uuid(from + n)));
    await earlier.commit(syncPage(advance(USERS_LISTING, String(from + PAGE)), { principals }));
  }
  await earlier.close();
  const before = readFileSync(join(folder.path, "pool.c1z.work"));

  const { code, stdout, stderr } = await runCli(
    [
      "sync",
      `--file=${join(folder.path, "pool.c1z")}`,
      `--state-dir=${folder.path}`,
      `--user-pool-id=${POOL}`,
      `--endpoint-url=${cognito.url}`,
    ],
    { NODE_OPTIONS: HOOK },
  );
  const [line = "", reads] = stderr.split("\n");
  expect({ code, stdout, line }).toMatchObject({ code: 1, stdout: "" });
  expect(JSON.parse(line)).toMatchObject({ msg: "the command failed", error: "stopped by SIGTERM" });
  // A thousand users each.
  expect(Number(reads?.replace("reads ", ""))).toBeLessThan(10);
  expect(cognito.stats.count()).toBe(0);
  expect(readFileSync(join(folder.path, "pool.c1z.work")).equals(before)).toBe(true);

  const resumed = await openFile();
  expect(resumed).toMatchObject({ resumed: true, counts: { users: USERS } });
  await resumed.close();
});
