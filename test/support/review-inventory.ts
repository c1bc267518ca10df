import { createInventoryFile } from "../../pkg/inventory/sqlite/inventory-file.ts";

// An inventory of one run for the tests of the access review, with as many people and groups as a test needs.

export const REVIEW_POOL = "eu-west-1_Review001";
export const REVIEW_RUN_ENDED = new Date("2026-11-20T02:05:00.000Z");

const CREATED = "2026-01-01T08:00:00.000Z";

export interface ReviewPerson {
  readonly username: string;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly enabled?: boolean;
  readonly status?: string;
}

export interface ReviewGroup {
  readonly name: string;
  readonly description?: string;
  readonly roleArn?: string;
  /** Places in the list of people. */
  readonly members: readonly number[];
}

/** People and groups are read one after the other, so that there may be many. */
export interface ReviewInventory {
  readonly poolName?: string;
  readonly people: Iterable<ReviewPerson>;
  readonly groups: Iterable<ReviewGroup>;
}

export const reviewSub = (place: number): string =>
  `00000000-0000-4000-9000-${String(place).padStart(12, "0")}`;

export function createReviewInventory(path: string, { poolName, people, groups }: ReviewInventory): void {
  const database = createInventoryFile(path, () => REVIEW_RUN_ENDED.getTime());
  try {
    database.exec("PRAGMA synchronous = OFF; BEGIN");
    const pool = database.prepare("INSERT INTO pools (pool_id, name, region, read_at) VALUES (?, ?, ?, ?)");
    pool.run(REVIEW_POOL, poolName ?? null, "eu-west-1", REVIEW_RUN_ENDED.toISOString());
    const user = database.prepare(
      `INSERT INTO users (pool_id, sub, username, email, name, enabled, status, federated, created_at, modified_at,
        attributes, identities, from_run) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, '{}', '[]', 1)`,
    );
    const group = database.prepare(
      `INSERT INTO groups (pool_id, name, description, role_arn, created_at, modified_at, from_run)
        VALUES (?, ?, ?, ?, ?, ?, 1)`,
    );
    const membership = database.prepare(
      "INSERT INTO memberships (pool_id, group_name, group_created_at, sub, from_run) VALUES (?, ?, ?, ?, 1)",
    );
    const counts = { users: 0, groups: 0, memberships: 0 };
    for (const { username, email, name, enabled = true, status = "CONFIRMED" } of people) {
      const cells = [
        username,
        email ?? null,
        name ?? null,
        Number(enabled),
        status,
        CREATED,
        CREATED,
      ] as const;
      user.run(REVIEW_POOL, reviewSub(counts.users), ...cells);
      counts.users += 1;
    }
    for (const { name, description, roleArn, members } of groups) {
      group.run(REVIEW_POOL, name, description ?? null, roleArn ?? null, CREATED, CREATED);
      for (const place of members) membership.run(REVIEW_POOL, name, CREATED, reviewSub(place));
      counts.groups += 1;
      counts.memberships += members.length;
    }
    database
      .prepare(
        `INSERT INTO runs (pool_id, run, sync_id, began_at, ended_at, users, groups, memberships, changes, origins_known)
          VALUES (?, 1, 'sync-1', '2026-11-20T02:00:00.000Z', ?, ?, ?, ?, 0, 1)`,
      )
      .run(REVIEW_POOL, REVIEW_RUN_ENDED.toISOString(), counts.users, counts.groups, counts.memberships);
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}
