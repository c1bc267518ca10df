import type { EpochClock, EpochMs } from "../core/clock.ts";
import type { Directory } from "../core/directory.ts";
import type { Operation } from "../core/operations.ts";
import type { ConnectorCapabilities } from "../protocol/messages.ts";
import { capabilities } from "./capabilities.ts";
import type { Offers } from "./connector.ts";

/** What a claimed capability needs. CreateGroup is not asked about: no call is certain to create nothing on every server. */
const ASKED_ABOUT: readonly Operation[] = [
  "DescribeUserPool",
  "AdminGetUser",
  "AdminListGroupsForUser",
  "AdminAddUserToGroup",
  "AdminRemoveUserFromGroup",
  "AdminCreateUser",
  "AdminDeleteUser",
  "AdminSetUserPassword",
  "UpdateGroup",
  "DeleteGroup",
];

const FRESH_MS = 10 * 60_000;

/**
 * The capabilities that work: those that the operator has switched on and that IAM and the endpoint do not rule out, as it was at most ten
 * minutes ago. What cannot be found out is claimed.
 */
export function createClaims(
  directory: Pick<Directory, "probePermissions">,
  claimed: { readonly offers: Offers; readonly hasFeed: boolean },
  now: EpochClock,
): (signal: AbortSignal) => Promise<ConnectorCapabilities> {
  const { offers, hasFeed } = claimed;
  let known: { readonly denied: ReadonlySet<Operation>; readonly untilMs: EpochMs } | undefined;

  async function denied(signal: AbortSignal): Promise<ReadonlySet<Operation>> {
    if (known !== undefined && now() < known.untilMs) return known.denied;
    const probes = await directory.probePermissions(ASKED_ABOUT, signal);
    const operations = probes
      .filter(({ allowed }) => allowed === false || allowed === "unsupported")
      .map(({ operation }) => operation);
    // A policy that denies the other changes of groups is not taken to allow this one.
    if (["UpdateGroup", "DeleteGroup"].every((one) => operations.some((each) => each === one))) {
      operations.push("CreateGroup");
    }
    known = { denied: new Set(operations), untilMs: now() + FRESH_MS };
    return known.denied;
  }

  return async (signal) =>
    capabilities(offers, offers.provisioning ? await denied(signal) : new Set(), hasFeed);
}
