import { createHash } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { WRITE_OPERATIONS } from "../pkg/core/operations.ts";
import { person } from "./cognito/definitions.ts";
import {
  DESCRIPTION,
  emailOf,
  FAULTS,
  filesBelow,
  leaksBelow,
  leaksIn,
  NAME,
  NEVER_KEPT,
  PASSWORD,
  PHONE,
  type Planted,
  POOL,
  SUBS,
  VALUE,
} from "./support/planted.ts";
import {
  invoke,
  type Line,
  LOGS,
  leaksOf,
  line,
  nameOf,
  onStage,
  type Rig,
  ran,
} from "./support/planted-cli.ts";

// A change waits a twentieth of the usual time for AWS to show it.
vi.mock("node:timers/promises", async (original) => {
  const timers = await original<typeof import("node:timers/promises")>();
  const sooner: typeof timers.setTimeout = (ms = 0, value, options) =>
    timers.setTimeout(ms / 20, value, options);
  return { ...timers, setTimeout: sooner };
});

// They spend their time waiting, not computing.
vi.setConfig({ maxConcurrency: 10, testTimeout: 120_000 });

test.for<[string, string | Buffer]>([
  ["as it is", `it is ${VALUE}!`],
  ["in capitals", VALUE.toUpperCase()],
  [
    "among bytes that are not text",
    Buffer.concat([Buffer.from([0, 255, 128]), Buffer.from(VALUE), Buffer.from([200])]),
  ],
  ["in JSON", JSON.stringify({ a: `\n${VALUE}\u2028` })],
  ["in base64", Buffer.from(`..${VALUE}..`).toString("base64")],
  ["in base64, one further", Buffer.from(`...${VALUE}..`).toString("base64url")],
  ["in base64, two further", Buffer.from(`....${VALUE}..`).toString("base64")],
  ["in hex", Buffer.from(`x${VALUE}x`).toString("hex").toUpperCase()],
  ["in UTF-16", Buffer.from(`x${VALUE}x`, "utf16le")],
  ["as a digest", createHash("sha256").update(`${VALUE} whole`).digest("hex")],
])("the search finds what is planted %s", ([, content]) => {
  const planted: readonly Planted[] = [{ what: "value", marker: VALUE, whole: `${VALUE} whole` }];
  expect(leaksIn("here", content, planted)).toEqual([expect.stringMatching(/^here holds the value /)]);
  expect(leaksIn("here", "nothing", planted)).toEqual([]);
});

const NEW = [
  `--login=${NAME}-new`,
  `--email=${emailOf("new")}`,
  `--attribute=custom:note=${VALUE}`,
  `--attribute=phone_number=${PHONE}`,
  `--profile={"given_name":"${VALUE}","custom:level":7}`,
];

