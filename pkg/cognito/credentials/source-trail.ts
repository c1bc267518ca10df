import type { NodeHttpHandler } from "@smithy/node-http-handler";
import { withoutMetadataLimits } from "./metadata-limit.ts";

/** The sources of the AWS SDK's chain. */
export type CredentialSource =
  | "environment"
  | "profile"
  | "process"
  | "sso"
  | "web-identity"
  | "container"
  | "instance";

/** A request of a source that failed: no answer, or an answer that is an error. */
export interface SourceRequest {
  readonly host: string;
  readonly error: unknown;
  readonly status: number | undefined;
}

/** One thing that the chain tried. */
export interface TrailStep {
  readonly source: CredentialSource;
  /** What the SDK says of its failure; empty if it said nothing. */
  readonly texts: string[];
}

/**
 * What the SDK's chain of sources did in one pass. The chain throws away the failure of every source but the last, and
 * ends with "Could not load credentials from any providers". Its log and the requests of its clients tell the rest.
 */
export interface SourceTrail {
  readonly steps: readonly TrailStep[];
  /** The failed request that came last. */
  failedRequest(): SourceRequest | undefined;
  readonly logger: Record<
    "trace" | "debug" | "info" | "warn" | "error",
    (...words: readonly unknown[]) => void
  >;
  /** The handler, observed. */
  readonly requestHandler: Pick<
    NodeHttpHandler,
    "handle" | "metadata" | "destroy" | "updateHttpClientConfig" | "httpHandlerConfigs"
  >;
}

/** Which line of the SDK's log begins which source. A profile may lead to a process or to SSO. */
const BEGINS: readonly (readonly [RegExp, CredentialSource])[] = [
  [/defaultProvider::fromEnv/, "environment"],
  [/defaultProvider::fromIni|source_profile=/, "profile"],
  [/credential-provider-process - fromProcess/, "process"],
  [/credential-provider-sso - fromSSO/, "sso"],
  [/credential-provider-web-identity - from/, "web-identity"],
  [/remoteProvider::fromHttp/, "container"],
  [/remoteProvider::fromInstanceMetadata/, "instance"],
];

export function createSourceTrail(handler: NodeHttpHandler): SourceTrail {
  const steps: TrailStep[] = [];
  let failed: SourceRequest | undefined;

  const record = (...words: readonly unknown[]): void => {
    const line = words.filter((word) => typeof word === "string").join(" ");
    const [, failure] = /^@smithy\/property-provider (?:->|\(!\)) ([^]*)$/.exec(line) ?? [];
    if (failure !== undefined) {
      steps.at(-1)?.texts.push(failure);
      return;
    }
    const source = BEGINS.find(([pattern]) => pattern.test(line))?.[1];
    if (source !== undefined) steps.push({ source, texts: [] });
  };

  return {
    steps,
    failedRequest: () => failed,
    logger: { trace: record, debug: record, info: record, warn: record, error: record },
    requestHandler: {
      metadata: handler.metadata,
      async handle(request, options) {
        const host = request.hostname;
        try {
          const answer = await withoutMetadataLimits(() => handler.handle(request, options));
          const { statusCode: status } = answer.response;
          failed = status >= 400 ? { host, error: undefined, status } : undefined;
          return answer;
        } catch (error) {
          failed = { host, error, status: undefined };
          throw error;
        }
      },
      // The sockets are shared with the calls to Cognito.
      destroy: () => {},
      updateHttpClientConfig: (key, value) => handler.updateHttpClientConfig(key, value),
      httpHandlerConfigs: () => handler.httpHandlerConfigs(),
    },
  };
}
