// Commands whose exit code says what was found or done, with a reader of stdout that leaves before the end.
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { createOutput } from "../cmd/connector/process/stdio.ts";
import { FEATURE_NAMES, operationsOf } from "../pkg/connector/features.ts";
import { POLICY_POOL, type PolicyScene, policyScene } from "./support/policy-scene.ts";

/** A stdout that takes so many writes, and the signal that it ends the command by. */
function breaksAfter(writes: number, code: "EPIPE" | "ENOSPC") {
  const stop = new AbortController();
  let left = writes;
  const stream = new Writable({
    write(_chunk, _encoding, done) {
      left -= 1;
      done(left < 0 ? Object.assign(new Error("broken"), { code }) : null);
    },
  });
  return { stdout: createOutput(stream, (reason) => stop.abort(reason)), signal: stop.signal };
}

async function openScene(without: readonly string[] = []): Promise<PolicyScene> {
  const world = await policyScene(
    FEATURE_NAMES.flatMap(operationsOf).filter((operation) => !without.includes(operation)),
  );
  onTestFinished(() => world.close());
  return world;
}

describe("a closed output", () => {
  const files: Readonly<Record<string, string>> = {
    "bad.csv": "action,user,group\ngrant,nobody,readers\n",
    "many.csv": "action,user,group\ndisable,joan,\ndisable,guarded,\ndisable,invited,\n",
  };

  test.for([
    ["apply --file bad.csv", 5, "nothing was changed: 1 row cannot be applied"],
    ["apply --file many.csv --dry-run", 21, "--max-percent 50 allows it; nothing was changed"],
  ] as const)("does not hide that connector %s is refused", async ([line, code, says]) => {
    const world = await openScene();
    for (const [name, text] of Object.entries(files)) writeFileSync(join(world.folder, name), text);
    for (const format of ["table", "json", "csv"]) {
      const argv = [...line.split(" "), `--output=${format}`];
      const found = await world.command(argv, "", breaksAfter(0, "EPIPE"));
      expect({ format, ...found }).toMatchObject({ format, code, stderr: expect.stringContaining(says) });
    }
  });

  test("does not hide that files differ", async () => {
    const world = await openScene();
    const file = join(world.folder, "made.c1z");
    const sync = ["sync", `--file=${file}`];
    expect(await world.command(sync)).toMatchObject({ code: 0 });
    world.pool.join("joan", "readers");
    expect(await world.command(sync)).toMatchObject({ code: 0 });
    for (const writes of [0, 1]) {
      for (const format of ["table", "json"]) {
        const argv = ["diff", `${file}@previous`, file, `--output=${format}`];
        const { code } = await world.command(argv, "", breaksAfter(writes, "EPIPE"));
        expect({ writes, format, code }).toEqual({ writes, format, code: 22 });
      }
    }
    const same = await world.command(["diff", file, file], "", breaksAfter(0, "EPIPE"));
    expect(same.code).toBe(0);
  });

  test("does not hide that the audit log is damaged", async () => {
    const world = await openScene();
    await world.command(["grant", "--user=joan", "--group=readers"]);
    appendFileSync(join(world.folder, `${POLICY_POOL}.audit.jsonl`), "{}\n");
    for (const format of ["table", "json", "csv"]) {
      const argv = ["audit", "verify", `--output=${format}`];
      expect(await world.command(argv, "", breaksAfter(0, "EPIPE"))).toMatchObject({ code: 15 });
    }
  });

  test("does not hide that an action is missing", async () => {
    const world = await openScene(["ListGroups"]);
    for (const writes of [0, 1]) {
      const { code } = await world.command(["validate"], "", breaksAfter(writes, "EPIPE"));
      expect({ writes, code }).toEqual({ writes, code: 7 });
    }
  });
});

describe("an output that breaks after the last result", () => {
  const FILE = "action,user,group\ngrant,joan,readers\ngrant,grace,admins\n";

  test.for([
    ["EPIPE", 20, "2 rows: 1 done, 1 failed"],
    ["ENOSPC", 20, "2 rows: 1 done, 1 failed"],
  ] as const)("does not hide what became of the rows of a file: %s", async ([code, exit, says]) => {
    const world = await openScene();
    world.pool.deleteGroup("admins");
    world.pool.addGroup({ name: "admins" });
    writeFileSync(join(world.folder, "people.csv"), FILE);
    const argv = ["apply", "--file", "people.csv", "--output=json"];
    const output = breaksAfter(2, code);
    // Between the plan and the second row.
    const write = output.stdout.write.bind(output.stdout);
    const stdout = {
      ...output.stdout,
      async write(text: string) {
        if (text.startsWith("[")) world.pool.deleteGroup("admins");
        await write(text);
      },
    };
    const found = await world.command(argv, "", { ...output, stdout });
    expect(found).toMatchObject({ code: exit, stderr: expect.stringContaining(says) });
  });

  test.for(["EPIPE", "ENOSPC"] as const)(
    "does not hide which change failed, and which was made: %s",
    async (code) => {
      const world = await openScene();
      const argv = ["grant", "--user=joan", "--group=readers", "--group=nowhere", "--output=json"];
      const found = await world.command(argv, "", breaksAfter(1, code));
      expect(found).toMatchObject({ code: 20, stderr: expect.stringContaining("group nowhere") });
    },
  );

  test("does not hide that the change was made", async () => {
    const world = await openScene();
    const argv = ["grant", "--user=joan", "--group=readers", "--output=json"];
    expect(await world.command(argv, "", breaksAfter(1, "ENOSPC"))).toMatchObject({
      code: 20,
      stderr: expect.stringContaining("the change was made"),
    });
  });
});
