import { existsSync } from "node:fs";
import type { Config } from "../../../../pkg/config/config.ts";
import {
  FEATURES,
  type FeatureName,
  featuresOf,
  LOST_WITHOUT,
  neededToServe,
  operationsOf,
  PROVISIONING_FEATURES,
} from "../../../../pkg/connector/features.ts";
import type { PermissionProbe } from "../../../../pkg/core/directory.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Operation } from "../../../../pkg/core/operations.ts";
import type { Pool } from "../../../../pkg/core/pool.ts";
import type { UserFact } from "../../../../pkg/core/user-facts.ts";
import { printable } from "../../../../pkg/ops/printable.ts";
import { journalDatabasePath } from "../../../../pkg/store/journal/state-directory.ts";
import type { Runtime } from "../../app/compose.ts";
import type { Context } from "../../process/context.ts";
import { exitCodeOf, OK } from "../../process/exit-codes.ts";
import { printWhileRead } from "../output/broken-output.ts";
import type { Column } from "../output/columns.ts";
import { leftText } from "../output/limits-text.ts";
import { createRowWriter } from "../output/row-writer.ts";
import { withRuntime } from "../with-runtime.ts";

/**
 * One thing that the connector needs. `optional`: not allowed, and something is left out. `likely`: not denied, and AWS
 * gives no proof without a change.
 */
interface Check {
  readonly check: string;
  readonly result:
    | "ok"
    | "likely"
    | "missing"
    | "failed"
    | "unsupported"
    | "unknown"
    | "optional"
    | "not checked";
  /** The features that call this action. */
  readonly features?: readonly FeatureName[];
  /** What was found; if it is not ok, the reason and the cure. */
  readonly detail: string;
  /** Of the detail what may be the same for several checks; all of it if missing. */
  readonly problem?: string;
  /** The lines of its actions say all of it. */
  readonly isOfActions?: boolean;
}

const COLUMNS: readonly Column<Check>[] = [
  { key: "check", value: (row) => row.check },
  { key: "result", value: (row) => row.result },
  { key: "features", value: ({ features = [] }) => features.join(" ") },
  { key: "detail", value: (row) => row.detail },
];

/** Prints a row for each check. The exit code is that of the first failure that a sync would meet. */
export function validateCommand(config: Config, context: Context): Promise<number> {
  return withRuntime(config, context, async (runtime) => {
    const { checks, exitCode } = await examine(config, runtime, context.signal);
    const rows = createRowWriter(config.output, COLUMNS, context.stdout);
    const all = [...checks, ...(await limitChecks(config, runtime))];
    await printWhileRead(async () => {
      await rows.write(all);
      await rows.end();
      if (config.output === "table") await context.stdout.write(problemLines(checks));
    });
    return exitCode;
  });
}

const PROBLEMS: ReadonlySet<Check["result"]> = new Set<Check["result"]>([
  "failed",
  "missing",
  "unsupported",
  "unknown",
]);

/**
 * Each problem in one line below the table, where a command or a policy can be copied whole. Actions with the same problem
 * share a line, and a feature has one only where its line says what no line of an action does.
 */
function problemLines(checks: readonly Check[]): string {
  const shared = new Map<string, { readonly names: string[]; readonly text: string }>();
  for (const { check, result, detail, problem = detail, isOfActions = false } of checks) {
    if (!PROBLEMS.has(result) || isOfActions) continue;
    const action = `${check.replace("cognito-idp:", "")}: `;
    const text = problem.startsWith(action) ? problem.slice(action.length) : problem;
    const key = JSON.stringify([result, text.replace(/, request id [^)]+/, "")]);
    const known = shared.get(key);
    if (known === undefined) shared.set(key, { names: [check], text: `(${result}): ${text}` });
    else known.names.push(check);
  }
  return [...shared.values()]
    .map(({ names, text }) => `\n${printable(`${names.join(", ")} ${text}`)}\n`)
    .join("");
}

/**
 * How many changes the limits still allow, where changes have been made. No sync needs to know, so a journal that cannot
 * be read is no failure.
 */
