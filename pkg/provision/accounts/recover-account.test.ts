import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Pool } from "../../../test/cognito/pool.ts";
import {
  ann,
  create,
  given,
  invited,
  only,
  random,
  remove,
  rotate,
  settled,
  type Wish,
} from "../../../test/support/account-requests.ts";
import { type InstantClock, never, refusal } from "../../../test/support/adapter.ts";
import {
  createStage,
  killedAt,
  killedDirectory,
  type Process,
  type When,
} from "../../../test/support/provision-stage.ts";
import type { Credential } from "../provisioner.ts";

describe("a killed process", () => {
  const kinds = [
    ["usernames", {}, ann],
    ["e-mail aliases", { aliasAttributes: ["email"] }, { email: "ann@example.com" }],
    ["e-mail usernames", { usernameAttributes: ["email"] }, { email: "Ann@example.com" }],
    ["phone usernames", { usernameAttributes: ["phone_number"] }, { login: "+15550001" }],
    ["no passwords", { firstAuthFactors: ["PASSWORD", "EMAIL_OTP"] }, ann],
  ] as const;
  const times: readonly When[] = ["before", "after"];
  const sweep = kinds.flatMap(([name, settings, wish]) =>
    [1, 2].flatMap((nth) => times.map((when) => [name, nth, when, settings, wish] as const)),
  );

  test.for(sweep)(
    "L-01: in a pool of %s at call %i, %s it: leaves no account without its password",
    async ([, nth, when, settings, wish]) => {
      const all = createStage(settings);
      const { pool, audit, process } = all;
      const work = (one: Process) => create(one, { ...wish, credential: random });
      const { outcome, says } = await killedAt(all, nth, when, work);
      expect(pool.allUsers()).toEqual([]);
      const made = nth > 1 || when === "after";
      expect(outcome).toBe(made ? "undone" : "failed");
      expect(says).not.toContain("ann");
      expect(audit.records).toMatchObject([{ outcome, requester: { via: "recovery" } }]);
      // Repeating the request gives what was asked for.
      const { result } = await work(process());
      expect(only(pool).passwords[0]).toBe(result.password?.reveal());
    },
  );

  test.for(sweep.filter(([, nth]) => nth === 1))(
    "L-01: in a pool of %s at call %i, %s it: a change of one call is left as it is",
    async ([, nth, when, settings, wish]) => {
      const all = createStage(settings);
      const { pool } = all;
      const { outcome, says } = await killedAt(all, nth, when, (one) => create(one, wish));
      expect(outcome).toBe(when === "after" ? "done" : "failed");
      expect(pool.allUsers()).toHaveLength(when === "after" ? 1 : 0);
      expect(pool.allUsers().every(({ sub }) => says.includes(sub))).toBe(true);
    },
  );

  test("is recovered by the next request for the same account", async () => {
    const all = createStage();
    const { doomed, died } = killedDirectory(all.directory, 2, "before");
    const victim = all.process({ directory: doomed });
    void create(victim, { ...ann, credential: random }).catch(() => undefined);
    await died;
    const firstSub = only(all.pool).sub;
    victim.journal.die();
    const { result } = await create(all.process(), { ...ann, login: "ANN", credential: random });
    expect(result.state).toBe("created");
    expect(only(all.pool).sub).not.toBe(firstSub);
    expect(all.audit.records.map(({ outcome }) => outcome)).toEqual(["undone", "done"]);
  });

  test("mark 50: an account that does not show yet is not taken for one that was never made", async () => {
    const { pool, directory, process } = createStage({ consistency: { createdUnreadable: { calls: 3 } } });
    const { doomed, died } = killedDirectory(directory, 1, "after");
    const victim = process({ directory: doomed });
    void create(victim, { ...ann, credential: random }).catch(() => undefined);
    await died;
    victim.journal.die();
    const { recovered: all } = await process().provisioner.recover(never);
    expect(all).toMatchObject([{ outcome: "undone" }]);
    expect(pool.allUsers()).toEqual([]);
  });

  test("a process that is killed while it undoes is finished by the next", async () => {
    for (const when of times) {
      const all = createStage();
      all.cognito.script({
        operation: "AdminSetUserPassword",
        error: { name: "AccessDeniedException" },
        times: 1,
      });
      const { outcome } = await killedAt(all, 3, when, (one) => create(one, { ...ann, credential: random }));
      expect(outcome).toBe("undone");
      expect(all.pool.allUsers()).toEqual([]);
    }
  });

  test("after its last call: the account exists, and its password must be rotated", async () => {
    const { pool, cognito, process } = createStage();
    const hold = cognito.hold({ operation: "AdminGetUser", nth: 2 });
    const victim = process();
    const ended = create(victim, { ...ann, credential: random }).catch(() => undefined);
    await hold.arrived();
    victim.journal.die();
    hold.release();
    await ended;
    const { recovered: all } = await process().provisioner.recover(never);
    expect(all).toMatchObject([{ outcome: "done", change: { target: { user: only(pool).sub } } }]);
    expect(all[0]?.says).toContain("has its password; nobody has received the generated password: rotate");
  });

  test("a generated password that nobody received must be rotated", async () => {
    const all = createStage();
    const temporary: Credential = { kind: "random", temporary: true };
    const { outcome, says } = await killedAt(all, 1, "after", (one) =>
      create(one, { ...invited, credential: temporary }),
    );
    expect(outcome).toBe("done");
    expect(says).toContain("rotate the credential; the invitation may not have been sent");
  });

  test.for([
    [
      "whose attributes are others",
      (pool: Pool) => pool.setAttribute(only(pool), "email", "eve@example.com"),
    ],
    [
      "that is older than the call",
      (pool: Pool, clock: InstantClock) => {
        pool.deleteUser("ann");
        const createdAt = new Date(clock.now() - 8 * 60_000);
        const attributes = { email: "ann@example.com" };
        pool.addUser({ username: "ann", attributes, status: "FORCE_CHANGE_PASSWORD", createdAt });
      },
    ],
    [
      "that has an attribute more",
      (pool: Pool) => pool.setAttribute(only(pool), "website", "https://ann.example.com"),
    ],
    [
      "that has signed up",
      (pool: Pool) => {
        pool.deleteUser("ann");
        pool.addUser({ username: "ann", attributes: { email: "ann@example.com" }, status: "CONFIRMED" });
      },
    ],
    [
      "that came long after the call",
      (pool: Pool, clock: InstantClock) => {
        pool.deleteUser("ann");
        clock.advance(60 * 60_000);
        const attributes = { email: "ann@example.com" };
        pool.addUser({ username: "ann", attributes, status: "FORCE_CHANGE_PASSWORD" });
      },
    ],
  ] as const)("mark 42: an account %s is not deleted", async ([, change]) => {
    const all = createStage();
    const { pool, cognito, clock } = all;
    const { outcome, says } = await killedAt(
      all,
      1,
      "after",
      (one) => create(one, { ...ann, credential: random }),
      () => change(pool, clock),
    );
    expect(outcome).toBe("unknown");
    expect(says).toContain(`user ${only(pool).sub}`);
    expect(cognito.stats.count("AdminDeleteUser")).toBe(0);
  });

  test.for([
    [
      "has got a password",
      (pool: Pool, clock: InstantClock) => {
        const user = only(pool);
        user.passwords = ["S0mebody-else!"];
        user.status = "CONFIRMED";
        user.modifiedMs = clock.now();
      },
    ],
    ["has got a group", (pool: Pool) => pool.join("ann", "readers")],
    [
      "was disabled",
      (pool: Pool) => {
        only(pool).enabled = false;
      },
    ],
  ] as const)("mark 42: an account of ours that %s since is not deleted", async ([, change]) => {
    const all = createStage({ groups: ["readers"] });
    const { pool, cognito, clock } = all;
    const { outcome, says } = await killedAt(
      all,
      2,
      "before",
      (one) => create(one, { ...ann, credential: random }),
      () => change(pool, clock),
    );
    expect(outcome).toBe("partial");
    expect(says).toContain(`user ${only(pool).sub}`);
    expect(cognito.stats.count("AdminDeleteUser")).toBe(0);
  });

  test.for(times)("%s its deletion: the account is gone, or as it was", async (when) => {
    const all = createStage(settled);
    const { sub } = only(all.pool);
    const { outcome } = await killedAt(all, 1, when, (one) => remove(one, sub));
    expect(outcome).toBe(when === "after" ? "done" : "failed");
    expect(all.pool.allUsers()).toHaveLength(when === "after" ? 0 : 1);
  });

  test.for([
    [2, "before", "failed", 1],
    [2, "after", "undone", 1],
    [3, "before", "undone", 1],
    [3, "after", "done", 0],
  ] as const)(
    "at call %i of a deletion that disables first, %s it: %s",
    async ([nth, when, expected, left]) => {
      const all = createStage(settled);
      const { pool, cognito } = all;
      cognito.script({ operation: "AdminDeleteUser", nth: 1, error: { name: "InvalidParameterException" } });
      const { outcome } = await killedAt(all, nth, when, (one) => remove(one, only(pool).sub));
      expect(outcome).toBe(expected);
      expect(pool.allUsers()).toHaveLength(left);
      expect(pool.allUsers().every(({ enabled }) => enabled)).toBe(true);
    },
  );

  test.for(times)("%s its rotation: says that nobody has the password", async (when) => {
    const all = createStage(settled);
    const { outcome, says } = await killedAt(all, 1, when, (one) => rotate(one, only(all.pool).sub, random));
    expect(outcome).toBe("unknown");
    expect(says).toContain("may be set, and nobody has received it: rotate again");
  });
});

