// Keys that expire by themselves while a sync reads, from each source that renews them.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type RunningCli, startCli } from "./support/connector-cli.ts";
import {
  type CredentialSource,
  SOURCE_KINDS,
  type SourceKind,
  type SourceSettings,
  startCredentialSource,
} from "./support/credential-source.ts";

const POOL = "us-east-1_Ab129faBb";
let cognito: ScriptedCognito;
let source: CredentialSource | undefined;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "keys-expire-"));
  const pool = createPool({ id: POOL, groups: ["a"], users: people(60, () => ({ groups: ["a"] })) });
  // Only the keys of the source are accepted.
  cognito = await startScriptedCognito({ pools: [pool], credentials: [{ accessKeyId: "AKIDOTHER" }] });
  cognito.script({ shortPage: 2 });
});

afterEach(async () => {
  await source?.close();
  await cognito.close();
  rmSync(folder, { recursive: true, force: true });
});

const file = (): string => join(folder, "pool.c1z");

/** 30 pages of users, and 30 of members, at 10 a second: about three seconds, and each set of keys lives for one or two. */
async function startSync(
  kind: SourceKind,
  failsAfter?: NonNullable<SourceSettings["failsAfter"]>,
): Promise<RunningCli> {
  source = await startCredentialSource({
    kind,
    book: cognito.credentials,
    tokenFile: join(folder, "token"),
    lifeMs: 1_000,
    ...(failsAfter === undefined ? {} : { failsAfter }),
  });
  return startCli(
    [
      "sync",
      `--file=${file()}`,
      `--user-pool-id=${POOL}`,
      `--endpoint-url=${cognito.url}`,
      `--state-dir=${join(folder, "state")}`,
      "--rate=10",
      "--http-timeout-seconds=1",
      "--patience-seconds=5",
      "--output=json",
    ],
    source.env,
  );
}

/** What was signed with keys that had expired by then. */
function signedTooLate(): readonly string[] {
  const ends = new Map(source?.issued.map(({ accessKeyId, expiresAtMs }) => [accessKeyId, expiresAtMs]));
  return cognito.stats.calls
    .filter(({ accessKeyId = "", signedMs = 0 }) => signedMs >= (ends.get(accessKeyId) ?? 0))
    .map(({ number, operation }) => `call ${number}, ${operation}`);
}

test.for(SOURCE_KINDS)(
  "a sync goes on when its keys of %s expire, and signs nothing with old ones",
  async (kind) => {
    const { result } = await startSync(kind);
    const { code, stdout, stderr } = await result;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ users: 60, memberships: 60 });
    expect(new Set(cognito.stats.calls.map(({ accessKeyId }) => accessKeyId)).size).toBeGreaterThan(1);
    expect(signedTooLate()).toEqual([]);
  },
);

test.for(SOURCE_KINDS.flatMap((kind) => [[kind, "silent"] as const, [kind, "error"] as const]))(
  "a source of %s that fails for ever (%s) ends the sync with one line, and the next sync goes on",
  async ([kind, how]) => {
    const { code, stdout, stderr } = await (await startSync(kind, { sets: 2, how })).result;
    expect({ code, stdout, stderr }).toMatchObject({ code: 14, stdout: "" });
    expect(stderr.trimEnd().split("\n")).toEqual([expect.stringMatching(NAMED[kind])]);
    expect(existsSync(file())).toBe(false);
    expect(signedTooLate()).toEqual([]);
    const before = cognito.stats.count();
    expect(before).toBeGreaterThan(0);
    await source?.close();
    const again = await (await startSync(kind)).result;
    expect(again).toMatchObject({ code: 0 });
    expect(JSON.parse(again.stdout)).toMatchObject({ users: 60, memberships: 60, resumed: true });
  },
);

const NAMED: Readonly<Record<SourceKind, RegExp>> = {
  container: /the container's credential service .* (does not answer|answers HTTP 503)/,
  instance: /the instance metadata service (does not answer|answers HTTP 503)/,
  "web-identity": /STS cannot be reached with the web identity token/,
};

test.for(SOURCE_KINDS)("a source of %s that says nothing for a while costs no sync", async (kind) => {
  const { result } = await startSync(kind, { sets: 2, how: "silent" });
  await expect.poll(() => source?.issued.length).toBe(2);
  const asked = source?.asked ?? 0;
  // It is asked again, without an answer, before it answers.
  await expect.poll(() => source?.asked).toBeGreaterThan(asked);
  source?.recover();
  const { code, stdout, stderr } = await result;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ users: 60, memberships: 60 });
  expect(signedTooLate()).toEqual([]);
});
