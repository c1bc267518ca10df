import { request } from "node:http";
import { dialableHost, formatListenAddress } from "../../core/listen-address.ts";
import { errnoOf, isRecord } from "../../core/unknown.ts";

interface HealthCheckRequest {
  /** The address that the service listens on. For 0.0.0.0 and :: the request goes to this machine. */
  readonly bindAddress: string;
  readonly port: number;
  /** Default `ready`. */
  readonly endpoint?: "health" | "ready" | "live" | undefined;
  /** Default 8 000: longer than a check of AWS takes, and shorter than the ten seconds of the container image. */
  readonly timeoutMs?: number | undefined;
}

interface HealthCheckResult {
  readonly ok: boolean;
  /** The URL of the request. */
  readonly url: string;
  /** One line: the answer of the service, or why there is none. */
  readonly detail: string;
}

const DEFAULT_TIMEOUT_MS = 8_000;
const MAX_PAGE_BYTES = 64 * 1024;

/** One request to a running service. Never rejects: a failure is a result. */
export async function healthCheck(ask: HealthCheckRequest, signal: AbortSignal): Promise<HealthCheckResult> {
  const { bindAddress, port, endpoint = "ready", timeoutMs = DEFAULT_TIMEOUT_MS } = ask;
  const address = { kind: "tcp", host: dialableHost(bindAddress), port } as const;
  const url = `http://${formatListenAddress(address)}/${endpoint}`;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const { status, body } = await get(url, AbortSignal.any([signal, timeout]));
    return { ok: status === 200, url, detail: detailOf(body) ?? `answered with HTTP status ${status}` };
  } catch (error) {
    if (signal.aborted) return { ok: false, url, detail: "canceled" };
    if (timeout.aborted) return { ok: false, url, detail: `no answer within ${timeoutMs} ms` };
    const code = errnoOf(error) || "unknown reason";
    return {
      ok: false,
      url,
      detail: `cannot be reached (${code}); is connector serve --health-check running?`,
    };
  }
}

function get(url: string, signal: AbortSignal): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, signal }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        body += text;
        if (body.length > MAX_PAGE_BYTES) response.destroy(new Error("the answer is not a health page"));
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

/** Status and reason of a health page; undefined for any other body. */
function detailOf(body: string): string | undefined {
  try {
    const page: unknown = JSON.parse(body);
    if (!isRecord(page) || !("status" in page)) return undefined;
    const { status, reason } = page;
    return `${String(status)}${typeof reason === "string" ? `: ${reason}` : ""}`;
  } catch {
    return undefined;
  }
}
