// `make demo`: a pool of a few hundred people on this machine, and the commands that a newcomer wants to see.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { parseArgs, styleText } from "node:util";
import { lockFile } from "../../pkg/sqlite/lock.ts";
import { startCognitoLocal } from "../support/cognito-local.ts";
import { livelyPool } from "../support/local-pool.ts";

const POOL = "eu-west-1_DemoPool1";
const FILE = "demo.c1z";
const FOLDER = ".cache/demo";
const STATE = `${FOLDER}/state`;
const INVENTORY = `${FOLDER}/pool.db`;
const REVIEW = "demo-review.html";

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
// The pool is a new one, and not the next state of the last demo's.
for (const suffix of ["", "-wal", "-shm", ".work-lock"]) rmSync(INVENTORY + suffix, { force: true });
const server = await startCognitoLocal(livelyPool({ id: POOL, name: "demo", users: 360 }), FOLDER);
const settings = {
  BATON_USER_POOL_ID: POOL,
  BATON_ENDPOINT_URL: server.url,
  BATON_PROVISIONING: "true",
  BATON_STATE_DIR: STATE,
  // cognito-local asks for a signature and does not look at it.
  BATON_AWS_ACCESS_KEY_ID: "demo",
  BATON_AWS_SECRET_ACCESS_KEY: "demo",
};
const succeeded = tour();
try {
  if (!succeeded) process.exitCode = 1;
  else if (keep) await stayUp();
} finally {
  await server.stop();
  lock.release();
}
if (succeeded && !keep) {
  say("Try next:");
  say(`  ${REVIEW} in a browser                         # the access review, for screen and paper`);
  say(
    `  npm run -s connector -- inspect ${FILE} users     # look into the file; --output csv for a spreadsheet`,
  );
  say(
    "  make demo KEEP=1                                  # the same, and the pool stays up for your own commands",
  );
  say("  npm run -s connector -- validate --user-pool-id <id>   # a pool of your own, with AWS credentials");
}

/** Runs each command and shows it; stops at the first that fails. */
function tour(): boolean {
  say(`A pool of 360 people runs on ${server.url} (cognito-local, this machine only).\n`);
  const carla = ["--user", "carla"];
  for (const args of [
    ["validate", "--output", "table"],
    ["sync", "--file", FILE, "--inventory", INVENTORY, "--output", "table"],
    ["inspect", FILE, "--output", "table"],
    ["list", "groups", "--output", "table"],
    ["create-account", "--login", "carla", "--email", "carla@example.com", "--dry-run", "--output", "table"],
    ["create-account", "--login", "carla", "--email", "carla@example.com", "--output", "table"],
    ["grant", ...carla, "--group", "finance", "--group", "sales", "--output", "table"],
    ["get", "user", "carla", "--output", "table"],
    ["delete-user", ...carla, "--output", "table"],
    ["audit", "show", ...carla, "--output", "table"],
    ["audit", "verify", "--output", "table"],
    ["create-account", "--login", "dana", "--email", "dana@example.com", "--output", "table"],
    ["grant", "--user", "dana", "--group", "pool-admins", "--allow-role-groups", "--output", "table"],
    ["sync", "--inventory", INVENTORY, "--output", "table"],
    ["changes", "--inventory", INVENTORY, "--output", "table"],
    ["report", "-o", REVIEW, "--inventory", INVENTORY],
  ]) {
    say(styleText("bold", `$ connector ${args.join(" ")}`));
    const { status } = spawnSync(process.execPath, ["cmd/connector/main.ts", ...args], {
      stdio: "inherit",
      env: { ...process.env, ...settings },
    });
    if (status !== 0) return false;
    say("");
  }
  return true;
}

async function stayUp(): Promise<void> {
  say("The pool stays up until you press Ctrl-C. In another terminal, in this folder:\n");
  for (const [name, value] of Object.entries(settings)) say(`  export ${name}=${value}`);
  say("");
  for (const line of [
    `list users --filter 'email ^= "a"'`,
    "list members finance",
    `inspect ${FILE} users`,
    "disable-user --user <username> --dry-run",
    "serve --sync-every 1m --health-check   # then: curl -s http://127.0.0.1:8081/readyz",
  ]) {
    say(`  npm run -s connector -- ${line}`);
  }
  // Without a listener the signal would end this process and leave the pool running.
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}
