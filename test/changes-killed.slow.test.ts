import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { auditLogPath } from "../pkg/ops/audit/audit-log.ts";
import { verifyAuditFile } from "../pkg/ops/audit/verify-audit-file.ts";
import { people, person } from "./cognito/definitions.ts";
import { createPool, type Pool, type PoolDefinition } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { never } from "./support/adapter.ts";
import { runCli, startCli } from "./support/connector-cli.ts";
import { DRAWN, drawnOf } from "./support/thorough.ts";

// pkg/provision/changes-cut.test.ts does the same in memory, at every moment. A cut takes four processes here, so a few of each
// change are drawn.

const POOL = "us-east-1_Ab129faBb";

let folder: string;
let pool: Pool;
let cognito: ScriptedCognito;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-changes-killed-"));
  const { publicKey } = generateKeyPairSync("ed25519");
  writeFileSync(join(folder, "key.jwk"), JSON.stringify(publicKey.export({ format: "jwk" })));
});

afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true, force: true });
});

async function serve(definition: Partial<PoolDefinition>): Promise<void> {
  pool = createPool({ id: POOL, ...definition });
  cognito = await startScriptedCognito({ pools: [pool] });
}

function args(command: readonly string[]): string[] {
  const where = ["--user-pool-id", POOL, "--state-dir", folder, "--output", "json"];
  return [...command, ...where, "--endpoint-url", cognito.url, "--provisioning"];
}

interface Change {
  readonly definition: Partial<PoolDefinition>;
  readonly command: (folder: string) => readonly string[];
  /** The writes of a run that is not killed. */
  readonly writes: readonly string[];
  /** "whole", "none", or a description of the state. */
  readonly state: () => string;
}

const ann = () => pool.stored("ann");

const CHANGES: Readonly<Record<string, Change>> = {
  "create-account with a random password": {
    definition: {},
    command: (dir) => [
      "create-account",
      "--login",
      "carl",
      "--email",
      "carl@example.com",
      "--password",
      "random",
      "--encrypt-to",
      join(dir, "key.jwk"),
    ],
    writes: ["AdminCreateUser", "AdminSetUserPassword"],
    state() {
      const carl = pool.stored("carl");
      return carl === undefined ? "none" : carl.status === "CONFIRMED" ? "whole" : carl.status;
    },
  },
  "disable-user": {
    definition: { users: [person(1, { username: "ann" })] },
    command: () => ["disable-user", "--user", "ann"],
    writes: ["AdminDisableUser", "AdminUserGlobalSignOut"],
    // The server counts disabling as one sign-out.
    state() {
      if (ann()?.enabled === true) return "none";
      return (ann()?.signOuts ?? 0) >= 2 ? "whole" : "disabled and not signed out";
    },
  },
  "update-user": {
    definition: { users: [person(1, { username: "ann" })] },
    command: () => ["update-user", "--user", "ann", "--set", "nickname=Annie", "--remove", "locale"],
    writes: ["AdminUpdateUserAttributes", "AdminDeleteUserAttributes"],
    state() {
      const set = ann()?.attributes.get("nickname") === "Annie";
      const removed = ann()?.attributes.has("locale") === false;
      return set && removed ? "whole" : !set && !removed ? "none" : `set ${set}, removed ${removed}`;
    },
  },
  "delete-group that must be emptied first": {
    definition: {
      users: people(2, () => ({ groups: ["team"] })),
      groups: ["team"],
      behaviour: { deleteGroup: "only-empty" },
    },
    command: () => ["delete-group", "--group", "team"],
    writes: ["DeleteGroup", "AdminRemoveUserFromGroup", "AdminRemoveUserFromGroup", "DeleteGroup"],
    state() {
      if (pool.findGroup("team") === undefined) return "whole";
      return pool.membershipCount() === 2 ? "none" : `${pool.membershipCount()} members`;
    },
  },
};

function writesOf(): readonly string[] {
  return cognito.stats.calls
    .map(({ operation }) => operation)
    .filter((name) => /^(Admin(?!Get|List)|(Create|Update|Delete)Group)/.test(name));
}

describe.for(Object.entries(CHANGES))("%s, as a process", ([title, change]) => {
  test("makes these calls when it is not disturbed", async () => {
    await serve(change.definition);
    const { code, stderr } = await runCli(args(change.command(folder)));
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(writesOf()).toEqual(change.writes);
    expect(change.state()).toBe("whole");
  });

  const cuts = change.writes.flatMap((operation, i) =>
    (["request", "answer"] as const).map((at) => ({ operation, number: i + 1, at })),
  );

  test.for(drawnOf(cuts, 1, title))(
    `after recover, is complete or undone when it is killed at write $number ($operation) with the $at on its way (${DRAWN})`,
    async ({ operation, number, at }) => {
      await serve(change.definition);
      const nth = change.writes.slice(0, number).filter((name) => name === operation).length;
      const hold = cognito.hold({ operation, nth }, at);
      const killed = startCli(args(change.command(folder)));
      await hold.arrived();
      killed.process.kill("SIGKILL");
      expect((await killed.result).code).toBeNull();
      hold.release();

      const recovered = await runCli(args(["recover"]));
      const said: unknown = JSON.parse(recovered.stdout);
      expect({ code: recovered.code, stderr: recovered.stderr }).toEqual({ code: 0, stderr: "" });
      expect(said).toHaveLength(1);
      expect(["whole", "none"]).toContain(change.state());

      expect((await verifyAuditFile(auditLogPath(folder, POOL), {}, never)).problems).toEqual([]);
      const again = await runCli(args(change.command(folder)));
      expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: "" });
      expect(change.state()).toBe("whole");
      expect((await runCli(args(["recover"]))).stdout.trim()).toBe("[]");
    },
  );
});