async function limitChecks({ stateDir, poolId }: Config, { journal }: Runtime): Promise<readonly Check[]> {
  if (stateDir === "" || !existsSync(journalDatabasePath(stateDir, poolId))) return [];
  try {
    return (await journal.budgets()).map((limit) => ({
      check: `${limit.budget} left`,
      result: "ok",
      detail: leftText(limit),
    }));
  } catch (error) {
    return [{ check: "limits", result: "unknown", detail: GovernanceError.from(error).message }];
  }
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
  const { enabled } = config.provisioning;
  const enriching = config.enrich?.facts.map((fact) => CALLED_FOR[fact]) ?? [];
  const asked = new Set([...(enabled ? READS_AND_CHANGES : READS), ...enriching]);
  const probes = await directory.probePermissions([...asked], signal);
  const required = new Set([
    ...neededToServe(enabled),
    ...(enabled ? FEATURES.provision.needs : []),
    ...(config.sync.readMembers === "by-user" ? (["AdminListGroupsForUser"] as const) : []),
    ...enriching,
  ]);
  const features: readonly FeatureName[] = [
    "read",
    ...(enabled ? PROVISIONING_FEATURES : []),
    ...(enriching.length > 0 ? (["enrich"] as const) : []),
  ];
  const checks = [
    ...settings,
    ...accessChecks(pool, config),
    ...probes.map((probe) => actionCheck(probe, required)),
    ...features.map((name) => featureCheck(name, probes, required)),
  ];
  const denied = probes.some(({ operation, allowed }) => allowed === false && required.has(operation));
  return { checks, exitCode: denied ? exitCodeOf(new GovernanceError("permission-denied", "")) : OK };
}

/** What a sync and a lookup of one user call. */
const READS: readonly Operation[] = [...operationsOf("read"), "AdminGetUser"];

const CALLED_FOR: Readonly<Record<UserFact, Operation>> = {
  mfa: "AdminGetUser",
  "last-sign-in": "AdminListUserAuthEvents",
};

const READS_AND_CHANGES: readonly Operation[] = [
  ...new Set((["read", ...PROVISIONING_FEATURES] as const).flatMap(operationsOf)),
];

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

function actionCheck(probe: PermissionProbe, required: ReadonlySet<Operation>): Check {
  const { operation, allowed, detail } = probe;
  const row = { check: `cognito-idp:${operation}`, features: featuresOf(operation) };
  if (allowed === true) return { ...row, result: "ok", detail };
  if (allowed === "unsupported") {
    const lost = `${detail}; without it: ${LOST_WITHOUT[operation]}`;
    return { ...row, result: allowed, detail: lost, problem: detail };
  }
  if (allowed !== false) return { ...row, result: allowed, detail };
  if (required.has(operation)) return { ...row, result: "missing", detail };
  return { ...row, result: "optional", detail: `not allowed; without it: ${LOST_WITHOUT[operation]}` };
}

/** A feature works as far as all that it needs is allowed. */
function featureCheck(
  name: FeatureName,
  probes: readonly PermissionProbe[],
  required: ReadonlySet<Operation>,
): Check {
  const { needs, offers } = FEATURES[name];
  const own = probes.filter(({ operation }) => needs.includes(operation));
  const row = { check: `feature ${name}`, features: [name] };
  const denied = own.filter(({ allowed }) => allowed === false);
  if (denied.length > 0) {
    const actions = denied.map(({ operation }) => `cognito-idp:${operation}`).join(", ");
    const isOfActions = denied.every(({ operation }) => required.has(operation));
    return { ...row, result: "missing", detail: `allow ${actions}, to ${offers}`, isOfActions };
  }
  for (const doubt of ["unsupported", "unknown", "likely"] as const) {
    if (own.some(({ allowed }) => allowed === doubt)) {
      return { ...row, result: doubt, detail: offers, isOfActions: true };
    }
  }
  return { ...row, result: "ok", detail: offers };
}
