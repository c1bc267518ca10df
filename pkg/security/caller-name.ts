import { createHash } from "node:crypto";
import { DIGEST_END, isSeenWhole, withDigest } from "../core/text.ts";

const MAX_BYTES = 200;

/** `token:deploy job`. The operator writes the names of tokens. */
export function tokenCallerName(name: string): string {
  return `token:${distinct(name)}`;
}

/** `certificate:DNS:a.example.org`. */
export function certificateCallerName(name: string): string {
  return `certificate:${distinct(withoutSpaces(name), name)}`;
}

/** `jwt:https://idp.example.org deploy-robot`. */
export function jwtCallerName(issuer: string, subject: string): string {
  return `jwt:${distinct(withoutSpaces(issuer), issuer)} ${distinct(withoutSpaces(subject), subject)}`;
}

/** With a space, a name that others choose could imitate the name of two layers: `… via certificate:…`. */
function withoutSpaces(text: string): string {
  return text.replaceAll(" ", "<U+0020>");
}

/** Two different names never become equal: one that is cut or changed ends with a part of its hash. */
function distinct(shown: string, name = shown): string {
  if (shown === name && isSeenWhole(name, MAX_BYTES) && !DIGEST_END.test(name)) return name;
  return withDigest(shown, MAX_BYTES, createHash("sha256").update(name).digest("hex"));
}
