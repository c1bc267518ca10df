import { isAwsHost } from "../../core/aws-host.ts";
import { GovernanceError } from "../../core/errors.ts";
import { isLoopbackHost } from "../../core/listen-address.ts";

/** The request was not sent. */
export class RefusedEndpoint extends GovernanceError {}

export interface EndpointGuardOptions {
  /** The endpoint that a setting names: the settings have been checked, and the operator has seen a warning. */
  readonly endpoint: string | undefined;
  readonly insecure: boolean;
  /** Called once for each host that is not AWS's, before the first request to it. */
  readonly onForeignHost: ((host: string) => void) | undefined;
}

export interface EndpointGuard {
  /** Throws `failed-precondition` before a request would leave this machine in plain text. */
  check(request: { readonly protocol: string; readonly hostname: string }): void;
}

/**
 * The SDK reads endpoints from places that are not settings of ours: the shared config file, and variables for STS and the
 * like. A request that was signed for AWS goes there with its credentials.
 */
export function createEndpointGuard(options: EndpointGuardOptions): EndpointGuard {
  const known = new Set<string>([URL.parse(options.endpoint ?? "")?.hostname ?? ""]);
  return {
    check({ protocol, hostname }) {
      const local = isLoopbackHost(hostname);
      if (protocol !== "https:" && !local && !options.insecure) {
        throw new RefusedEndpoint(
          "failed-precondition",
          `the AWS configuration names the endpoint ${protocol}//${hostname}, which is not on this machine and has no TLS; correct endpoint_url in the AWS config file and AWS_ENDPOINT_URL_* in the environment, or add --insecure`,
        );
      }
      if (known.has(hostname) || isAwsHost(hostname)) return;
      known.add(hostname);
      options.onForeignHost?.(hostname);
    },
  };
}
