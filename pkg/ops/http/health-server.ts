// The HTTP endpoint of health and metrics, on node:http alone: six fixed GET pages need no framework. Anybody who reaches
// the port may call it, so heads are small, bodies are not read, and connections are few and closed when idle.
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { MonotonicClock } from "../../core/clock.ts";
import { errnoOf } from "../../core/unknown.ts";
import { bindFailure } from "../../listener/bind-failure.ts";
import { boundUnanswered } from "../../listener/bound-unanswered.ts";
import { limitConnections } from "../../listener/limit-connections.ts";
import { errorPage, HEALTH_PAGES, type HealthPage, type HealthSources } from "./health-pages.ts";
import { boundScrapes } from "./scrapes.ts";

export interface HealthServerOptions extends Omit<HealthSources, "metrics"> {
  /** The metrics in the text format of Prometheus. */
  readonly metrics: () => Promise<string>;
  readonly monotonic: MonotonicClock;
  /** IP address or name, IPv6 without brackets. */
  readonly bindAddress: string;
  /** 0: the system chooses a free port. */
  readonly port: number;
  /** How errors name the two settings; by default by their names. */
  readonly labels?: Readonly<Record<"health-check-port" | "health-check-bind-address", string>> | undefined;
  /** Called when a page could not be made, which should not happen. */
  readonly onError?: ((error: unknown) => void) | undefined;
  readonly limits?: Partial<HealthLimits> | undefined;
}

interface HealthLimits {
  /** From the first byte of a request to the end of its head. */
  readonly headMs: number;
  /** Without a byte in either direction, in a request or between two. */
  readonly idleMs: number;
  readonly connections: number;
}

export interface HealthServer {
  /** Listens on the address. Rejects with one line that names it and says why it cannot be used. */
  listen(): Promise<{ readonly host: string; readonly port: number }>;
  /** Closes idle connections at once, the others after `graceMs`. Always resolves; may be called again. */
  close(graceMs: number): Promise<void>;
}

const LIMITS: HealthLimits = { headMs: 5_000, idleMs: 15_000, connections: 256 };
const MAX_HEAD_BYTES = 8 * 1024;
const MAX_URL_CHARACTERS = 1024;
/** Of one connection. */
const MOST_UNANSWERED = 8;

export function createHealthServer(options: HealthServerOptions): HealthServer {
  const { bindAddress, port, onError = () => {} } = options;
  const limits = { ...LIMITS, ...options.limits };
  const server = createServer({
    maxHeaderSize: MAX_HEAD_BYTES,
    // Node.js would answer a request without a host by itself, and each of thousands.
    requireHostHeader: false,
    headersTimeout: limits.headMs,
    requestTimeout: limits.headMs,
    // How often Node checks the two limits above; the default is 30 s.
    connectionsCheckingInterval: Math.min(1000, limits.headMs),
    keepAliveTimeout: limits.idleMs,
  });
  server.setTimeout(limits.idleMs);
  server.maxHeadersCount = 64;
  limitConnections({ connections: limits.connections, victims: "all" })(server);
  const sources = { ...options, metrics: boundScrapes(options.metrics, options.monotonic) };
  let closed: Promise<void> | undefined;

  boundUnanswered(MOST_UNANSWERED)(server, (request, response) => void respond(request, response));

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let page: HealthPage;
    try {
      page = await pageFor(request, sources);
    } catch (error) {
      onError(error);
      page = errorPage(500, "internal error: see the log of the connector");
    }
    if (page.status === 405) response.setHeader("allow", "GET, HEAD");
    // A body is not read, so the connection cannot be used again.
    if (closed !== undefined || hasBody(request)) response.setHeader("connection", "close");
    response.writeHead(page.status, {
      "content-type": page.type,
      "content-length": Buffer.byteLength(page.body),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
    response.end(page.body);
  }

  async function shutDown(graceMs: number): Promise<void> {
    if (!server.listening) return;
    const serverClosed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    await serverClosed;
    clearTimeout(timer);
  }

  return {
    async listen() {
      await listenOn(server, options);
      const address = server.address();
      return {
        host: bindAddress,
        port: typeof address === "object" && address !== null ? address.port : port,
      };
    },
    close(graceMs) {
      closed ??= shutDown(graceMs);
      return closed;
    },
  };
}

async function pageFor(request: IncomingMessage, sources: HealthSources): Promise<HealthPage> {
  const { method, url = "", headers, httpVersion } = request;
  if (headers.host === undefined && httpVersion === "1.1")
    return errorPage(400, "the header host is missing");
  if (url.length > MAX_URL_CHARACTERS) return errorPage(414, "the path is too long");
  const page = HEALTH_PAGES.get(url.split("?", 1)[0] ?? "");
  if (page === undefined) return errorPage(404, `there is only ${[...HEALTH_PAGES.keys()].join(", ")}`);
  if (method !== "GET" && method !== "HEAD") return errorPage(405, "only GET and HEAD are supported");
  return await page(sources);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0;
}

const OF_THE_PORT: ReadonlySet<string> = new Set(["EADDRINUSE", "EACCES", "EPERM"]);

function listenOn(
  server: Server,
  { bindAddress: host, port, labels }: Pick<HealthServerOptions, "bindAddress" | "port" | "labels">,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      const setting = OF_THE_PORT.has(errnoOf(error)) ? "health-check-port" : "health-check-bind-address";
      reject(bindFailure(labels?.[setting] ?? setting, { kind: "tcp", host, port }, error));
    };
    server.once("error", onError);
    server.listen({ host, port }, () => {
      server.off("error", onError);
      resolve();
    });
  });
}
