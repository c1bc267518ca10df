import { Agent, request } from "node:https";
import { GovernanceError } from "../core/errors.ts";
import type { AskToken, TokenAnswer } from "./access-token.ts";

export interface TokenEndpointOptions {
  /** Host and optional port. */
  readonly address: string;
  readonly userAgent: string;
  /** PEM of the CAs to trust; undefined: those of Node.js. */
  readonly ca: string | undefined;
  /** For HTTPS_PROXY and NO_PROXY. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const MAX_BODY_BYTES = 64 * 1024;
const PATIENCE_MS = 30_000;

/** `POST https://<host>/auth/v1/token`. */
export function tokenEndpoint({ address, userAgent, ca, env }: TokenEndpointOptions): AskToken {
  const url = new URL(`https://${address}/auth/v1/token`);
  const agent = new Agent({ ...(ca === undefined ? {} : { ca }), minVersion: "TLSv1.2", proxyEnv: env });
  return (form, signal) =>
    new Promise<TokenAnswer>((resolve, reject) => {
      const body = form.toString();
      const headers = {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": Buffer.byteLength(body),
        "user-agent": userAgent,
      };
      const either = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
      const sent = request(url, { method: "POST", agent, headers, signal: either }, (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.byteLength;
          if (bytes > MAX_BODY_BYTES) response.destroy(new Error("the answer is too long"));
          else chunks.push(chunk);
        });
        response.on("error", (error) => reject(unanswered(error, signal, address)));
        response.on("end", () => {
          const { statusCode = 0, headers: received } = response;
          resolve({ status: statusCode, date: received.date, body: Buffer.concat(chunks).toString("utf8") });
        });
      });
      sent.on("error", (error) => reject(unanswered(error, signal, address)));
      sent.end(body);
    });
}

function unanswered(error: NodeJS.ErrnoException, signal: AbortSignal, address: string): GovernanceError {
  if (signal.aborted) return GovernanceError.from(signal.reason);
  const isLate = error.name === "AbortError" || error.name === "TimeoutError";
  const why = isLate ? "no answer in time" : isUntrusted(error) ? UNTRUSTED : error.message;
  return new GovernanceError(
    "unavailable",
    `the platform's token endpoint at ${address} cannot be reached: ${why}`,
    {
      cause: error,
    },
  );
}

const UNTRUSTED =
  "its certificate is of no CA that is trusted here; name the PEM file of the CA with --ca-bundle or SSL_CERT_FILE";

function isUntrusted({ code = "" }: NodeJS.ErrnoException): boolean {
  return /SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY)/.test(code);
}
