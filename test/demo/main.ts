// `make demo`: a pool of a few hundred people on this machine, and the commands that a newcomer wants to see.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { styleText } from "node:util";
import { startCognitoLocal } from "../support/cognito-local.ts";
import { livelyPool } from "../support/local-pool.ts";

const POOL = "eu-west-1_DemoPool1";
const FILE = "demo.c1z";
const STATE = ".cache/demo/state";

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

rmSync(STATE, { recursive: true, force: true });
mkdirSync(".cache/demo", { recursive: true });
const server = await startCognitoLocal(livelyPool({ id: POOL, name: "demo", users: 360 }), ".cache/demo");
try {
  say(`A pool of 360 people runs on ${server.url} (cognito-local, this machine only).\n`);
  for (const args of [
    ["validate", "--output", "table"],
    ["sync", "--file", FILE, "--output", "table"],
    ["list", "groups", "--output", "table"],
    ["create-account", "--login", "carla", "--email", "carla@example.com", "--dry-run", "--output", "table"],
    ["create-account", "--login", "carla", "--email", "carla@example.com", "--output", "table"],
    ["grant", "--user", "carla", "--group", "finance", "--group", "sales", "--output", "table"],
    ["delete-user", "--user", "carla", "--output", "table"],
    ["audit", "verify", "--output", "table"],
  ]) {
    say(styleText("bold", `$ connector ${args.join(" ")}`));
    const { status } = spawnSync(process.execPath, ["cmd/connector/main.ts", ...args], {
      stdio: "inherit",
      env: {
        ...process.env,
        BATON_USER_POOL_ID: POOL,
        BATON_ENDPOINT_URL: server.url,
        BATON_PROVISIONING: "true",
        BATON_STATE_DIR: STATE,
        // cognito-local asks for a signature and does not look at it.
        BATON_AWS_ACCESS_KEY_ID: "demo",
        BATON_AWS_SECRET_ACCESS_KEY: "demo",
      },
    });
    if (status !== 0) {
      process.exitCode = status ?? 1;
      break;
    }
    say("");
  }
} finally {
  await server.stop();
}
if (process.exitCode === undefined) {
  say(`${FILE} is a Baton sync file: "baton resources -f ${FILE}" opens it.`);
  say(
    "For a pool of your own: npm run -s connector -- validate --user-pool-id <id>, with AWS credentials around.",
  );
}
