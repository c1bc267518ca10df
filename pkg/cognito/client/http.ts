import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { getCACertificates } from "node:tls";
import { NodeHttpHandler, type NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import type { ProxyOptions } from "../options.ts";
import { SILENT_LOGGER } from "../silent-logger.ts";
import { limitedBody } from "./answer-limit.ts";
import type { AnswerTurns } from "./answer-turns.ts";
import type { EndpointGuard } from "./endpoint-guard.ts";
import { expectBody } from "./listing-answers.ts";

// The category with the highest quota (120 per second) needs 240 at 2 s per call. The limiter bounds concurrency.
const MAX_SOCKETS = 512;

interface HttpOptions {
  readonly proxy: ProxyOptions | undefined;
  readonly caBundle: string | undefined;
  readonly connectTimeoutMs: number;
  readonly httpTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly endpoints: EndpointGuard;
  readonly answerTurns: AnswerTurns;
}

/** Of the calls to Cognito, and of those for credentials. */
interface RequestHandlers {
  /** Bodies are limited by `collectAnswer`, which the client reads them by. */
  readonly cognito: NodeHttpHandler;
  readonly credentials: NodeHttpHandler;
}

/** Both use the same sockets. Node itself does the proxying; nothing here reads the environment. */
export function createRequestHandlers({
  proxy,
  caBundle,
  connectTimeoutMs,
  httpTimeoutMs,
  idleTimeoutMs,
  endpoints,
  answerTurns,
}: HttpOptions): RequestHandlers {
  const agentOptions = {
    keepAlive: true,
    maxSockets: MAX_SOCKETS,
    ...(proxy === undefined ? {} : { proxyEnv: proxyEnv(proxy) }),
  };
  const handlerOptions = {
    httpAgent: new HttpAgent(agentOptions),
    httpsAgent: new HttpsAgent({
      ...agentOptions,
      // What NODE_EXTRA_CA_CERTS adds stays trusted.
      ...(caBundle === undefined ? {} : { ca: [caBundle, ...getCACertificates("extra")] }),
    }),
    connectionTimeout: connectTimeoutMs,
    requestTimeout: httpTimeoutMs,
    socketTimeout: idleTimeoutMs,
    // Without this the handler only logs that the time has passed.
    throwOnRequestTimeout: true,
    logger: SILENT_LOGGER,
  };
  return {
    cognito: new GuardedHandler(endpoints, handlerOptions, (body, hostname) => {
      expectBody(body, hostname, answerTurns);
      return body;
    }),
    credentials: new GuardedHandler(endpoints, handlerOptions, limitedBody),
  };
}

type WatchBody = (body: unknown, hostname: string) => unknown;

/** Sees every request of the SDK, also those to an endpoint that its own configuration names. */
class GuardedHandler extends NodeHttpHandler {
  readonly #endpoints: EndpointGuard;
  readonly #watchBody: WatchBody;

  constructor(endpoints: EndpointGuard, options: NodeHttpHandlerOptions, watchBody: WatchBody) {
    super(options);
    this.#endpoints = endpoints;
    this.#watchBody = watchBody;
  }

  override async handle(
    ...args: Parameters<NodeHttpHandler["handle"]>
  ): ReturnType<NodeHttpHandler["handle"]> {
    const [request] = args;
    this.#endpoints.check(request);
    const answer = await super.handle(...args);
    answer.response.body = this.#watchBody(answer.response.body, request.hostname);
    return answer;
  }
}

function proxyEnv({ httpsProxy, httpProxy, noProxy }: ProxyOptions): NodeJS.ProcessEnv {
  return {
    ...(httpsProxy === undefined ? {} : { HTTPS_PROXY: httpsProxy }),
    ...(httpProxy === undefined ? {} : { HTTP_PROXY: httpProxy }),
    ...(noProxy === undefined ? {} : { NO_PROXY: noProxy }),
  };
}
