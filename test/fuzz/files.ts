// The files that operators write and that other programs may have changed.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { readBatch } from "../../pkg/apply/file/read-batch.ts";
import { openAuditLog } from "../../pkg/ops/audit/audit-log.ts";
import { recordOf } from "../../pkg/ops/audit/testing.fixture.ts";
import { openBatchRecord, readBatchRecord } from "../../pkg/store/batch/batch-record.ts";
import { openJournal } from "../../pkg/store/journal/journal.ts";
import { journalDatabasePath } from "../../pkg/store/journal/state-directory.ts";
import { never, POOL_ID, publishPool, storeOptions } from "../support/store-run.ts";
import { mutated, pagesMutated } from "./mutate.ts";
import { type MakeSubject, type Outcome, PLANTED, readByCommand } from "./subject.ts";

const POOL = "us-east-1_Ab129faBb";
const sleep = async (): Promise<void> => {};

const YAML = Buffer.from(`# settings
user-pool-id: ${POOL}
region: us-east-1
rate: {UserList: 30, UserRead: 5}
groups-allow: ["app-*", &a team-?]
client-metadata: {ticket: "${PLANTED}"}
client-secret: client@id:tenant:v1:${PLANTED}
aws-access-key-id: AKIDEXAMPLE1234567890
aws-secret-access-key: "${PLANTED}"
listen: 127.0.0.1:50051
provisioning: true
sync-every: 1h
log-level-debug-expires-at: 2026-11-21T18:00:00Z
https-proxy: http://ann:${PLANTED}@proxy.example:3128
`);

export const settings: MakeSubject = (folder) => ({
  read(random) {
    const bytes = withoutMovedSecrets(mutated(YAML, random));
    return readByCommand(folder, "settings.yaml", bytes, ["config", "show", "--config", "FILE"]);
  },
});

/** A value that is not secret may be quoted, so the secret is kept only in the lines of settings that hold one. */
function withoutMovedSecrets(yaml: Buffer): Buffer {
  const lines = yaml.toString("latin1").split("\n");
  const isSecret = /^(?:client-metadata|client-secret|aws-secret-access-key|https-proxy): /;
  const kept = lines.map((line) => (isSecret.test(line) ? line : line.replaceAll(PLANTED, "moved")));
  return Buffer.from(kept.join("\n"), "latin1");
}

const CSV = Buffer.from(
  "action,user,group,login,email,attribute:name\n" +
    "grant,ann,readers,,,\nrevoke,bob,writers,,,\ncreate,,,carl,carl@example.com,Carl\n",
);
const JSONL = Buffer.from(
  '{"action":"grant","user":"ann","group":"readers"}\n{"action":"create","login":"carl","attribute:name":"Carl"}\n',
);

export const batch: MakeSubject = () => ({
  read(random) {
    const { problems } = readBatch(mutated(random.once(2) ? CSV : JSONL, random));
    return problems.length > 0 ? "refused" : "read";
  },
});

/** What a stopped batch has left. */
export const batchRecord: MakeSubject = (folder) => {
  const fileHash = createHash("sha256").update("batch").digest("hex");
  const options = { dir: folder, poolId: POOL, fileHash, now: Date.now };
  const path = join(folder, `${POOL}.apply-${fileHash.slice(0, 16)}.jsonl`);
  const record = openBatchRecord(options, true);
  record.close();
  const valid = Buffer.concat([
    readFileSync(path),
    Buffer.from('{"row":1,"state":"begun"}\n{"row":1,"state":"done"}\n'),
  ]);
  return {
    read(random) {
      writeFileSync(path, mutated(valid, random));
      readBatchRecord(options);
      openBatchRecord(options, false).close();
      return "read";
    },
  };
};

