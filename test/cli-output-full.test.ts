// Every command with a stdout on a full disk: what cannot be printed is a failure, and what was changed is reported as that.
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { Writable } from "node:stream";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { describe, expect, onTestFinished, test } from "vitest";
import { createOutput } from "../cmd/connector/process/stdio.ts";
import { FEATURE_NAMES, operationsOf } from "../pkg/connector/features.ts";
import { commandNames } from "./support/command-names.ts";
import { createInventoryFixture, POOL as INVENTORY_POOL } from "./support/inventory-fixture.ts";
import { type PolicyScene, policyScene } from "./support/policy-scene.ts";

const key = await identityToRecipient(await generateIdentity());

/** A stdout on a full disk, and the signal that it ends the command by. */
function fullDisk() {
  const stop = new AbortController();
  const full = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error("no space left"), { code: "ENOSPC" })),
  });
  return { stdout: createOutput(full, (reason) => stop.abort(reason)), signal: stop.signal };
}

async function openScene(): Promise<PolicyScene> {
  const world = await policyScene(FEATURE_NAMES.flatMap(operationsOf));
  onTestFinished(() => world.close());
  writeFileSync(join(world.folder, "key.txt"), key);
  createInventoryFixture(join(world.folder, "pool.db"));
  writeFileSync(
    join(world.folder, "people.csv"),
    "action,user,group\ngrant,joan,readers\ngrant,joan,writers\n",
  );
  return world;
}

const READS = [
  "validate",
  "list users",
  "list groups",
  "list members readers",
  "get user joan",
  "inspect {folder}/made.c1z",
  `changes --inventory {folder}/pool.db --user-pool-id ${INVENTORY_POOL}`,
  "diff {folder}/made.c1z live",
  "query --list --inventory {folder}/pool.db",
  "audit show",
  "audit verify",
  "recover",
  "actions list",
  "apply --file people.csv --dry-run",
] as const;

const CHANGES: readonly (readonly [string, string?])[] = [
  ["apply --file people.csv"],
  ["create-account --login ada --email ada@example.com"],
  ["create-account --login ada --email ada@example.com --password random --encrypt-to key.txt"],
  ["update-user --user joan --set nickname=JJ"],
  ["enable-user --user barred"],
  ["disable-user --user joan"],
  ["sign-out-user --user joan"],
  ["set-password --user joan --stdin", "planted-Passw0rd-7Qx!\n"],
  ["rotate-password --user joan --encrypt-to key.txt"],
  ["reset-password --user joan"],
  ["resend-invitation --user invited"],
  ["confirm-sign-up --user new"],
  ["reset-mfa --user guarded"],
  ["delete-user --user joan"],
  ["grant --user joan --group readers"],
  ["revoke --user grace --group readers"],
  ["create-group --name team"],
  ["update-group --group readers --description all"],
  ["delete-group --group readers"],
  ["actions invoke enable_user --args {user}"],
];

function argvOf(line: string, { folder, stored }: PolicyScene): string[] {
  const user = JSON.stringify({ user_id: stored("barred").sub });
  return line.split(" ").map((word) => word.replace("{folder}", folder).replace("{user}", user));
}

describe("a stdout on a full disk", () => {
  test.for(READS)("fails connector %s with its cause", async (line) => {
    const world = await openScene();
    // Something to show: an audit log, a file.
    await world.command(["grant", "--user=joan", "--group=readers"]);
    const made = await world.command(["sync", `--file=${join(world.folder, "made.c1z")}`]);
    expect(made).toMatchObject({ code: 0 });
    for (const format of ["table", "json"]) {
      const argv = [...argvOf(line, world), `--output=${format}`];
      const { code, stderr } = await world.command(argv, "", fullDisk());
      expect({ line, format, code, stderr }).toEqual({
        line,
        format,
        code: 8,
        stderr: expect.stringContaining("cannot write the output: the disk is full") as unknown,
      });
    }
  });

  test.for(CHANGES)("fails connector %s, and says that the change was made", async ([line, stdin]) => {
    const world = await openScene();
    const before = world.snapshot();
    const { code, stderr } = await world.command(argvOf(line, world), stdin, fullDisk());
    expect({ code, stderr }).toEqual({
      code: 20,
      stderr: expect.stringMatching(/the disk is full/) as unknown,
    });
    expect(stderr).toMatch(/the change was made|1 done/);
    expect(world.snapshot()).not.toBe(before);
  });

  test.for([
    ["grant --user joan --group readers --dry-run", "the dry run changed nothing"],
    ["actions invoke enable_user --args {user} --dry-run", "the dry run changed nothing"],
    ["enable-user --user joan", "nothing had to be changed"],
    ["revoke --user joan --group readers --group writers", "nothing had to be changed"],
  ] as const)("fails connector %s, and says that %s", async ([line, says]) => {
    const world = await openScene();
    const before = world.snapshot();
    const { code, stderr } = await world.command(argvOf(line, world), "", fullDisk());
    expect({ code, stderr }).toEqual({ code: 8, stderr: expect.stringContaining(says) as unknown });
    expect(stderr).not.toContain("was made");
    expect(world.snapshot()).toBe(before);
  });

  test("fails connector sync, whose file is complete", async () => {
    const world = await openScene();
    const { code, stderr } = await world.command(
      ["sync", `--file=${join(world.folder, "made.c1z")}`],
      "",
      fullDisk(),
    );
    expect([code, stderr]).toEqual([
      8,
      expect.stringContaining("the sync is complete, but its summary is not printed"),
    ]);
  });

  test("fails connector report, whose page is complete", async () => {
    const world = await openScene();
    const page = join(world.folder, "review.html");
    const argv = argvOf(
      `report -o ${page} --inventory {folder}/pool.db --user-pool-id ${INVENTORY_POOL}`,
      world,
    );
    const { code, stderr } = await world.command(argv, "", fullDisk());
    expect([code, stderr]).toEqual([
      8,
      expect.stringContaining("the report is written, but this is not printed"),
    ]);
    expect(readFileSync(page, "utf8").endsWith("</html>\n")).toBe(true);
  });

  test("fails connector health-check", async () => {
    const world = await openScene();
    const server = createServer((_, answer) => answer.end("ok"));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const { code, stderr } = await world.command(
      ["health-check", `--health-check-port=${port}`],
      "",
      fullDisk(),
    );
    expect([code, stderr]).toEqual([8, expect.stringContaining("the disk is full")]);
  });

  test("was tried with every command that writes to it", () => {
    const lines = [...READS, ...CHANGES.map(([line]) => line), "sync", "report", "health-check"];
    // The service writes to its log only; the others are tested in cli-output.test.ts.
    const others = ["serve", "capabilities", "config", "config show", "iam-policy", "version"];
    const untested = commandNames().filter(
      (name) => !others.includes(name) && !lines.some((line) => line.startsWith(name)),
    );
    expect(untested.filter((name) => !name.startsWith("completion"))).toEqual([]);
  });
});
