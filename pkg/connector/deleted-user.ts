import type { Directory } from "../core/directory.ts";
import { GovernanceError } from "../core/errors.ts";
import type { User } from "../core/user.ts";

/** As `Connector.isUserGone`. */
export async function isDeleted(
  directory: Pick<Directory, "getUser" | "findUsers">,
  { sub, username }: User,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return (await directory.getUser(username, signal)).sub !== sub;
  } catch (error) {
    if (!(error instanceof GovernanceError)) throw error;
    if (error.reason === "user-gone") return true;
    if (error.code !== "permission-denied" && error.code !== "unimplemented") throw error;
    return (await directory.findUsers("sub", sub, signal)).length === 0;
  }
}