export const auditLog: MakeSubject = (folder) => {
  const path = join(folder, `${POOL}.audit.jsonl`);
  const log = openAuditLog({ path, now: Date.now });
  for (const id of ["one", "two", "three"]) log.append(recordOf(id));
  const valid = readFileSync(path);
  const where = [`--user-pool-id=${POOL}`, `--state-dir=${folder}`];
  return {
    async read(random): Promise<Outcome> {
      const bytes = mutated(valid, random);
      const command = random.pick(["verify", "show"]);
      const outcome = await readByCommand(folder, `${POOL}.audit.jsonl`, bytes, ["audit", command, ...where]);
      openAuditLog({ path, now: Date.now }).append(recordOf(`later-${random.below(1e9)}`));
      return outcome;
    },
  };
};

const MAGIC = Buffer.from("C1ZF\0");

export const syncFile: MakeSubject = async (folder) => {
  const options = storeOptions(folder);
  const people = ["ann", "bob", "carl"];
  await publishPool(options, { users: people, groups: { readers: people, writers: ["ann"] } });
  const packed = readFileSync(options.file);
  const database = zstdDecompressSync(packed.subarray(MAGIC.length));
  const target = join(folder, "hostile.c1z");
  return {
    async read(random): Promise<Outcome> {
      // Inside the database too: most changes of the packed bytes only break its checksum.
      const bytes = random.once(3)
        ? mutated(packed, random)
        : Buffer.concat([MAGIC, zstdCompressSync(pagesMutated(database, random))]);
      const what = random.pick(["runs", "users", "groups", "memberships"]);
      const output = random.pick(["table", "json", "jsonl", "csv"]);
      const args = ["inspect", "FILE", what, `--output=${output}`];
      const outcome = await readByCommand(folder, "hostile.c1z", bytes, args);
      await publishPool({ ...options, file: target }, { users: people, groups: { readers: people } });
      return outcome;
    },
  };
};

export const journal: MakeSubject = async (folder) => {
  const valid = await journalWithChanges(join(folder, "first"));
  const dir = join(folder, "hostile");
  return {
    async read(random): Promise<Outcome> {
      rmSync(dir, { recursive: true, force: true });
      mkdirSync(dir, { mode: 0o700 });
      copyFileSync(join(folder, "first", `${POOL_ID}.journal.key`), join(dir, `${POOL_ID}.journal.key`));
      if (random.once(8)) {
        const key = readFileSync(join(dir, `${POOL_ID}.journal.key`));
        writeFileSync(join(dir, `${POOL_ID}.journal.key`), mutated(key, random));
      }
      const bytes = random.once(20) ? mutated(valid, random) : pagesMutated(valid, random);
      writeFileSync(journalDatabasePath(dir, POOL_ID), bytes, { mode: 0o600 });
      const opened = openJournal({ dir, poolId: POOL_ID, now: Date.now, bootClock: BOOT, sleep });
      try {
        opened.status();
        opened.spent("deletions", Date.now());
        for (const { id } of opened.claimOrphans()) opened.close(id, () => undefined);
        await opened.begin(change("new"), never);
        opened.stepEnded("new", opened.stepBegun("new", "AdminDisableUser", false), DONE);
        opened.close("new", () => undefined);
      } finally {
        opened.end();
      }
      return "read";
    },
  };
};

const BOOT = { boot: "boot", upMs: () => performance.now() };

const DONE = { state: "done", requestId: "r-1", code: undefined, reason: undefined } as const;

const change = (id: string) =>
  ({
    id,
    kind: "disable-user",
    lock: `user:${id}`,
    beganAtMs: Date.now(),
    requester: { via: "cli", name: "ann" },
    target: { user: id },
  }) as const;

/** The database after a process that left changes open. */
async function journalWithChanges(dir: string): Promise<Buffer> {
  const opened = openJournal({ dir, poolId: POOL_ID, now: Date.now, bootClock: BOOT, sleep });
  for (const id of ["one", "two", "three"]) {
    await opened.begin(change(id), never);
    opened.note(id, { hints: { login: PLANTED, times: 3 }, undo: { members: ["a", "b"] } });
    opened.spend(id, [{ budget: "disables", limit: 10 }], Date.now());
    opened.stepBegun(id, "AdminDisableUser", false);
  }
  opened.end();
  const path = journalDatabasePath(dir, POOL_ID);
  const database = new DatabaseSync(path);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  return readFileSync(path);
}
