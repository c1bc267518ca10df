import { createHmac } from "node:crypto";

import { invalidParameter } from "./errors.ts";

/** Where a token is valid. A token with any other scope is refused. */
export interface TokenScope {
  readonly operation: string;
  readonly poolId: string;
  /** The parameters that the token is bound to: filter, group or user name. */
  readonly bound: string;
}

export interface TokenIssuer {
  issue(scope: TokenScope, position: number, clockMs: number): string;
  /** The position to continue from; InvalidParameterException for a foreign, broken or expired token. */
  open(scope: TokenScope, token: string, clockMs: number): number;
}

export interface TokenOptions {
  readonly secret: string;
  readonly lifeMs: number;
  /** Length that every token is filled up to, for clients that must store the long tokens of AWS. */
  readonly lengthBytes: number;
}

const refused = (token: string): Error =>
  invalidParameter(`Paging marker ${token.slice(0, 64)} is invalid for request`);

/** No two tokens are ever the same text, so only a fault of a test repeats one. */
export function createTokenIssuer(options: TokenOptions): TokenIssuer {
  let serial = 0;

  const sign = (scope: TokenScope, payload: string): string =>
    createHmac("sha256", options.secret)
      .update(`${scope.operation}\n${scope.poolId}\n${payload}\n${scope.bound}`)
      .digest("hex");

  return {
    issue(scope, position, clockMs) {
      serial += 1;
      const payload = `${position}.${clockMs}.${serial}`;
      const text = `${payload}.${sign(scope, payload)}.`;
      return Buffer.from(text.padEnd(Math.floor((options.lengthBytes * 3) / 4), "~")).toString("base64");
    },

    open(scope, token, clockMs) {
      const [position, issuedMs, number, signature, padding] = Buffer.from(token, "base64")
        .toString("utf8")
        .split(".");
      if (position === undefined || issuedMs === undefined || padding === undefined) throw refused(token);
      const payload = `${position}.${issuedMs}.${number}`;
      if (signature !== sign(scope, payload)) throw refused(token);
      if (clockMs - Number(issuedMs) > options.lifeMs) throw refused(token);
      return Number(position);
    },
  };
}
