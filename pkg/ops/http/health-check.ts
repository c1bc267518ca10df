import { request } from "node:http";
import { dialableHost, formatListenAddress } from "../../core/listen-address.ts";
import { errnoOf, isRecord } from "../../core/unknown.ts";

interface HealthCheckRequest {
  /** The address that the service listens on; 0.0.0.0 and :: are asked at this machine. */
  readonly bindAddress: string;
  readonly port: number;
  /** Default `ready`. */
  readonly endpoint?: "health" | "ready" | "live" | undefined;
  /** Default 5 000. */
  readonly timeoutMs?: number | undefined;
}

interface HealthCheckResult {
  readonly ok: boolean;
  /** The endpoint that was asked. */
  readonly url: string;
  /** One line: what the service said, or why it said nothing. */
  readonly detail: string;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const MAX_PAGE_BYTES = 64 * 1024;

/** Asks a running service once. Never rejects: what keeps it from answering is the result. */
export async function healthCheck(ask: HealthCheckRequest, signal: AbortSignal): Promise<HealthCheckResult> {
  const { bindAddress, port, endpoint = "ready", timeoutMs = DEFAULT_TIMEOUT_MS } = ask;
  const address = { kind: "tcp", host: dialableHost(bindAddress), port } as const;
  const url = `http://${formatListenAddress(address)}/${endpoint}`;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const { status, body } = await get(url, AbortSignal.any([signal, timeout]));
    return { ok: status === 200, url, detail: detailOf(body) ?? `answered with HTTP status ${status}` };
  } catch (error) {
    if (signal.aborted) return { ok: false, url, detail: "given up" };
    if (timeout.aborted) return { ok: false, url, detail: `no answer within ${timeoutMs} ms` };
    const code = errnoOf(error) || "unknown reason";
    return {
      ok: false,
      url,
      detail: `cannot be asked (${code}); is connector serve --health-check running?`,
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
        if (body.length > MAX_PAGE_BYTES) response.destroy(new Error("the answer is no health page"));
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

/** The words of a page of ours; nothing for any other body. */
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
