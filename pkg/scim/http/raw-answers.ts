// What Node.js refuses before there is a request: it gets SCIM's body too.
import { Buffer } from "node:buffer";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { errnoOf } from "../../core/unknown.ts";
import { ScimError, scimErrorBody } from "../scim-error.ts";
import { SCIM_JSON } from "./request-headers.ts";

/** `address:port`. */
export function socketPeer({ remoteAddress, remotePort }: Socket): string {
  return remoteAddress === undefined ? "unix" : `${remoteAddress}:${remotePort}`;
}

const REFUSALS: ReadonlyMap<string, ScimError> = new Map([
  ["HPE_HEADER_OVERFLOW", new ScimError(431, "the headers are too large")],
  ["ERR_HTTP_REQUEST_TIMEOUT", new ScimError(408, "the request did not arrive in time; send it at once")],
]);

const MALFORMED = new ScimError(400, "the request is not valid HTTP", { scimType: "invalidSyntax" });

export function hasGone(error: Error, socket: Socket): boolean {
  return socket.destroyed || !socket.writable || errnoOf(error) === "ECONNRESET";
}

/** Answers on the socket itself, and closes it. */
export function answerRaw(error: Error, socket: Socket): ScimError {
  const failure = REFUSALS.get(errnoOf(error)) ?? MALFORMED;
  const body = JSON.stringify(scimErrorBody(failure));
  const head = [
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}`,
    `content-type: ${SCIM_JSON}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "cache-control: no-store",
    "connection: close",
  ].join("\r\n");
  socket.end(`${head}\r\n\r\n${body}`);
  return failure;
}
