import type { IncomingMessage, ServerResponse } from "node:http";

import { type AwsError, errorBody } from "./errors.ts";

/** An answer ready to be sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const jsonType = "application/x-amz-json-1.1";

export const okAnswer = (body: string): Answer => ({
  status: 200,
  headers: { "content-type": jsonType },
  body,
});

export const errorAnswer = (error: AwsError): Answer => ({
  status: error.status,
  // AWS ends the name with a colon in this header.
  headers: { "content-type": jsonType, "x-amzn-errortype": `${error.code}:`, ...error.headers },
  body: errorBody(error),
});

/** The whole request body; rejects when the client goes away first. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
    request.on("close", () => reject(new Error("the client went away")));
  });
}

export function send(response: ServerResponse, requestId: string, answer: Answer): void {
  response.writeHead(answer.status, {
    ...answer.headers,
    "x-amzn-requestid": requestId,
    "content-length": Buffer.byteLength(answer.body),
  });
  response.end(answer.body);
}

/** Announces the whole answer, sends half of it and cuts the connection. */
export function sendHalf(response: ServerResponse, requestId: string, answer: Answer): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, {
    ...answer.headers,
    "x-amzn-requestid": requestId,
    "content-length": body.length,
  });
  response.write(body.subarray(0, Math.ceil(body.length / 2)), () => response.destroy());
}
