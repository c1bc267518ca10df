// The daemon of the official SDK and ours do the same tasks for the same platform. Both work on the same data: the
// official one asks our connector over gRPC, so that what is compared is how tasks are taken, done and reported.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TaskSchema } from "../../../pkg/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { people } from "../../cognito/definitions.ts";
import type { Json, JsonObject } from "../official-client.ts";
import { decrypt } from "../platform/decrypt.ts";
import { DIFFERENCES } from "../platform/differences.ts";
import { type FileRow, rowsOf } from "../platform/file-rows.ts";
import type { TranscriptLine } from "../platform/go-platform.ts";
import { START } from "../platform/play.ts";
import { linesOf, type Runs, runBoth, uploadOf } from "../platform/runs.ts";
import {
  LONG,
  PART_WITH_MEMBERS,
  PARTS,
  PRIVATE_KEY,
  SCRIPT,
  SCRIPTED_ARGS,
  SCRIPTED_POOL,
  SYNC,
} from "../platform/task-scripts.ts";
import { conformance } from "./tools.ts";

const PATIENCE_MS = 180_000;

/** The exit code and the words of the judge of files: 0 and counts when both have the same content. */
async function compared({ official, ours }: Runs, name: string): Promise<readonly [number, string]> {
  const files = ["--ours", uploadOf(ours, name), "--theirs", uploadOf(official, name)];
  const { code, stdout } = await conformance("compare", ...files);
  return [code, stdout];
}

const SAME = [0, expect.stringContaining("grants")];

describe("the platform's tasks, done by the official daemon and by ours", () => {
  let runs: Runs;

  beforeAll(async () => {
    runs = await runBoth({ pool: SCRIPTED_POOL, script: SCRIPT, args: SCRIPTED_ARGS });
  }, PATIENCE_MS);

  afterAll(() => runs?.close());

  test("the script has every kind of task that the protocol has", () => {
    const kinds = TaskSchema.oneofs.flatMap(({ fields }) => fields.map(({ name }) => name));
    const asked = new Set(SCRIPT.flatMap(({ task }) => Object.keys(typeof task === "function" ? {} : task)));
    expect(kinds).toHaveLength(24);
    expect(kinds.filter((kind) => !asked.has(kind))).toEqual([]);
  });

  test.for([START, ...SCRIPT.map(({ name }) => name)])("%s is done alike", (name) => {
    const { own, expected } = linesOf(runs, name);
    expect(own.length).toBeGreaterThan(0);
    expect(own).toEqual(expected);
  });

  test.for(DIFFERENCES)("there is still a difference in $name", ({ expected }) => {
    const changed = [...runs.official.normal].flatMap(([name, lines]) =>
      lines.filter((line, index) => {
        const own = runs.ours.normal.get(name)?.[index] ?? {};
        return JSON.stringify(expected(line, own)) !== JSON.stringify(line);
      }),
    );
    expect(changed).not.toEqual([]);
  });

  test.for(["a full sync", "a sync whose upload fails twice"])(
    "the file of %s has the same content",
    async (name) => {
      expect(await compared(runs, name)).toEqual(SAME);
    },
  );

  const PARTS_ALIKE = PARTS.filter(({ name }) => name !== PART_WITH_MEMBERS);

  test.for(PARTS_ALIKE)("the file of $name has the same rows", async ({ name }) => {
    const theirs = await rowsOf(uploadOf(runs.official, name));
    expect(await rowsOf(uploadOf(runs.ours, name))).toEqual(theirs);
  });

  test("a chosen group has the same rows, and ours its members' too, which their grants name", async () => {
    const theirs = await rowsOf(uploadOf(runs.official, PART_WITH_MEMBERS));
    const own = await rowsOf(uploadOf(runs.ours, PART_WITH_MEMBERS));
    const isUser = ({ table, text }: FileRow): boolean => table === "v1_resources" && text.includes('"user"');
    expect(theirs.filter(isUser)).toEqual([]);
    expect(own.filter(isUser)).toHaveLength(30);
    expect(own.filter((row) => !isUser(row))).toEqual(theirs);
  });

  test.for(["an account with a random password", "a rotation"])(
    "%s gives the platform a password that its key opens",
    async (name) => {
      for (const run of [runs.official, runs.ours]) {
        const [sealed] = sealedIn(run.played.get(name) ?? []);
        expect((await decrypt(PRIVATE_KEY, sealed ?? {})).text).toMatch(/^.{20}$/);
      }
    },
  );
});

describe("both daemons, asking for several tasks at once", () => {
  let runs: Runs;

  beforeAll(async () => {
    runs = await runBoth({ pool: SCRIPTED_POOL, script: LONG, env: { BATON_GET_TASKS: "true" } });
  }, PATIENCE_MS);

  afterAll(() => runs?.close());

  test.for(LONG)("name what they have and ask for as many more, during $name", ({ name }) => {
    const { own, expected } = linesOf(runs, name);
    expect(own.filter(({ call }) => call === "GetTasks").length).toBeGreaterThan(1);
    expect(own).toEqual(expected);
  });
});

describe("both daemons, uploading a file of several parts", () => {
  const name = "a large sync";
  let runs: Runs;

  beforeAll(async () => {
    const users = people(6_000, () => ({
      createdAt: "2026-01-02T03:04:05Z",
      modifiedAt: "2026-01-02T03:04:05Z",
    }));
    runs = await runBoth({ pool: { users }, script: [{ name, task: SYNC }] });
  }, PATIENCE_MS);

  afterAll(() => runs?.close());

  test("send parts of 512 KiB with the same content", async () => {
    for (const { played } of [runs.official, runs.ours]) {
      const parts =
        played
          .get(name)
          ?.find(({ upload }) => upload)
          ?.upload?.chunks.slice(0, -1) ?? [];
      expect(new Set(parts)).toEqual(new Set([512 * 1024]));
    }
    expect(await compared(runs, name)).toEqual(SAME);
  });
});

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
