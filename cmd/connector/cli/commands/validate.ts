import type { Config } from "../../../../pkg/config/config.ts";
import { NEEDED_TO_READ } from "../../../../pkg/connector/validate.ts";
import type { PermissionProbe } from "../../../../pkg/core/directory.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Pool } from "../../../../pkg/core/pool.ts";
import type { Runtime } from "../../app/compose.ts";
import type { Context } from "../../process/context.ts";
import { exitCodeOf, OK } from "../../process/exit-codes.ts";
import type { Column } from "../output/columns.ts";
import { createRowWriter } from "../output/row-writer.ts";
import { withRuntime } from "../with-runtime.ts";

/** One thing that a sync needs. `optional`: not allowed, and not needed. */
interface Check {
  readonly check: string;
  readonly result: "ok" | "missing" | "failed" | "unknown" | "optional" | "not checked";
  /** What was found; if it is not ok, the reason and the cure. */
  readonly detail: string;
}

const COLUMNS: readonly Column<Check>[] = [
  { key: "check", value: (row) => row.check },
  { key: "result", value: (row) => row.result },
  { key: "detail", value: (row) => row.detail },
];

/** Prints a row for each check. The exit code is that of the first failure that a sync would meet. */
export function validateCommand(config: Config, context: Context): Promise<number> {
  return withRuntime(config, context, async (runtime) => {
    const { checks, exitCode } = await examine(config, runtime, context.signal);
    const rows = createRowWriter(config.output, COLUMNS, context.stdout);
    await rows.write(checks);
    await rows.end();
    return exitCode;
  });
}

interface Findings {
  readonly checks: readonly Check[];
  readonly exitCode: number;
}

async function examine(
  config: Config,
  { connector, directory }: Runtime,
  signal: AbortSignal,
): Promise<Findings> {
  const settings = settingsChecks(config);
  let pool: Pool | undefined;
  try {
    pool = await connector.pool(signal);
  } catch (error) {
    const failure = GovernanceError.from(error);
    if (signal.aborted) throw failure;
    // Even without this permission the others can be checked.
    if (failure.code !== "permission-denied") {
      return { checks: [...settings, ...failedAccessChecks(failure)], exitCode: exitCodeOf(failure) };
    }
  }
  const probes = await directory.probePermissions(signal);
  const checks = [...settings, ...accessChecks(pool, config), ...probes.map(actionCheck)];
  const denied = probes.some((probe) => probe.allowed === false && isNeeded(probe));
  return { checks, exitCode: denied ? exitCodeOf(new GovernanceError("permission-denied", "")) : OK };
}

function settingsChecks(config: Config): readonly Check[] {
  const { endpointUrl } = config.network;
  return [
    { check: "pool id", result: "ok", detail: config.poolId },
    {
      check: "region",
      result: "ok",
      detail: endpointUrl === undefined ? config.region : `${config.region}, at ${endpointUrl}`,
    },
  ];
}

/** AWS answered a signed call, so it accepts the keys and the time of the signature. */
function accessChecks(pool: Pool | undefined, { keys, assumeRole }: Config): readonly Check[] {
  const source =
    keys.kind === "static"
      ? "static keys"
      : `AWS default credential chain${keys.profile === undefined ? "" : `, profile ${keys.profile}`}`;
  const role = assumeRole === undefined ? "" : `, role ${assumeRole.roleArn}`;
  return [
    { check: "credentials", result: "ok", detail: source + role },
    { check: "clock", result: "ok", detail: "AWS accepts the time of this machine" },
    pool === undefined
      ? { check: "pool", result: "unknown", detail: "cognito-idp:DescribeUserPool is not allowed" }
      : { check: "pool", result: "ok", detail: `${pool.name}, about ${pool.estimatedUsers} users` },
  ];
}

/** DescribeUserPool needs credentials, clock and pool. Its failure tells which of the three is wrong. */
function failedAccessChecks(failure: GovernanceError): readonly Check[] {
  const notChecked = (check: string): Check => ({ check, result: "not checked", detail: "" });
  const failed = (check: string): Check => ({ check, result: "failed", detail: failure.message });
  const fine = (check: string): Check => ({ check, result: "ok", detail: "" });
  const actions = notChecked("IAM actions");
  if (failure.code === "unauthenticated") {
    const ofClock = /\bclock\b/.test(failure.message);
    return ofClock
      ? [notChecked("credentials"), failed("clock"), notChecked("pool"), actions]
      : [failed("credentials"), notChecked("clock"), notChecked("pool"), actions];
  }
  if (failure.reason === "pool-missing" || failure.reason === "replica") {
    return [fine("credentials"), fine("clock"), failed("pool"), actions];
  }
  return [notChecked("credentials"), notChecked("clock"), failed("pool"), actions];
}

function actionCheck(probe: PermissionProbe): Check {
  const check = `cognito-idp:${probe.operation}`;
  if (probe.allowed === true) return { check, result: "ok", detail: "" };
  if (probe.allowed === "unknown") return { check, result: "unknown", detail: probe.detail };
  if (isNeeded(probe)) return { check, result: "missing", detail: probe.detail };
  return { check, result: "optional", detail: "not allowed, but not needed to read the pool" };
}

function isNeeded({ operation }: PermissionProbe): boolean {
  return NEEDED_TO_READ.includes(operation);
}
