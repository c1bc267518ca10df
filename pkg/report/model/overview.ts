import { GovernanceError } from "../../core/errors.ts";
import type { NamedRow } from "../../inventory/named-row.ts";
import { askOne, type ReportSource } from "./rows.ts";

interface ReportedPool {
  readonly id: string;
  readonly name: string | undefined;
  readonly arn: string | undefined;
  readonly region: string | undefined;
  readonly tier: string | undefined;
  /** `ON`, `OFF` or `OPTIONAL`. */
  readonly mfa: string | undefined;
}

interface ReportedRun {
  readonly run: number;
  readonly syncId: string;
  readonly beganAt: Date;
  readonly endedAt: Date;
}

/** What is known of second factors, for enabled accounts that do not give theirs to an identity provider. */
export interface FactorFigures {
  readonly withOne: number;
  readonly without: number;
  readonly unknown: number;
  readonly oldest: Date | undefined;
  readonly newest: Date | undefined;
}

interface SignInFigures {
  /** Accounts whose event history was read. */
  readonly known: number;
  readonly oldest: Date | undefined;
  readonly newest: Date | undefined;
  /** Since when the pool has no such history. */
  readonly offSince: Date | undefined;
}

/** Changes by where they were made, as `changes.origin` has it. */
export interface OriginCounts {
  readonly connector: number;
  readonly outside: number;
  readonly unknown: number;
}

export function totalOf({ connector, outside, unknown }: OriginCounts): number {
  return connector + outside + unknown;
}

/** The counts of a row that was asked for with `ORIGIN_COUNTS`. */
export function originsOf(row: NamedRow): OriginCounts {
  return {
    connector: row.number("by_connector"),
    outside: row.number("outside"),
    unknown: row.number("unknown"),
  };
}

export const ORIGIN_COUNTS = `count(*) FILTER (WHERE c.origin = 'connector') AS by_connector,
    count(*) FILTER (WHERE c.origin = 'outside') AS outside, count(*) FILTER (WHERE c.origin = 'unknown') AS unknown`;

export interface Overview {
  readonly pool: ReportedPool;
  readonly lastRun: ReportedRun;
  /** With it the knowledge begins. */
  readonly firstRun: ReportedRun;
  readonly runs: number;
  readonly people: number;
  readonly disabledPeople: number;
  readonly groups: number;
  readonly memberships: number;
  readonly roleGroups: number;
  readonly rolePeople: number;
  readonly neverSignedIn: number;
  /** In a state that says nothing of earlier sign-ins, and with no sign-in on record. */
  readonly perhapsUnused: number;
  readonly disabledInGroups: number;
  readonly sharedAddresses: number;
  readonly sharingAccounts: number;
  readonly changes: OriginCounts;
  readonly factors: FactorFigures;
  readonly signIns: SignInFigures;
}

/** All numbers of the summary. Throws `failed-precondition` when no run of the pool is complete. */
export async function readOverview(source: ReportSource): Promise<Overview> {
  const { poolId, since } = source;
  const one = async (sql: string, ...more: readonly Date[]): Promise<NamedRow> => {
    const row = await askOne(source, { sql, parameters: [poolId, ...more] });
    if (row === undefined) throw new GovernanceError("internal", "a count has no row");
    return row;
  };
  const run = (order: "ASC" | "DESC") =>
    askOne(source, {
      sql: `SELECT run, sync_id, began_at, ended_at FROM runs WHERE pool_id = ? ORDER BY run ${order} LIMIT 1`,
      parameters: [poolId],
    });
  const lastRun = await run("DESC");
  const firstRun = await run("ASC");
  if (lastRun === undefined || firstRun === undefined) {
    throw new GovernanceError(
      "failed-precondition",
      `the inventory has no complete run of ${poolId}; sync first`,
    );
  }
  const signInsOff = await askOne(source, { sql: SIGN_INS_OFF, parameters: [poolId] });
  const pool = await askOne(source, { sql: POOL, parameters: [poolId] });
  const people = await one(PEOPLE);
  const roles = await one(ROLES);
  const unused = await one(UNUSED);
  const shared = await one(SHARED);
  const changes = await one(CHANGES, since);
  const factors = await one(FACTORS);
  const signIns = await one(SIGN_INS);
  return {
    pool: poolOf(poolId, pool),
    lastRun: runOf(lastRun),
    firstRun: runOf(firstRun),
    runs: (await one(RUNS)).number("runs"),
    people: people.number("people"),
    disabledPeople: people.number("disabled"),
    groups: (await one(GROUPS)).number("groups_now"),
    memberships: (await one(MEMBERSHIPS)).number("memberships_now"),
    roleGroups: roles.number("role_groups"),
    rolePeople: roles.number("people"),
    neverSignedIn: unused.number("never"),
    perhapsUnused: unused.number("perhaps"),
    disabledInGroups: (await one(DISABLED)).number("people"),
    sharedAddresses: shared.number("addresses"),
    sharingAccounts: shared.number("accounts"),
    changes: originsOf(changes),
    factors: {
      withOne: factors.number("with_one"),
      without: factors.number("without_one"),
      unknown: factors.number("unknown"),
      oldest: factors.optionalTime("oldest"),
      newest: factors.optionalTime("newest"),
    },
    signIns: {
      known: signIns.number("known"),
      oldest: signIns.optionalTime("oldest"),
      newest: signIns.optionalTime("newest"),
      offSince: signInsOff?.optionalTime("off_since"),
    },
  };
}

