import { expect, test } from "vitest";
import { startCli } from "./support/connector-cli.ts";
import {
  emailOf,
  filesBelow,
  KEY_SECRET,
  leaksBelow,
  leaksIn,
  NAME,
  NEVER_KEPT,
  NEVER_TOLD,
  PASSWORD,
  PHONE,
  type Planted,
  POOL,
  PRIVATE,
  SESSION_TOKEN,
  SUBS,
  VALUE,
} from "./support/planted.ts";
import { invoke, type Line, line, onStage, type Rig } from "./support/planted-cli.ts";

function start({ cognito, stateDir, folder }: Rig, { args, stdin = "" }: Line) {
  const env = {
    BATON_USER_POOL_ID: POOL,
    BATON_ENDPOINT_URL: cognito.url,
    BATON_RATE: "1000",
    BATON_STATE_DIR: stateDir,
    BATON_PROVISIONING: "true",
    BATON_LOG_LEVEL: "debug",
    BATON_OUTPUT: "json",
    AWS_SECRET_ACCESS_KEY: KEY_SECRET,
    AWS_SESSION_TOKEN: SESSION_TOKEN,
  };
  const inFolder = args.map((text) => text.replace("=key.txt", `=${folder}/key.txt`));
  return startCli(inFolder, env, stdin);
}

const account = [
  "create-account",
  `--login=${NAME}-new`,
  `--email=${emailOf("new")}`,
  `--attribute=custom:note=${VALUE}`,
  `--attribute=phone_number=${PHONE}`,
];
const given: Line = { args: [...account, "--password=stdin"], stdin: `${PASSWORD}\n` };
const random: Line = { args: [...account, "--password=random", "--encrypt-to=key.txt"] };
const attributes = line(`update-user --user ${NAME}-ann --set name=${VALUE}2 --remove locale`);
const password = line(`set-password --stdin --user ${emailOf("other")}`, undefined, PASSWORD);
const action = invoke("update_user_attributes", "", { user_id: SUBS.ann, email: emailOf("moved") });
const rotation: Line = { args: ["rotate-password", `--user=${NAME}-ann`, "--encrypt-to=key.txt"] };

// A killed process closes no file: what it wrote is still in the write-ahead log.
test.concurrent.for<[string, Line, string, "request" | "answer"]>([
  ["create-account with a given password, before AWS has it", given, "AdminCreateUser", "request"],
  ["create-account with a given password, after AWS has it", given, "AdminCreateUser", "answer"],
  ["create-account between its steps", given, "AdminSetUserPassword", "request"],
  ["create-account with a random password", random, "AdminSetUserPassword", "answer"],
  ["update-user before AWS has it", attributes, "AdminUpdateUserAttributes", "request"],
  ["update-user between its steps", attributes, "AdminDeleteUserAttributes", "request"],
  ["set-password", password, "AdminSetUserPassword", "answer"],
  ["rotate-password", rotation, "AdminSetUserPassword", "request"],
  ["actions invoke", action, "AdminUpdateUserAttributes", "answer"],
])("mark 54: what a killed process and its recovery leave: %s", async ([, command, operation, at]) => {
  await onStage(async (stage) => {
    const held = stage.cognito.hold({ operation }, at);
    const killed = start(stage, command);
    await Promise.race([
      held.arrived(),
      killed.result.then(({ stderr }) => Promise.reject(new Error(`it ended by itself: ${stderr}`))),
    ]);
    killed.process.kill("SIGKILL");
    const first = await killed.result;
    const left = leaksBelow(stage.stateDir, NEVER_KEPT);
    const wal = filesBelow(stage.stateDir).find(({ path }) => path.endsWith("-wal"));
    expect(wal?.bytes.length).toBeGreaterThan(0);
    held.release();

    const second = await start(stage, line("recover")).result;
    expect(second.stdout).toContain('"change"');
    const sent = stage.cognito.stats.calls
      .flatMap(({ input = {} }) => [input["Password"], input["TemporaryPassword"]])
      .filter((text) => typeof text === "string")
      .map((marker): Planted => ({ what: "sent password", marker, whole: marker }));
    expect([
      ...left,
      ...leaksBelow(stage.stateDir, [...NEVER_KEPT, ...sent]),
      ...leaksIn("stderr", first.stderr + second.stderr, [...NEVER_TOLD, ...sent]),
      ...leaksIn("stdout", first.stdout + second.stdout, [...PRIVATE, ...sent]),
      ...stage.duringWrites,
    ]).toEqual([]);
  });
});
