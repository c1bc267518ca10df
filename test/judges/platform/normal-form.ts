// A transcript without what differs from run to run: times, ids made up on the way, versions, addresses.
import type { Json, JsonObject } from "../official-client.ts";
import type { TranscriptLine } from "./go-platform.ts";
import type { Played } from "./play.ts";

export type NormalPlayed = ReadonlyMap<string, readonly JsonObject[]>;

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;
const VERSION = /\bv?\d+(?:\.\d+)+/g;

/** Members with these names are replaced whole: versions, and what a key seals, which is never the same twice. */
const CHANGING = new Set([
  "lang_version",
  "package_version",
  "encrypted_bytes",
  "grpc-timeout",
  "content-length",
]);

/** `known` are ids that both runs must have as they are. Others are numbered in the order in which they appear. */
export function normalForm(played: Played, address: string, known: ReadonlySet<string>): NormalPlayed {
  const numbers = new Map<string, string>();
  const numbered = (id: string): string => {
    if (known.has(id)) return id;
    const number = numbers.get(id) ?? `<id ${numbers.size + 1}>`;
    numbers.set(id, number);
    return number;
  };

  function normal(value: Json, name: string): Json {
    if (CHANGING.has(name)) return `<${name}>`;
    if (typeof value === "string") {
      const text = name === "user-agent" ? value.replaceAll(VERSION, "<version>") : value;
      return text.replaceAll(address, "<platform>").replaceAll(TIME, "<time>").replaceAll(UUID, numbered);
    }
    if (isList(value)) return value.map((item) => normal(item, name));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, member]) => [key, normal(member, key)]),
    );
  }

  const line = (said: TranscriptLine): JsonObject => {
    const json = normal(withoutSizes(said), "");
    if (json === null || typeof json !== "object" || isList(json)) throw new Error("no line of a transcript");
    return json;
  };
  return new Map([...played].map(([name, lines]) => [name, lines.map(line)]));
}

/** Two writers do not compress alike. The content of the files is compared on its own. */
function withoutSizes({ upload, ...line }: TranscriptLine): JsonObject {
  if (upload === undefined) return line;
  const { file: _, chunks, ...rest } = upload;
  return { ...line, upload: { ...rest, wholeChunks: chunks.slice(0, -1) } };
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
