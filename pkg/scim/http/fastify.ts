// The only file that knows fastify: it reads heads and bodies, and sends answers. All routes are one here, since a path is
// read by endpoints.ts, as the paths within a Bulk request are.
import { Buffer } from "node:buffer";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { TLSSocket } from "node:tls";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { peerAddress } from "../../core/peer.ts";
import { ScimError, scimErrorOf } from "../scim-error.ts";
import { createAnswerBudget } from "./answer-budget.ts";
import { freeBytes } from "./free-bytes.ts";
import { closedByCaller, type ScimFront, type ScimHead, type Visit } from "./front.ts";
import type { ScimLimits } from "./limits.ts";
import type { ScimAnswer } from "./perform.ts";
import { socketPeer } from "./raw-answers.ts";

export interface ScimApp {
  readonly app: FastifyInstance;
  /** Aborts the requests under way, with this reason. */
  readonly abortAll: (reason: Error) => void;
}

interface Open {
  readonly visit: Visit;
  readonly abort: AbortController;
}

/** `newServer` gets what answers requests. Without it there is no server, and only `inject` works. */
export function createScimApp(
  front: ScimFront,
  limits: Pick<ScimLimits, "unreadMs" | "unreadBytes" | "bodyBytes">,
  onUnread: (peer: string) => void,
  newServer?: (answers: RequestListener) => Server,
): ScimApp {
  const open = new Map<FastifyRequest, Open>();
  const unread = createAnswerBudget(limits);
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    // The front answers requests that come while it closes.
    return503OnClosing: false,
    bodyLimit: limits.bodyBytes + 1,
    rewriteUrl: () => "/",
    ...(newServer !== undefined && {
      serverFactory: (answers: RequestListener) => newServer(answers),
    }),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", async (request: FastifyRequest, payload: Readable) => {
    const { visit } = opened(request);
    try {
      return await bytesOf(payload, visit);
    } catch (error) {
      return { failed: scimErrorOf(error) };
    }
  });

  function opened(request: FastifyRequest): Open {
    const found = open.get(request);
    if (found === undefined) throw new ScimError(500, "the request was not admitted");
    return found;
  }

  app.addHook("onRequest", async (request, reply) => {
    const { raw } = request;
    let visit: Visit | undefined;
    let isGone = false;
    const abort = new AbortController();
    reply.raw.once("close", () => {
      isGone = true;
      if (!reply.raw.writableFinished) abort.abort(closedByCaller());
      visit?.leave();
      open.delete(request);
    });
    visit = await front.admit(headOf(raw));
    if (isGone) {
      visit.leave();
      // Nobody gets it, but it is counted and logged.
      await front.answer(visit, undefined, abort.signal);
      return reply.hijack();
    }
    open.set(request, { visit, abort });
    // The type has been checked; fastify would refuse some spellings.
    if (raw.headers["content-type"] !== undefined) raw.headers["content-type"] = "application/json";
    if (visit.refusal === undefined) return;
    await send(reply, await front.answer(visit, undefined, abort.signal));
  });

  async function respond(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { visit, abort } = opened(request);
    const { body } = request;
    const given = body instanceof Uint8Array || isFailure(body) ? body : undefined;
    return await send(reply, await front.answer(visit, given, abort.signal));
  }

  async function send(reply: FastifyReply, { status, headers, body }: ScimAnswer): Promise<FastifyReply> {
    const { raw } = reply.request;
    // Nothing more of somebody unknown is read: neither the rest of a body, nor another request.
    if (status === 401) void reply.header("connection", "close");
    const bytes = bytesOfAnswer(body);
    const { caller, head } = opened(reply.request).visit;
    const giveUp = (): void => {
      onUnread(head.peer);
      raw.socket.destroy();
    };
    const timer = setTimeout(giveUp, limits.unreadMs);
    timer.unref();
    const left = unread.sent(caller === head.peer ? peerAddress(caller) : caller, bytes?.length ?? 0, giveUp);
    reply.raw.once("close", () => {
      clearTimeout(timer);
      left();
      // A connection that is cut may still hold them.
      if (bytes !== undefined && reply.raw.writableFinished) freeBytes(bytes);
    });
    return await reply.code(status).headers(headers).send(bytes);
  }

  app.all("/", respond);
  app.setNotFoundHandler(respond);
  // What fastify refuses by itself. Its texts may quote the request.
  app.setErrorHandler(async (error, request, reply) => {
    const { visit, abort } = opened(request);
    const status = statusOf(error);
    const failed = status < 500 ? new ScimError(status, "the request is not valid HTTP") : scimErrorOf(error);
    return await send(reply, await front.answer(visit, { failed }, abort.signal));
  });

  return {
    app,
    abortAll(reason) {
      for (const { abort } of open.values()) abort.abort(reason);
    },
  };
}

function bytesOfAnswer(body: ScimAnswer["body"]): Buffer | undefined {
  if (body === undefined) return undefined;
  return typeof body === "string"
    ? Buffer.from(body)
    : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function isFailure(body: unknown): body is { readonly failed: ScimError } {
  return typeof body === "object" && body !== null && "failed" in body && body.failed instanceof ScimError;
}

/**
 * All of the body. It rejects as soon as a bound is met; the rest is read and dropped, since a client may not read its
 * answer before it has sent everything.
 */
function bytesOf(payload: Readable, visit: Visit): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let parts: Uint8Array[] = [];
    let failed = false;
    const fail = (error: unknown): void => {
      failed = true;
      parts = [];
      reject(error);
    };
    payload.on("data", (part: Uint8Array) => {
      if (failed) return;
      try {
        visit.receive(part.byteLength);
        parts.push(part);
      } catch (error) {
        fail(error);
      }
    });
    payload.once("end", () => resolve(Buffer.concat(parts)));
    payload.once("error", fail);
    payload.once("close", () => fail(closedByCaller()));
  });
}

function headOf(raw: IncomingMessage & { readonly originalUrl?: string }): ScimHead {
  const { socket } = raw;
  const values = headerValues(raw.rawHeaders);
  return {
    method: raw.method ?? "",
    url: raw.originalUrl ?? raw.url ?? "",
    values: (name) => values.get(name) ?? [],
    peer: socketPeer(socket),
    certificate: certificateOf(socket),
    lacksHost: raw.httpVersion === "1.1" && !values.has("host"),
  };
}

/** Node.js joins some headers that are given twice, and drops others. */
function headerValues(raw: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? "").toLowerCase();
    const values = found.get(name) ?? [];
    values.push(raw[at + 1] ?? "");
    found.set(name, values);
  }
  return found;
}

function certificateOf(socket: Socket): ScimHead["certificate"] {
  if (!(socket instanceof TLSSocket)) return undefined;
  const { subjectaltname, fingerprint256 } = socket.getPeerCertificate();
  // Without a certificate the answer is an empty object.
  return fingerprint256 === undefined ? undefined : { subjectaltname, fingerprint256 };
}

function statusOf(error: unknown): number {
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : 500;
}
