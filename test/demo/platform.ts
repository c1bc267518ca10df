// `make demo PLATFORM=1`: a governance platform on this machine, which gives its tasks to the connector. The environment
// has the names that every Baton connector reads.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, styleText } from "node:util";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { CreateAccountResponseSchema } from "../../pkg/gen/c1/connector/v2/resource_pb.ts";
import { startCognitoLocal } from "../support/cognito-local.ts";
import { taskId } from "../support/fake-platform-client.ts";
import { livelyPool } from "../support/local-pool.ts";
import { type PlatformTask, startPlatform } from "../support/platform-server.ts";

const POOL = "eu-west-1_DemoPool1";
const TASK_MS = 60_000;

// `make demo PLATFORM=1 KEEP=1`: pool and platform stay up, and you start the connector yourself.
const { keep } = parseArgs({ options: { keep: { type: "boolean", default: false } } }).values;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const folder = mkdtempSync(join(tmpdir(), "connector-demo-"));
const server = await startCognitoLocal(livelyPool({ id: POOL, name: "demo", users: 360 }), folder);
const platform = await startPlatform();
const ca = join(folder, "platform-ca.pem");
writeFileSync(ca, platform.certificate);
const settings = {
  BATON_CLIENT_ID: platform.clientId,
  BATON_CLIENT_SECRET: platform.clientSecret,
  BATON_USER_POOL_ID: POOL,
  BATON_REGION: "eu-west-1",
  // cognito-local asks for a signature and does not look at it.
  BATON_AWS_ACCESS_KEY_ID: "demo",
  BATON_AWS_SECRET_ACCESS_KEY: "demo",
  BATON_PROVISIONING: "true",
  // Only here: the pool and the platform are on this machine, and the platform's certificate is of no known CA.
  BATON_ENDPOINT_URL: server.url,
  BATON_STATE_DIR: join(folder, "state"),
  SSL_CERT_FILE: ca,
};
let connector: ChildProcess | undefined;
try {
  if (keep) {
    say("A pool of 360 people and a platform run on this machine until you press Ctrl-C.");
    say("In another terminal, in this folder:\n");
    for (const [name, value] of Object.entries(settings)) say(`  export ${name}='${value}'`);
    say("  npm run -s connector\n");
  } else {
    say(styleText("bold", "$ connector"));
    // DEP0123: Node warns of TLS to an IP address, which only the platform of this demo has.
    const args = ["--disable-warning=DEP0123", "cmd/connector/main.ts", "--log-format", "console"];
    connector = spawn(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...settings } });
  }
  const ended = connector === undefined ? interrupted() : gone(connector);
  await Promise.race([tour(), ended]);
  if (keep) await ended;
} finally {
  connector?.kill("SIGTERM");
  if (connector !== undefined && connector.exitCode === null) await once(connector, "exit");
  await platform.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** The tasks that the platform gives, one after the other. */
async function tour(): Promise<void> {
  await give("asks for a sync", { id: taskId("sync"), taskType: { case: "syncFull", value: {} } });
  say(`  the platform has a file of ${platform.uploads.at(-1)?.bytes.byteLength ?? 0} bytes`);
  const profile = { given_name: "Carla", family_name: "Diaz", sendInviteEmail: false };
  const emails = [{ address: "carla@example.com", isPrimary: true }];
  await give("has an account created", {
    id: taskId("create"),
    taskType: { case: "createAccount", value: { accountInfo: { login: "carla", emails, profile } } },
  });
  const carla = created();
  const group = { id: { resourceType: "group", resource: "finance" } };
  await give("grants a group", {
    id: taskId("grant"),
    taskType: {
      case: "grant",
      value: { principal: { id: carla }, entitlement: { id: "group:finance:member", resource: group } },
    },
  });
  const args = { user_id: { resource_type_id: "user", resource_id: carla.resource } };
  await give("calls Disable User", {
    id: taskId("disable"),
    taskType: { case: "actionInvoke", value: { name: "disable_user", args } },
  });
  await give("has the account deleted", {
    id: taskId("delete"),
    taskType: { case: "deleteResource", value: { resourceId: carla } },
  });
}

async function give(what: string, task: PlatformTask): Promise<void> {
  say(styleText("bold", `\nThe platform ${what}`));
  platform.tasks.push(task);
  const answered = () => platform.finished.some((finish) => finish.taskId === task.id);
  const late = keep ? new Promise<never>(() => {}) : lateAfter(TASK_MS);
  await Promise.race([platform.until(answered), late]);
  const finish = platform.finished.find((each) => each.taskId === task.id);
  const failed = finish?.finalState.case !== "success";
  if (failed) process.exitCode = 1;
  say(failed ? `  failed: ${finish?.status?.message ?? ""}` : "  done");
}

function created(): { readonly resourceType: string; readonly resource: string } {
  const state = platform.finished.at(-1)?.finalState;
  const response = state?.case === "success" ? state.value.response : undefined;
  const answer = response && anyUnpack(response, CreateAccountResponseSchema);
  const id = answer?.result.case === "success" ? answer.result.value.resource?.id : undefined;
  if (id === undefined) throw new Error("the account was not created");
  return { resourceType: id.resourceType, resource: id.resource };
}

async function lateAfter(ms: number): Promise<never> {
  const { setTimeout: pause } = await import("node:timers/promises");
  await pause(ms, undefined, { ref: false });
  throw new Error("the connector did not end the task in a minute");
}

async function gone(child: ChildProcess): Promise<never> {
  await once(child, "exit");
  throw new Error(`connector ended with ${child.exitCode}`);
}

async function interrupted(): Promise<void> {
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}
