import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { SyncFileSearch } from "../../../../pkg/config/operation.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import {
  GROUP_TYPE,
  memberEntitlementId,
  membershipGrantId,
  USER_TYPE,
} from "../../../../pkg/protocol/ids.ts";
import type { EntitlementSchema, GrantSchema } from "../../../../pkg/protocol/messages.ts";
import { readSyncFile } from "../../../../pkg/store/read-sync-file.ts";

type EntitlementInit = MessageInitShape<typeof EntitlementSchema>;
type GrantInit = MessageInitShape<typeof GrantSchema>;

const ENTITLEMENT_FORM = memberEntitlementId("<name>");
const [BEFORE_NAME = "", AFTER_NAME = ""] = ENTITLEMENT_FORM.split("<name>");
const GRANT_FORM = membershipGrantId("<name>", "<user id>");
const BEFORE_USER = GRANT_FORM.slice(BEFORE_NAME.length + "<name>".length, -"<user id>".length);

/** The entitlement with this id: the name of its group is all between the two fixed ends. */
export function entitlementOf(id: string): EntitlementInit {
  const name = id.slice(BEFORE_NAME.length, -AFTER_NAME.length);
  if (name === "" || memberEntitlementId(name) !== id) {
    throw new GovernanceError(
      "not-found",
      `grant-entitlement: there is no entitlement ${JSON.stringify(id)}; those of this connector are ${ENTITLEMENT_FORM}`,
    );
  }
  return { id, resource: { id: { resourceType: GROUP_TYPE, resource: name } } };
}

/**
 * The grant with this id. An id that can be read in one way needs no file, which may be large and old. Names may contain
 * colons: for any other id the sync file is searched.
 */
export async function grantOf(id: string, search: SyncFileSearch, signal: AbortSignal): Promise<GrantInit> {
  const readings = readingsOf(id);
  const [only] = readings;
  if (only !== undefined && readings.length === 1) return only;
  const found = await grantInFile(id, search, signal);
  if (found !== undefined) return found;
  throw only === undefined
    ? new GovernanceError(
        "not-found",
        `revoke-grant: there is no grant ${JSON.stringify(id)} in ${search.file}; those of this connector are ${GRANT_FORM}`,
      )
    : new GovernanceError(
        "invalid-argument",
        `revoke-grant: ${JSON.stringify(id)} can be read in two ways, and is not in ${search.file}; sync into this file, or use "connector revoke"`,
      );
}

function readingsOf(id: string): readonly GrantInit[] {
  const readings: GrantInit[] = [];
  for (let at = id.indexOf(BEFORE_USER); at >= 0; at = id.indexOf(BEFORE_USER, at + 1)) {
    const name = id.slice(BEFORE_NAME.length, at);
    const user = id.slice(at + BEFORE_USER.length);
    if (name === "" || user === "" || membershipGrantId(name, user) !== id) continue;
    readings.push({
      id,
      entitlement: entitlementOf(memberEntitlementId(name)),
      principal: { id: { resourceType: USER_TYPE, resource: user } },
    });
  }
  return readings;
}

async function grantInFile(
  id: string,
  { file, tempDir = tmpdir() }: SyncFileSearch,
  signal: AbortSignal,
): Promise<GrantInit | undefined> {
  if (!existsSync(file)) return undefined;
  const sync = await readSyncFile({ file, tempDir, tempSetting: "--c1z-temp-dir" }, signal);
  try {
    const newest = sync.runs().find(({ endedAt }) => endedAt !== undefined);
    if (newest === undefined) return undefined;
    for (const grant of sync.grants(newest.syncId)) {
      signal.throwIfAborted();
      if (grant.id === id) return grant;
    }
    return undefined;
  } finally {
    sync.close();
  }
}
