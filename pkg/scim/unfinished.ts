import { isDeepStrictEqual } from "node:util";
import { GovernanceError } from "../core/errors.ts";
import type { ScimParts } from "./parts.ts";
import { foldCase } from "./protocol/fold.ts";
import { canonicalJson } from "./protocol/json.ts";
import type { KeptResource, KeptValues } from "./records.ts";
import type { ResourceKind, ScimResource } from "./resource.ts";
import { ScimError } from "./scim-error.ts";

/**
 * The same for a POST and its retry. The password has no part in it: a digest of it must not be on disk, and some clients send
 * another one.
 */
export function requestKey(
  { sha256 }: Pick<ScimParts, "sha256">,
  kind: ResourceKind,
  name: string,
  { password: _password, ...resource }: ScimResource,
): string {
  return sha256(`${kind}\n${foldCase(name)}\n${canonicalJson(resource)}`);
}

/** What comes after a creation in the pool. Its failure says what is there, and that a retry goes on with it. */
export async function afterMade<T>(what: "account" | "group", work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ScimError) throw error;
    const failure = GovernanceError.from(error);
    const made = `the ${what} was created; send the same request again to complete it`;
    throw failure.with({ appliedEffects: [made, ...failure.appliedEffects] });
  }
}

/** What is kept of a resource whose id the request has not recorded is of another request: the id is recorded first. */
export function isKeptByAnother(kept: KeptResource | undefined, own: KeptValues): boolean {
  if (kept === undefined) return false;
  const { externalId, displayName, values } = kept;
  return !isDeepStrictEqual({ externalId, displayName, values }, { ...own });
}

/** Whether the failed creation has left nothing in the pool, so that a retry begins again. */
export function isNotMade(error: unknown): boolean {
  const { reason, appliedEffects } = GovernanceError.from(error);
  return appliedEffects.length === 0 && reason !== "outcome-unknown";
}