function poolOf(id: string, row: NamedRow | undefined): ReportedPool {
  return {
    id,
    name: row?.optionalText("name"),
    arn: row?.optionalText("arn"),
    region: row?.optionalText("region"),
    tier: row?.optionalText("tier"),
    mfa: row?.optionalText("mfa"),
  };
}

function runOf(row: NamedRow): ReportedRun {
  return {
    run: row.number("run"),
    syncId: row.text("sync_id"),
    beganAt: row.time("began_at"),
    endedAt: row.time("ended_at"),
  };
}

const POOL = "SELECT name, arn, region, tier, mfa FROM pools WHERE pool_id = ?";
const RUNS = "SELECT count(*) AS runs FROM runs WHERE pool_id = ?";
const PEOPLE = `
  SELECT count(*) AS people, count(*) FILTER (WHERE NOT enabled) AS disabled FROM current_users WHERE pool_id = ?`;
const GROUPS = "SELECT count(*) AS groups_now FROM current_groups WHERE pool_id = ?";
const MEMBERSHIPS =
  "SELECT count(*) AS memberships_now FROM memberships WHERE pool_id = ? AND to_run IS NULL";
const ROLES = `
  SELECT count(DISTINCT group_name) AS role_groups, count(DISTINCT sub) AS people FROM role_access WHERE pool_id = ?`;
const UNUSED = `
  SELECT count(*) FILTER (WHERE never_signed_in = 'yes') AS never,
    count(*) FILTER (WHERE never_signed_in <> 'yes') AS perhaps
  FROM unused_accounts WHERE pool_id = ?`;
// From the memberships of the few accounts, and not from all memberships.
const DISABLED = `
  SELECT count(*) AS people FROM current_users u WHERE u.pool_id = ? AND NOT u.enabled
    AND EXISTS (SELECT 1 FROM memberships m WHERE m.pool_id = u.pool_id AND m.sub = u.sub AND m.to_run IS NULL)`;
const SHARED = `
  SELECT count(DISTINCT email) AS addresses, count(*) AS accounts FROM duplicate_emails WHERE pool_id = ?`;
const CHANGES = `
  SELECT ${ORIGIN_COUNTS} FROM changes c WHERE c.pool_id = ? AND c.before >= ?`;
const FACTORS = `
  SELECT count(*) FILTER (WHERE state = 'unknown') AS unknown,
    count(*) FILTER (WHERE state = 'none') AS without_one, count(*) FILTER (WHERE state = 'on') AS with_one,
    min(read_at) AS oldest, max(read_at) AS newest
  FROM second_factor_states WHERE pool_id = ? AND enabled`;
const SIGN_INS_OFF = "SELECT off_since FROM enrichments WHERE pool_id = ? AND fact = 'last-sign-in'";
const SIGN_INS = `
  SELECT count(*) AS known, min(s.read_at) AS oldest, max(s.read_at) AS newest
  FROM sign_ins s JOIN current_users u ON u.pool_id = s.pool_id AND u.sub = s.sub WHERE s.pool_id = ?`;