/** Every command that writes, and every action, in an order in which each has something to do. */
const COMMANDS: readonly Line[] = [
  invoke("confirm_sign_up", "AdminConfirmSignUp", { user_id: SUBS.signedUp }),
  invoke("resend_invitation", "AdminCreateUser", { user_id: SUBS.pending }),
  { args: ["create-account", ...NEW, "--password=stdin"], stdin: `${PASSWORD}\n`, writes: "AdminCreateUser" },
  line(
    `create-account --login ${NAME}-random --email ${emailOf("random")} --password random --encrypt-to key.txt`,
    "AdminCreateUser",
  ),
  {
    args: ["apply", "--file=-", `--client-metadata=note=${VALUE}`, "--reason=CHG-4711"],
    stdin: `action,login,email,attribute:custom:note\ncreate,${NAME}-batch,${emailOf("batch")},${VALUE}\n`,
    writes: "AdminCreateUser",
  },
  line(`create-account --login ${NAME}-invited --email ${emailOf("invited")} --invite`, "AdminCreateUser"),
  {
    args: ["update-user", `--user=${emailOf("other")}`, `--set=nickname=${VALUE}2`, "--remove=locale"].concat(
      `--set-json={"custom:note":"${VALUE}2","email":"${emailOf("moved")}"}`,
    ),
    writes: "AdminUpdateUserAttributes",
  },
  line(`set-password --stdin --user ${emailOf("pending")}`, "AdminSetUserPassword", `${PASSWORD}\n`),
  line(`rotate-password --encrypt-to key.txt --user ${NAME}-ann`, "AdminSetUserPassword"),
  line(`sign-out-user --user ${NAME}-ann`, "AdminUserGlobalSignOut"),
  line(`enable-user --user ${emailOf("disabled")}`, "AdminEnableUser"),
  line(`disable-user --user ${emailOf("disabled")}`, "AdminDisableUser"),
  line(`confirm-sign-up --user ${emailOf("unconfirmed")}`, "AdminConfirmSignUp"),
  line(`reset-mfa --user ${NAME}-ann`, "AdminSetUserMFAPreference"),
  line(`resend-invitation --user ${NAME}-invited`, "AdminCreateUser"),
  line(`grant --group crew --user ${NAME}-ann`, "AdminAddUserToGroup"),
  line(`revoke --group team --user ${NAME}-ann`, "AdminRemoveUserFromGroup"),
  line(`create-group --name band --description ${DESCRIPTION}`, "CreateGroup"),
  line(`update-group --group club --description ${DESCRIPTION}2`, "UpdateGroup"),
  line("delete-group --group team", "DeleteGroup"),
  line(`reset-password --user ${NAME}-unconfirmed`, "AdminResetUserPassword"),
  invoke("enable_user", "AdminEnableUser", { user_id: SUBS.disabled }),
  invoke("disable_user", "AdminDisableUser", { user_id: SUBS.ann }),
  invoke("update_user_attributes", "AdminUpdateUserAttributes", {
    user_id: SUBS.twin,
    set: { name: `${VALUE}3`, "custom:note": `${VALUE}3` },
    delete: ["nickname"],
    email: emailOf("twin"),
    phone_number: `${PHONE}2`,
    email_verified: true,
  }),
  invoke("set_password", "AdminSetUserPassword", { user_id: SUBS.twin, password: PASSWORD, permanent: true }),
  invoke("sign_out_user", "AdminUserGlobalSignOut", { user_id: SUBS.twin }),
  invoke("reset_mfa", "AdminSetUserMFAPreference", { user_id: SUBS.twin }),
  invoke("update_group", "UpdateGroup", { group_id: "crew", description: `${DESCRIPTION}3` }),
  invoke("reset_password", "AdminResetUserPassword", { user_id: SUBS.twin }),
  line(`delete-user --user ${emailOf("unconfirmed")}`, "AdminDeleteUser"),
];

const EMAIL_USER = person(0, {
  username: SUBS.ann,
  sub: SUBS.ann,
  attributes: { name: VALUE, email: emailOf("ann") },
});

/** The encrypted password of the output, from JSON or from its own line. */
function sealedIn(stdout: string): string | undefined {
  return /"encrypted_password":\s*"([^"]+)"/.exec(stdout)?.[1] ?? /^[\w+/=]{100,}$/m.exec(stdout)?.[0];
}

/** Every password that AWS received, given or generated. */
function passwordsSent({ cognito }: Rig): readonly string[] {
  return cognito.stats.calls
    .flatMap(({ input = {} }) => [input["Password"], input["TemporaryPassword"]])
    .filter((password) => typeof password === "string");
}

/** The generated passwords must not appear either. */
function madeLeaks(stage: Rig, output: string): readonly string[] {
  const made = [...new Set(passwordsSent(stage))].map((marker) => ({
    what: "sent password",
    marker,
    whole: marker,
  }));
  return [...leaksIn("the output", output, made), ...leaksBelow(stage.stateDir, made)];
}

