// The daemon of the official SDK and ours do the same tasks for the same platform. Both work on the same data: the
// official one asks our connector over gRPC, so that what is compared is how tasks are taken, done and reported.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TaskSchema } from "../../../pkg/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import type { Json, JsonObject } from "../official-client.ts";
import { type DaemonKind, type DaemonStage, startDaemonStage } from "../platform/daemons.ts";
import { decrypt } from "../platform/decrypt.ts";
import { DIFFERENCES } from "../platform/differences.ts";
import type { TranscriptLine } from "../platform/go-platform.ts";
import { type NormalPlayed, normalForm } from "../platform/normal-form.ts";
import { type Played, playAll, START } from "../platform/play.ts";
import { PRIVATE_KEY, SCRIPT, SCRIPTED_ARGS, SCRIPTED_POOL } from "../platform/task-scripts.ts";
import { conformance } from "./tools.ts";

/** What one daemon did. */
interface Run {
  readonly stage: DaemonStage;
  readonly played: Played;
  readonly normal: NormalPlayed;
}

const SYNCS = ["a full sync", "a sync whose upload fails twice"] as const;

describe("the platform's tasks, done by the official daemon and by ours", () => {
  let official: Run;
  let ours: Run;

  beforeAll(async () => {
    [official, ours] = await Promise.all([runOf("official"), runOf("ours")]);
  }, 180_000);

  afterAll(async () => {
    await Promise.all([official?.stage.close(), ours?.stage.close()]);
  });

  async function runOf(kind: DaemonKind): Promise<Run> {
    const stage = await startDaemonStage(kind, SCRIPTED_POOL, SCRIPTED_ARGS);
    const known = new Set(SCRIPTED_POOL.users?.flatMap(({ sub = "" }) => [sub]));
    const played = await playAll(stage, SCRIPT);
    return { stage, played, normal: normalForm(played, stage.platform.address, known) };
  }

  test("the script has every kind of task that the protocol has", () => {
    const kinds = TaskSchema.oneofs.flatMap(({ fields }) => fields.map(({ name }) => name));
    const asked = new Set(SCRIPT.flatMap(({ task }) => Object.keys(typeof task === "function" ? {} : task)));
    expect(kinds).toHaveLength(24);
    expect(kinds.filter((kind) => !asked.has(kind))).toEqual([]);
  });

  test.for([START, ...SCRIPT.map(({ name }) => name)])("%s is done alike", (name) => {
    const theirs = official.normal.get(name) ?? [];
    const own = ours.normal.get(name) ?? [];
    expect(own.map(({ call }) => call)).toEqual(theirs.map(({ call }) => call));
    expect(own).toEqual(theirs.map((line, index) => withAll(line, own[index] ?? {})));
  });

  test.for(DIFFERENCES)("there is still a difference in $name", ({ expected }) => {
    const changed = [...official.normal].flatMap(([name, lines]) =>
      lines.filter((line, index) => {
        const own = ours.normal.get(name)?.[index] ?? {};
        return JSON.stringify(expected(line, own)) !== JSON.stringify(line);
      }),
    );
    expect(changed).not.toEqual([]);
  });

  test.for(SYNCS)("the file of %s has the same content", async (name) => {
    const [theirs, own] = [uploadOf(official, name), uploadOf(ours, name)];
    const { code, stdout } = await conformance("compare", "--ours", own, "--theirs", theirs);
    expect([code, stdout]).toEqual([0, expect.stringContaining("grants")]);
  });

  test.for(["an account with a random password", "a rotation"])(
    "%s gives the platform a password that its key opens",
    async (name) => {
      for (const run of [official, ours]) {
        const [sealed] = sealedIn(run.played.get(name) ?? []);
        expect((await decrypt(PRIVATE_KEY, sealed ?? {})).text).toMatch(/^.{20}$/);
      }
    },
  );
});

function withAll(official: JsonObject, ours: JsonObject): JsonObject {
  return DIFFERENCES.reduce((line, { expected }) => expected(line, ours), official);
}

/** The file that the platform took. */
function uploadOf({ played }: Run, name: string): string {
  const taken = played
    .get(name)
    ?.find(({ upload, refused }) => upload !== undefined && refused === undefined);
  return taken?.upload?.file ?? "";
}

function sealedIn(lines: readonly TranscriptLine[]): readonly JsonObject[] {
  const found: JsonObject[] = [];
  JSON.stringify(lines, (key, value: Json) => {
    if (key === "encrypted_data" && isObjects(value)) found.push(...value);
    return value;
  });
  return found;
}

function isObjects(value: Json): value is readonly JsonObject[] {
  return Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null);
}