describe("what is written down", () => {
  test("no password and no attribute value is in journal, audit log or error", async () => {
    const all = createStage();
    const { pool, cognito, disk, audit, process } = all;
    const values = { given_name: "PLANTED-name", locale: "PLANTED-locale", email: "planted@example.com" };
    const password = "PLANTED-passw0rd!";
    const texts: string[] = [];
    const credential = given(password);
    const work = (wish: Wish) => create(process(), { ...wish, profile: values, credential });

    texts.push(JSON.stringify(await work({ login: "ok" }).then(({ steps, planned }) => [steps, planned])));
    cognito.script({
      operation: "AdminSetUserPassword",
      times: 1,
      error: { name: "InvalidPasswordException", message: password },
    });
    texts.push(String(await refusal(work({ login: "undone" }))));
    cognito.script({
      operation: "AdminCreateUser",
      times: 1,
      error: { name: "InvalidParameterException", message: `${values.email} ${password}` },
    });
    texts.push(String(await refusal(work({ login: "refused" }))));
    cognito.script({ operation: "AdminCreateUser", times: 1, cut: "after" });
    await work({ login: "adopted" });
    const { says } = await killedAt(all, 2, "before", (one) =>
      create(one, { login: "killed", profile: values, credential }),
    );
    const rotated = await rotate(process(), pool.stored("ok")?.sub ?? "", random);
    const everything = [...texts, says, ...disk.written, JSON.stringify(audit.records)].join("\n");
    expect(audit.records).toHaveLength(6);
    expect(disk.written.length).toBeGreaterThan(30);
    expect(everything).not.toMatch(/planted/iu);
    expect(everything).not.toContain(rotated.result.password?.reveal());
  });

  test("the digests of the attributes reveal nothing, not even that two accounts have the same value", async () => {
    const { disk, process } = createStage();
    for (const login of ["ann", "eve"]) await create(process(), { login, profile: { locale: "PLANTED" } });
    const digests = disk.written.flatMap((line) => /locale ([0-9a-f]{64})/u.exec(line)?.[1] ?? []);
    // Noted with the plan, before the first call, and with the account's id.
    expect(digests).toHaveLength(6);
    expect(new Set(digests).size).toBe(2);
  });

  test("the audit log names an account to be made by the digest of its login, whatever its case", async () => {
    const { audit, process } = createStage({ caseSensitive: false });
    await create(process(), { login: "Ann" });
    await create(process(), { login: "ann" });
    const loginSha256 = createHash("sha256").update("ann").digest("hex");
    expect(audit.records.map(({ target }) => target.loginSha256)).toEqual([loginSha256, loginSha256]);
  });
});