describe("mark 54: the program, when it changes the pool, prints no secret", () => {
  test.concurrent.for(LOGS)("with every command, at level $level as $format", async (log) => {
    await onStage(async (stage) => {
      const leaks: string[] = [];
      const generated: string[] = [];
      let out = "";
      for (const command of COMMANDS) {
        const calls = stage.cognito.stats.count(command.writes);
        const told = await ran(stage, command, log);
        out += told.stdout + told.stderr;
        const called = stage.cognito.stats.count(command.writes) > calls;
        expect({ command: nameOf(command), called, ...told }).toMatchObject({ exitCode: 0, called: true });
        leaks.push(...leaksOf(stage, told, command));
        const sealed = sealedIn(told.stdout);
        if (sealed !== undefined) generated.push(await stage.open(sealed));
      }
      expect([...leaks, ...stage.duringWrites, ...madeLeaks(stage, out)]).toEqual([]);
      expect(generated).toHaveLength(2);
      expect(passwordsSent(stage)).toEqual(expect.arrayContaining([...generated, PASSWORD]));
      expect(stage.seenInJournal()).toBeGreaterThan(15);
      const audit = filesBelow(stage.stateDir).find(({ path }) => path === `${POOL}.audit.jsonl`);
      expect(String(audit?.bytes).trim().split("\n")).toHaveLength(COMMANDS.length);
    });
  });

  test.concurrent("in the audit log when it is shown and checked", async () => {
    await onStage(async (stage) => {
      for (const command of COMMANDS) await ran(stage, command, LOGS[1]);
      const shown: string[] = [];
      for (const log of LOGS) {
        for (const command of [line("audit show"), line("audit verify")]) {
          const { exitCode, stdout, stderr } = await ran(stage, command, log);
          expect(exitCode).toBe(0);
          shown.push(stdout, stderr);
        }
      }
      expect(shown.join("")).toContain(SUBS.ann);
      expect(leaksIn("audit", shown.join("\n"), NEVER_KEPT)).toEqual([]);
    });
  });

  // In that pool people sign in by an address, and every call names them by it.
  test.concurrent.for(["sub", "username"])(
    "in a pool of e-mail addresses, with --user-id %s",
    async (kind) => {
      const pool = { usernameAttributes: ["email"], users: [EMAIL_USER] } as const;
      await onStage(async (stage) => {
        const leaks: string[] = [];
        const made = `create-account --email ${emailOf("new")} --attribute name=${VALUE} --password stdin`;
        const again = line(made, undefined, PASSWORD);
        for (const command of [
          line(made, "AdminCreateUser", PASSWORD),
          again,
          line(`create-account --login ${emailOf("other")} --invite`, "AdminCreateUser"),
          line(`disable-user --user ${emailOf("ann")}`, "AdminDisableUser"),
          invoke("enable_user", "AdminEnableUser", { user_id: SUBS.ann }),
          invoke("disable_user", "AdminDisableUser", { user_id: SUBS.ann }),
          line(`delete-user --user ${emailOf("new")}`, "AdminDeleteUser"),
          line(`delete-user --user ${emailOf("nobody")}`),
        ]) {
          const told = await ran(stage, command, LOGS[0], `--user-id=${kind}`);
          leaks.push(...leaksOf(stage, told, command));
          // Nothing shows whether the account has this password already.
          expect({ ...command, ...told }).toMatchObject({ exitCode: command === again ? 6 : 0 });
        }
        expect([...leaks, ...stage.duringWrites]).toEqual([]);
      }, pool);
    },
  );

  test.concurrent("in every dry run", async () => {
    await onStage(async (stage) => {
      const leaks: string[] = [];
      for (const command of COMMANDS) {
        for (const log of LOGS) {
          leaks.push(...leaksOf(stage, await ran(stage, command, log, "--dry-run"), command));
        }
      }
      expect(leaks).toEqual([]);
      for (const operation of WRITE_OPERATIONS) expect(stage.cognito.stats.count(operation)).toBe(0);
    });
  });

  test.concurrent.for(FAULTS.map((fault, turn) => [fault.title, { ...fault, turn }] as const))(
    "when %s",
    async ([, fault]) => {
      const { rule, share, turn } = fault;

      await onStage(async (stage) => {
        const leaks: string[] = [];
        let met = 0;
        let out = "";
        for (const [index, command] of COMMANDS.entries()) {
          // Faults that differ in their name only: each command meets some, and each fault is met by some command.
          if ((index + turn) % share !== 0) continue;
          const armed = stage.cognito.script(rule);
          const told = await ran(stage, command, LOGS[index % 2] ?? LOGS[0]);
          armed.remove();
          if (armed.fired > 0) met += 1;
          out += told.stdout + told.stderr;
          leaks.push(...leaksOf(stage, told, command));
          // The recovery works on the open changes, with everything that they noted.
          if (index % 9 === 0) {
            leaks.push(...leaksOf(stage, await ran(stage, line("recover"), LOGS[0]), line("recover")));
          }
        }
        expect([...leaks, ...stage.duringWrites, ...madeLeaks(stage, out)]).toEqual([]);
        expect(met).toBeGreaterThan(2);
      });
    },
  );
});
