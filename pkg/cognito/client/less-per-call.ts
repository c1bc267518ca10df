// What the SDK makes for each call although it is the same each time.
import { randomUUID } from "node:crypto";
import type { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";

type Signer = Awaited<ReturnType<CognitoIdentityProviderClient["config"]["signer"]>>;

const USER_AGENT: ReadonlySet<string> = new Set(["user-agent", "x-amz-user-agent"]);

/** Sends the same requests as before. For a client without retries. */
export function makeLessPerCall(sdk: CognitoIdentityProviderClient): void {
  keepSigners(sdk);
  keepUserAgent(sdk);
  leaveOutRetries(sdk);
}

/** The SDK copies all its settings into a new signer at each request. A signer asks for the credentials each time. */
function keepSigners({ config }: CognitoIdentityProviderClient): void {
  const make = config.signer;
  const signers = new Map<string, Signer>();
  config.signer = async (scheme) => {
    const key = `${scheme?.signingRegion ?? ""} ${scheme?.signingName ?? ""}`;
    const signer = signers.get(key) ?? (await make(scheme));
    signers.set(key, signer);
    return signer;
  };
}

/** The SDK puts it together for the first request. */
function keepUserAgent({ middlewareStack }: CognitoIdentityProviderClient): void {
  function keep(first: Record<string, string>): void {
    const kept = Object.fromEntries(Object.entries(first).filter(([name]) => USER_AGENT.has(name)));
    middlewareStack.remove("rememberUserAgent");
    middlewareStack.add(
      (next) => async (args) => {
        Object.assign(headersOf(args.request) ?? {}, kept);
        return await next(args);
      },
      { step: "build", priority: "low", name: "getUserAgentMiddleware", override: true },
    );
  }
  middlewareStack.add(
    (next) => async (args) => {
      const headers = headersOf(args.request);
      if (headers?.["user-agent"] !== undefined) keep(headers);
      return await next(args);
    },
    // Of the same step and priority, so that it runs after the SDK's.
    { step: "build", priority: "low", name: "rememberUserAgent" },
  );
}

/** A retry of the SDK would take no turn (COGNITO-2), so that nothing is left of it but its headers. */
function leaveOutRetries({ middlewareStack }: CognitoIdentityProviderClient): void {
  middlewareStack.add(
    (next) => async (args) => {
      const headers = headersOf(args.request);
      if (headers !== undefined) {
        headers["amz-sdk-invocation-id"] = randomUUID();
        headers["amz-sdk-request"] = "attempt=1; max=1";
      }
      return await next(args);
    },
    { step: "finalizeRequest", priority: "high", name: "retryMiddleware", override: true },
  );
}

function headersOf(request: unknown): Record<string, string> | undefined {
  if (typeof request !== "object" || request === null || !("headers" in request)) return undefined;
  const { headers } = request;
  return isTexts(headers) ? headers : undefined;
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null;
}
