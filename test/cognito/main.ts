import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";

import { createGeneratedPool } from "./generated-pool.ts";
import { awsQuotas, type Category, categories, type RateOptions } from "./rates.ts";
import { startScriptedCognito } from "./server.ts";

// Every page is garbage at once. A young generation that does not grow for it halves the process and costs no speed.
setFlagsFromString("--semi-space-growth-factor=1");

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    "pool-id": { type: "string", default: "us-east-1_Ab129faBb" },
    users: { type: "string", default: "1000" },
    groups: { type: "string", default: "10" },
    memberships: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    /** One user in a hundred is another, and each group has lost one member in a hundred. */
    changed: { type: "boolean", default: false },
    "email-usernames": { type: "boolean", default: false },
    /** "aws", or a list such as UserList=30,UserRead=5. */
    rates: { type: "string", default: "" },
    "latency-ms": { type: "string", default: "0" },
  },
});

function whole(name: "port" | "users" | "groups" | "memberships" | "seed" | "latency-ms"): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new RangeError(`--${name} must be a whole number from 0 up, got "${values[name]}"`);
}

const isCategory = (name: string): name is Category => categories.some((one) => one === name);

function rates(text: string): RateOptions | undefined {
  if (text === "") return undefined;
  if (text === "aws") return awsQuotas;
  const perSecond: Partial<Record<Category, number>> = {};
  for (const part of text.split(",")) {
    const [name = "", value = ""] = part.split("=");
    if (!isCategory(name) || !(Number(value) > 0))
      throw new RangeError(`--rates: "${part}" is no Category=number`);
    perSecond[name] = Number(value);
  }
  return { perSecond };
}

async function main(): Promise<void> {
  const pool = createGeneratedPool({
    id: values["pool-id"],
    users: whole("users"),
    groups: whole("groups"),
    memberships: whole("memberships"),
    seed: whole("seed"),
    changed: values.changed,
    usernameAttributes: values["email-usernames"] ? ["email"] : [],
  });
  const limits = rates(values.rates);
  const server = await startScriptedCognito({
    pools: [pool],
    port: whole("port"),
    latencyMs: whole("latency-ms"),
    recording: "none",
    ...(limits === undefined ? {} : { rates: limits }),
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      void server.close();
    });
  }
  process.stdout.write(
    `${JSON.stringify({ url: server.url, poolId: pool.settings.id, pid: process.pid })}\n`,
  );
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
