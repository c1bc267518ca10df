// The headers of a request that say how it is meant: media types, dry run, reason, sessions, the answer that is preferred.
import { type ClientMetadata, parseClientMetadata } from "../../core/client-metadata.ts";
import { justificationProblem } from "../../core/justification.ts";
import { badRequest, ScimError } from "../scim-error.ts";

export const SCIM_JSON = "application/scim+json";
const PLAIN_JSON = "application/json";

/** All values of a header, by its lower-case name. */
export type HeaderValues = (name: string) => readonly string[];

export interface RequestMeaning {
  readonly dryRun: boolean;
  readonly endSessions: boolean | undefined;
  readonly justification: string | undefined;
  readonly clientMetadata: ClientMetadata | undefined;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  /** Of `Prefer: return=…`. */
  readonly prefers: "representation" | "minimal" | undefined;
}

/** As the metadata of gRPC has them. Throws a ScimError for a value that cannot be meant. */
export function requestMeaning(values: HeaderValues): RequestMeaning {
  return {
    // Read as false, it would make a change that was meant as a dry run.
    dryRun: flagOf(values, "dry-run") ?? false,
    endSessions: flagOf(values, "end-sessions"),
    justification: justificationOf(values("x-reason")[0]),
    clientMetadata: clientMetadataOf(values("x-client-metadata")[0]),
    ifMatch: listText(values("if-match")),
    ifNoneMatch: listText(values("if-none-match")),
    prefers: preferenceOf(values("prefer")),
  };
}

function flagOf(values: HeaderValues, name: string): boolean | undefined {
  const [value, ...more] = values(name);
  if (value === undefined) return undefined;
  const word = value.trim().toLowerCase();
  if (more.length === 0 && (word === "true" || word === "false")) return word === "true";
  throw badRequest("invalidValue", `header ${name}: must be true or false, once`);
}

function justificationOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const problem = justificationProblem(value);
  if (problem === undefined) return value.trim();
  throw badRequest("invalidValue", `header x-reason: ${problem}`);
}

function clientMetadataOf(value: string | undefined): ClientMetadata | undefined {
  if (value === undefined) return undefined;
  const parsed = parseClientMetadata(value);
  if ("value" in parsed) return parsed.value;
  throw badRequest("invalidValue", `header x-client-metadata: ${parsed.problem}`);
}

function listText(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(", ");
}

function preferenceOf(values: readonly string[]): RequestMeaning["prefers"] {
  const words = values.flatMap((value) => value.toLowerCase().split(/[,;]/)).map((word) => word.trim());
  if (words.includes("return=representation")) return "representation";
  return words.includes("return=minimal") ? "minimal" : undefined;
}

/** Throws a ScimError 415 for a body that cannot be JSON. A missing type is taken for JSON. */
export function requireJson(values: HeaderValues): void {
  const [type = ""] = values("content-type");
  const media = (type.split(";")[0] ?? "").trim().toLowerCase();
  const isJson = media === "" || /^(?:application|text)\/(?:[\w.-]+\+)?json$/.test(media);
  if (!isJson) throw new ScimError(415, `send ${SCIM_JSON} or ${PLAIN_JSON}`);
  const [encoding = "identity"] = values("content-encoding");
  if (encoding.trim().toLowerCase() !== "identity") {
    throw new ScimError(415, "send the body without a content-encoding");
  }
}

/** `application/scim+json`, unless the client takes plain JSON and no SCIM JSON. */
export function answerType(values: HeaderValues): string {
  const accepted = values("accept")
    .flatMap((value) => value.toLowerCase().split(","))
    .map((part) => (part.split(";")[0] ?? "").trim());
  return accepted.includes(PLAIN_JSON) && !accepted.includes(SCIM_JSON) ? PLAIN_JSON : SCIM_JSON;
}

/** Whether a header of conditions names the version: `*`, or one of its tags, weak or not. */
export function namesVersion(header: string, version: string): boolean {
  const plain = (tag: string): string => tag.trim().replace(/^W\//i, "");
  return header.trim() === "*" || header.split(",").some((tag) => plain(tag) === plain(version));
}
