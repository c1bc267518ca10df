// `make demo`: a pool of a few hundred people on this machine, and the commands that a newcomer wants to see.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs, styleText } from "node:util";
import { CognitoIdentityProvider } from "@aws-sdk/client-cognito-identity-provider";
import { withoutEndpointLine } from "../../cmd/connector/endpoint-line.fixture.ts";
import { lockFile } from "../../pkg/sqlite/lock.ts";
import { startCognitoLocal } from "../support/cognito-local.ts";
import { livelyPool } from "../support/local-pool.ts";
import {
  asCurl,
  CREATE,
  type DemoScim,
  disable,
  FIND,
  FIND_GROUP,
  joinGroup,
  type ScimStep,
  sent,
  startDemoScim,
} from "./scim.ts";
import {
  CHANGES,
  DEMO_FILE,
  DEMO_INVENTORY,
  DEMO_REVIEW,
  FIRST_SYNC,
  SCIM_AUDIT,
  type Step,
  secondSync,
} from "./tour.ts";

const CONNECTOR = resolve(import.meta.dirname, "../../cmd/connector/main.ts");
const POOL = "eu-west-1_DemoPool1";
const FOLDER = ".cache/demo";
const STATE = `${FOLDER}/state`;

// `make demo KEEP=1` and `node test/demo/main.ts --keep`: the pool stays up until Ctrl-C.
const { keep } = parseArgs({ options: { keep: { type: "boolean", default: false } } }).values;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

mkdirSync(FOLDER, { recursive: true });
// All below belongs to the demo that runs. The lock ends with its process.
const lock = lockFile(`${FOLDER}/lock`);
if (lock === undefined) {
  process.stderr.write(
    "a demo is running in this folder already: use it, or end it with Ctrl-C in its terminal first\n",
  );
  process.exit(1);
}
rmSync(STATE, { recursive: true, force: true });
// They are of the last demo's pool, and this one is new.
for (const file of [DEMO_FILE, DEMO_INVENTORY, `${DEMO_INVENTORY}-wal`, `${DEMO_INVENTORY}-shm`]) {
  rmSync(file, { force: true });
}
const server = await startCognitoLocal(livelyPool({ id: POOL, name: "demo", users: 360 }), FOLDER);
const settings = {
  BATON_USER_POOL_ID: POOL,
  BATON_ENDPOINT_URL: server.url,
  BATON_INVENTORY: DEMO_INVENTORY,
  BATON_LOG_FORMAT: "console",
  BATON_STATE_DIR: STATE,
  // cognito-local asks for a signature and does not look at it.
  BATON_AWS_ACCESS_KEY_ID: "demo",
  BATON_AWS_SECRET_ACCESS_KEY: "demo",
};
/** Only these let a command change the pool. */
const changing = { ...settings, BATON_PROVISIONING: "true" };
const cognito = new CognitoIdentityProvider({
  endpoint: server.url,
  region: "eu-west-1",
  credentials: { accessKeyId: "demo", secretAccessKey: "demo" },
});
const succeeded = await tour();
try {
  if (!succeeded) process.exitCode = 1;
  else if (keep) await stayUp();
} finally {
  cognito.destroy();
  await server.stop();
  lock.release();
}
if (succeeded && !keep) {
  say("Try next:");
  say("  make demo KEEP=1                     # the pool stays up for your own commands");
  say(`  ${DEMO_REVIEW} in a browser          # the access review, for screen and paper`);
  say(`  npm run -s connector -- inspect ${DEMO_FILE} users`);
  say(`  npm run -s connector -- query --inventory ${DEMO_INVENTORY} --list`);
  say("  npm run -s connector -- validate --user-pool-id <id>   # a pool of your own");
}

/** Takes each step and shows it; stops at the first that fails. */
async function tour(): Promise<boolean> {
  say(`A pool of 360 people runs on ${server.url} (cognito-local, this machine only).`);
  say(`Each command has BATON_INVENTORY=${DEMO_INVENTORY} in its environment.\n`);
  if (!(await taken(FIRST_SYNC, settings))) return false;
  const before = new Date().toISOString();
  say("From here on each has BATON_PROVISIONING=true too: without it nothing changes.\n");
  const hasAll = (await taken(CHANGES, changing)) && (await taken(secondSync(before), changing));
  return hasAll && (await scimTour()) && (await taken(SCIM_AUDIT, changing));
}

/** An identity provider calls the service. */
async function scimTour(): Promise<boolean> {
  say("An identity provider reaches the pool by SCIM 2.0.");
  const args = ["serve", "--scim", "--scim-listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"];
  say(styleText("bold", `$ connector ${args.map(quoted).join(" ")} &\n`));
  const { BATON_INVENTORY: _ofTheTour, ...env } = changing;
  const scim = await startDemoScim([process.execPath, CONNECTOR, ...args], {
    ...env,
    BATON_LOG_FORMAT: "json",
  });
  try {
    const user = await asked(scim, CREATE);
    const group = user === undefined ? undefined : await asked(scim, FIND_GROUP);
    if (user === undefined || group === undefined) return false;
    for (const step of [joinGroup(group, user), disable(user), FIND])
      if ((await asked(scim, step)) === undefined) return false;
    return true;
  } finally {
    await scim.stop();
  }
}

/** Sends one request and shows it. Gives the id in the answer; undefined when the answer is not the expected one. */
async function asked(scim: DemoScim, step: ScimStep): Promise<string | undefined> {
  say(step.says);
  say(styleText("bold", asCurl(scim, step)));
  const { isRight, lines, id } = await sent(scim, step);
  say(`${lines.join("\n")}\n`);
  return isRight ? id : undefined;
}

type Settings = Readonly<Record<string, string>>;

async function taken(steps: readonly Step[], env: Settings): Promise<boolean> {
  for (const { says, runs, ends = 0, elsewhere } of steps) {
    say(says);
    await elsewhere?.({ poolId: POOL, cognito });
    if (runs !== undefined && shown(runs, env) !== ends) return false;
    say("");
  }
  return true;
}

/** Runs one command and shows it. Gives its exit code. */
function shown(args: readonly string[], env: Settings): number | null {
  say(styleText("bold", `$ connector ${args.map(quoted).join(" ")}`));
  const { status, stderr } = spawnSync(process.execPath, [CONNECTOR, ...args], {
    stdio: ["inherit", "inherit", "pipe"],
    encoding: "utf8",
    // As on a terminal, where this is the default.
    env: { ...process.env, ...env, BATON_OUTPUT: "table" },
  });
  // Each command of the demo has the same endpoint, which the first line names.
  process.stderr.write(withoutEndpointLine(stderr));
  return status;
}

function quoted(argument: string): string {
  return /^[\w./:=@-]+$/.test(argument) ? argument : `"${argument}"`;
}

async function stayUp(): Promise<void> {
  say("The pool stays up until you press Ctrl-C. In another terminal, in this folder:\n");
  for (const [name, value] of Object.entries(changing)) say(`  export ${name}=${value}`);
  say("");
  for (const line of [
    `list users --filter 'email ^= "a"'`,
    "list members finance",
    `inspect ${DEMO_FILE} users`,
    "query --list",
    "disable-user --user <username> --dry-run",
    "serve --scim   # then: curl -s http://127.0.0.1:8090/scim/v2/Users",
    "serve --sync-every 1m --health-check   # then: curl -s http://127.0.0.1:8081/readyz",
  ]) {
    say(`  npm run -s connector -- ${line}`);
  }
  // Without a listener the signal would end this process and leave the pool running.
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}
