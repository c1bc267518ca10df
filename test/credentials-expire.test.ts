// Keys that expire by themselves while a sync reads, from each source that renews them.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "vitest";
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

interface Stage {
  readonly cognito: ScriptedCognito;
  readonly folder: string;
  /** The path of what a sync writes. */
  readonly file: string;
  /** Those that have been started; they end with the stage. */
  readonly sources: CredentialSource[];
}

interface RunningSync extends RunningCli {
  readonly source: CredentialSource;
}

/** Runs `play` on a stage of its own: the syncs wait most of their time, so those of the three kinds run at once. */
async function onStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "keys-expire-"));
  const pool = createPool({ id: POOL, groups: ["a"], users: people(60, () => ({ groups: ["a"] })) });
  // Only the keys of the source are accepted.
  const cognito = await startScriptedCognito({ pools: [pool], credentials: [{ accessKeyId: "AKIDOTHER" }] });
  cognito.script({ shortPage: 2 });
  const sources: CredentialSource[] = [];
  try {
    await play({ cognito, folder, file: join(folder, "pool.c1z"), sources });
  } finally {
    for (const source of sources) await source.close();
    await cognito.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** 30 pages of users, and 30 of members, at 10 a second: about three seconds, and each set of keys lives for one or two. */
async function startSync(
  { cognito, folder, file, sources }: Stage,
  kind: SourceKind,
  failsAfter?: NonNullable<SourceSettings["failsAfter"]>,
): Promise<RunningSync> {
  const source = await startCredentialSource({
    kind,
    book: cognito.credentials,
    tokenFile: join(folder, "token"),
    lifeMs: 1_000,
    ...(failsAfter === undefined ? {} : { failsAfter }),
  });
  sources.push(source);
  const program = startCli(
    [
      "sync",
      `--file=${file}`,
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
  return { ...program, source };
}

/** What was signed with keys that had expired by then. */
function signedTooLate({ cognito }: Stage, { issued }: CredentialSource): readonly string[] {
  const ends = new Map(issued.map(({ accessKeyId, expiresAtMs }) => [accessKeyId, expiresAtMs]));
  return cognito.stats.calls
    .filter(({ accessKeyId = "", signedMs = 0 }) => signedMs >= (ends.get(accessKeyId) ?? 0))
    .map(({ number, operation }) => `call ${number}, ${operation}`);
}

const NAMED: Readonly<Record<SourceKind, RegExp>> = {
  container: /the container's credential service .* (does not answer|answers HTTP 503)/,
  instance: /the instance metadata service (does not answer|answers HTTP 503)/,
  "web-identity": /STS cannot be reached with the web identity token/,
};

describe("keys that expire", () => {
  test.concurrent.for(SOURCE_KINDS)(
    "cost no sync when they are of %s, and nothing is signed with old ones",
    (kind, { expect }) =>
      onStage(async (stage) => {
        const { result, source } = await startSync(stage, kind);
        const { code, stdout, stderr } = await result;
        expect({ code, stderr }).toMatchObject({ code: 0 });
        expect(JSON.parse(stdout)).toMatchObject({ users: 60, memberships: 60 });
        const used = new Set(stage.cognito.stats.calls.map(({ accessKeyId }) => accessKeyId));
        expect(used.size).toBeGreaterThan(1);
        expect(signedTooLate(stage, source)).toEqual([]);
      }),
  );
});

describe.for(["silent", "error"] as const)("a source that fails for ever (%s)", (how) => {
  test.concurrent.for(SOURCE_KINDS)(
    "of %s ends the sync with one line, and the next sync goes on",
    (kind, { expect }) =>
      onStage(async (stage) => {
        const { result, source } = await startSync(stage, kind, { sets: 2, how });
        const { code, stdout, stderr } = await result;
        expect({ code, stdout, stderr }).toMatchObject({ code: 14, stdout: "" });
        expect(stderr.trimEnd().split("\n")).toEqual([expect.stringMatching(NAMED[kind])]);
        expect(existsSync(stage.file)).toBe(false);
        expect(signedTooLate(stage, source)).toEqual([]);
        expect(stage.cognito.stats.count()).toBeGreaterThan(0);
        await source.close();
        const again = await (await startSync(stage, kind)).result;
        expect(again).toMatchObject({ code: 0 });
        expect(JSON.parse(again.stdout)).toMatchObject({ users: 60, memberships: 60, resumed: true });
      }),
  );
});

describe("a source that says nothing for a while", () => {
  test.concurrent.for(SOURCE_KINDS)("of %s costs no sync", (kind, { expect }) =>
    onStage(async (stage) => {
      const { result, source } = await startSync(stage, kind, { sets: 2, how: "silent" });
      await expect.poll(() => source.issued.length).toBe(2);
      const { asked } = source;
      // It is asked again, without an answer, before it answers.
      await expect.poll(() => source.asked).toBeGreaterThan(asked);
      await source.recover();
      const { code, stdout, stderr } = await result;
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(JSON.parse(stdout)).toMatchObject({ users: 60, memberships: 60 });
      expect(signedTooLate(stage, source)).toEqual([]);
    }),
  );
});
