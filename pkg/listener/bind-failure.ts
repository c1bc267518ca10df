import { GovernanceError } from "../core/errors.ts";
import { formatListenAddress, type ListenAddress } from "../core/listen-address.ts";
import { errnoOf } from "../core/unknown.ts";

/** Why an address cannot be opened, in one line: the setting that names it, the address, and the cure. */
export function bindFailure(setting: string, address: ListenAddress, error: Error): GovernanceError {
  const isUnix = address.kind === "unix";
  const target = formatListenAddress(address);
  const code = errnoOf(error) || "unknown reason";
  if (code === "EADDRINUSE") {
    const cure = `stop it or choose another ${isUnix ? "path" : "port"}`;
    return new GovernanceError(
      "failed-precondition",
      `${setting}: ${target} is in use by another program; ${cure}`,
      { cause: error },
    );
  }
  if (code === "EACCES" || code === "EPERM") {
    // A missing folder is reported with the same code.
    const cure = isUnix ? "its folder must exist and be writable" : "choose a port from 1024 up";
    return new GovernanceError("permission-denied", `${setting}: this user may not open ${target}; ${cure}`, {
      cause: error,
    });
  }
  return new GovernanceError(
    "failed-precondition",
    `${setting}: ${target} cannot be opened (${code}); choose another address`,
    { cause: error },
  );
}
