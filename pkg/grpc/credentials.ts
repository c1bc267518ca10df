import { ServerCredentials } from "@grpc/grpc-js";
import { GovernanceError } from "../core/errors.ts";
import { isLocal, type ListenAddress } from "./address.ts";

/** Plaintext, for this machine only: everybody's data and no question who asks must not go onto a network. */
export function serverCredentials(address: ListenAddress): ServerCredentials {
  if (!isLocal(address)) {
    throw new GovernanceError(
      "invalid-argument",
      `listen: ${address.target} can be reached from other machines, and the service has no TLS; ` +
        "listen on 127.0.0.1, [::1], localhost or unix:/path",
    );
  }
  return ServerCredentials.createInsecure();
}
