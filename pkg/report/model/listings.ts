import type { Overview } from "./overview.ts";
import type { ReportQuery, ReportSource } from "./rows.ts";

/** Rows that the page shows in a table and a CSV file holds whole. */
export interface ReviewListing {
  /** The name of the CSV file. */
  readonly file: string;
  /** Its columns are those of the CSV file. */
  readonly query: ReportQuery;
}

const PERSON = "u.username, u.email, u.name, u.given_name, u.family_name, u.enabled, u.status, u.sub";

/** Which groups reach an IAM role, and who is in them. */
export function listRoleAccess({ poolId }: ReportSource): ReviewListing {
  return {
    file: "role-access.csv",
    query: {
      sql: `
        SELECT r.role_arn, r.group_name, ${PERSON}
        FROM role_access r LEFT JOIN current_users u ON u.pool_id = r.pool_id AND u.sub = r.sub
        WHERE r.pool_id = ? ORDER BY r.role_arn, r.group_name, u.username, r.sub`,
      parameters: [poolId],
    },
  };
}

export function listUnusedAccounts({ poolId }: ReportSource): ReviewListing {
  return {
    file: "never-signed-in.csv",
    query: {
      sql: `
        SELECT ${PERSON}, a.reason, a.since, a.never_signed_in, a.sign_ins_read_at
        FROM unused_accounts a JOIN current_users u ON u.pool_id = a.pool_id AND u.sub = a.sub
        WHERE a.pool_id = ? ORDER BY CASE a.never_signed_in WHEN 'yes' THEN 0 ELSE 1 END, a.since, u.username`,
      parameters: [poolId],
    },
  };
}

export function listDisabledInGroups({ poolId }: ReportSource): ReviewListing {
  return {
    file: "disabled-in-groups.csv",
    query: {
      sql: `
        SELECT ${PERSON}, m.group_name, g.role_arn
        FROM current_users u
        JOIN memberships m ON m.pool_id = u.pool_id AND m.sub = u.sub AND m.to_run IS NULL
        LEFT JOIN current_groups g ON g.pool_id = m.pool_id AND g.name = m.group_name
          AND g.created_at = m.group_created_at
        WHERE u.pool_id = ? AND NOT u.enabled ORDER BY u.username, m.group_name`,
      parameters: [poolId],
    },
  };
}

/** Only accounts of which it is known. */
export function listWithoutSecondFactor({ poolId }: ReportSource): ReviewListing {
  return {
    file: "without-second-factor.csv",
    query: {
      sql: `
        SELECT ${PERSON}, f.read_at AS second_factors_read_at
        FROM second_factor_states f JOIN current_users u ON u.pool_id = f.pool_id AND u.sub = f.sub
        WHERE f.pool_id = ? AND f.state = 'none' AND f.enabled
        ORDER BY u.username`,
      parameters: [poolId],
    },
  };
}

export function listSharedEmails({ poolId }: ReportSource): ReviewListing {
  return {
    file: "shared-emails.csv",
    query: {
      sql: `
        SELECT d.email AS shared_email, d.accounts, ${PERSON}
        FROM duplicate_emails d JOIN current_users u ON u.pool_id = d.pool_id AND u.sub = d.sub
        WHERE d.pool_id = ? ORDER BY d.email, u.username`,
      parameters: [poolId],
    },
  };
}

/** Newest first. */
export function listChangesSince({ poolId, since }: ReportSource): ReviewListing {
  return {
    file: "changes.csv",
    query: {
      sql: `
        SELECT c.run, c.after, c.before, c.kind, c.username, c.sub, c.group_name, c.field, c.origin, c.requested_by, c.change
        FROM changes c WHERE c.pool_id = ? AND c.before >= ? ORDER BY c.change_number DESC`,
      parameters: [poolId, since],
    },
  };
}

/** Which group's members. Two groups that had one name are told apart by their creation. */
export interface GroupKey {
  readonly name: string;
  readonly createdAt: Date;
}

/** The members with what a reviewer needs; second factor and last sign-in only where the inventory knows any. */
export function groupMembers({ poolId }: ReportSource, group: GroupKey, overview: Overview): ReportQuery {
  return {
    sql: `
      SELECT ${memberColumns(overview)} FROM memberships m ${memberJoins(overview)}
      WHERE m.pool_id = ? AND m.group_name = ? AND m.group_created_at = ? AND m.to_run IS NULL
      ORDER BY u.username, m.sub`,
    parameters: [poolId, group.name, group.createdAt],
  };
}

/** All memberships, group by group. */
export function listMemberships({ poolId }: ReportSource, overview: Overview): ReviewListing {
  return {
    file: "memberships.csv",
    query: {
      sql: `
        SELECT m.group_name, ${memberColumns(overview)} FROM memberships m ${memberJoins(overview)}
        WHERE m.pool_id = ? AND m.to_run IS NULL ORDER BY m.group_name, m.sub`,
      parameters: [poolId],
    },
  };
}

function memberColumns({ factors, signIns }: Overview): string {
  const person = PERSON.replace("u.sub", "m.sub");
  return [
    person,
    ...(knowsFactors(factors) ? ["f.factors AS second_factors"] : []),
    ...(signIns.known > 0 ? ["s.last_sign_in_at"] : []),
  ].join(", ");
}

function memberJoins({ factors, signIns }: Overview): string {
  return [
    "LEFT JOIN current_users u ON u.pool_id = m.pool_id AND u.sub = m.sub",
    ...(knowsFactors(factors)
      ? ["LEFT JOIN second_factors f ON f.pool_id = m.pool_id AND f.sub = m.sub"]
      : []),
    ...(signIns.known > 0 ? ["LEFT JOIN sign_ins s ON s.pool_id = m.pool_id AND s.sub = m.sub"] : []),
  ].join("\n");
}

export function knowsFactors({ withOne, without }: Overview["factors"]): boolean {
  return withOne + without > 0;
}
