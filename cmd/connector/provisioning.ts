import { createHash, randomInt, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../../pkg/config/config.ts";
import type { AuditLog } from "../../pkg/core/audit-log.ts";
import type { Directory } from "../../pkg/core/directory.ts";
import type { DirectoryWriter } from "../../pkg/core/directory-writer.ts";
import { openAuditLog } from "../../pkg/ops/audit/audit-log.ts";
import { createProvisioner } from "../../pkg/provision/create-provisioner.ts";
import type { Provisioner } from "../../pkg/provision/provisioner.ts";
import { openJournal } from "../../pkg/store/journal/journal.ts";
import { lazyJournal } from "./lazy-journal.ts";

export interface Provisioning {
  readonly provisioner: Provisioner;
  /** Waits for the changes under way, then lets go of the journal: what is open is settled by the next process. */
  close(): Promise<void>;
}

/** Everything that changes the pool, put together. Neither journal nor audit log is opened before the first change. */
export function createProvisioning(
  config: Config,
  directory: Directory & DirectoryWriter,
  now: () => number,
): Provisioning {
  const { poolId, stateDir, userIdKind, provisioning } = config;
  const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
    await sleep(ms, undefined, { signal });
  };
  const journal = lazyJournal(
    () => openJournal({ dir: stateDir, poolId, now, sleep: pause }),
    () => existsSync(join(stateDir, `${poolId}.journal.db`)),
  );
  const provisioner = createProvisioner({
    directory,
    poolId,
    userIdKind,
    guard: provisioning,
    journal,
    audit: lazyAuditLog(() => openAuditLog({ path: auditPath(config), now })),
    now,
    newId: randomUUID,
    randomBelow: (bound) => randomInt(bound),
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
    sleep: pause,
  });
  return {
    provisioner,
    async close() {
      await provisioner.idle();
      journal.end();
    },
  };
}

/** Where the pool's audit log stands. */
export function auditPath({ stateDir, poolId }: Pick<Config, "stateDir" | "poolId">): string {
  return join(stateDir, `${poolId}.audit.jsonl`);
}

function lazyAuditLog(open: () => AuditLog): AuditLog {
  let opened: AuditLog | undefined;
  return {
    append(record) {
      opened ??= open();
      opened.append(record);
    },
  };
}
