import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

import { AwsError } from "./errors.ts";

/** The parts of a SigV4 Authorization header. */
export interface Signature {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const shape =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/u;

export function parseSignature(authorization: string | undefined): Signature {
  if (authorization === undefined) {
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const found = shape.exec(authorization);
  if (found === null) {
    throw new AwsError(
      "IncompleteSignatureException",
      "Authorization header is not a valid SigV4 signature.",
    );
  }
  const [, accessKeyId = "", date = "", region = "", service = "", signedHeaders = "", signature = ""] =
    found;
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(";"), signature };
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");

export interface SignedRequest {
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const headerText = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value.join(",") : (value ?? "")).trim().replaceAll(/\s+/gu, " ");

/** Whether the request was signed with this secret. Both APIs served here only ever POST. */
export function isSignedWith(secret: string, request: SignedRequest, parts: Signature): boolean {
  const canonical = [
    "POST",
    request.path,
    request.query,
    ...parts.signedHeaders.map((name) => `${name}:${headerText(request.headers[name])}`),
    "",
    parts.signedHeaders.join(";"),
    sha256(request.body),
  ].join("\n");
  const scope = `${parts.date}/${parts.region}/${parts.service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", headerText(request.headers["x-amz-date"]), scope, sha256(canonical)].join(
    "\n",
  );
  const dayKey = hmac(`AWS4${secret}`, parts.date);
  const key = hmac(hmac(hmac(dayKey, parts.region), parts.service), "aws4_request");
  return timingSafeEqual(hmac(key, text), Buffer.from(parts.signature, "hex"));
}
