import { resolve } from "node:path";
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { GovernanceError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import {
  FORMER_NAMES,
  fileForm,
  SECRET_NAMES,
  SETTING_NAMES,
  type SettingName,
  settingOf,
} from "../table/settings.ts";
import { isUnserved, noteUnserved, type UnservedNotes } from "../table/unserved.ts";
import { readFoundFile, readNamedFile, type Uid } from "./file-trust.ts";
import type { SourceText } from "./origin.ts";

/** The contents of a configuration file: texts by key. */
export interface ConfigFile {
  readonly path: string;
  readonly values: ReadonlyMap<string, SourceText>;
}

export interface FileReader extends UnservedNotes {
  readonly cwd: string;
  readonly uid: Uid;
}

const DEFAULT_PATH = ".baton.yaml";

/** The keys whose value is an object. The file may have it as a map or, as a flag has it, as a text. */
const IN_JSON: ReadonlySet<string> = new Set<SettingName>(["create-account-profile", "invoke-action-args"]);

const METADATA: SettingName = "client-metadata";
const ALLOWED: SettingName = "groups-allow";
const PATTERNS: ReadonlySet<string> = new Set<SettingName>([ALLOWED, "groups-deny"]);
const PROVISIONERS: SettingName = "tls-provisioners";
/** Beside it no other certificate may change the pool. */
const READERS: SettingName = "tls-readers";

/** The keys that a file may have: the names of the flags. */
export const FILE_KEYS: readonly string[] = SETTING_NAMES.filter((name) => settingOf(name).inFile).flatMap(
  (name) => (SECRET_NAMES.includes(name) ? [name, fileForm(name)] : [name]),
);

/**
 * Reads the file that was named, otherwise `./.baton.yaml` if it exists. An unknown key, an invalid value and a file that
 * cannot be read are each an `invalid-argument` that names the place.
 */
export function readConfigFile(named: SourceText | undefined, reader: FileReader): ConfigFile | undefined {
  if (named !== undefined && !/\.ya?ml$/i.test(named.text)) {
    throw failure(`${named.origin.label}: must name a .yaml or .yml file, got ${JSON.stringify(named.text)}`);
  }
  const path = resolve(reader.cwd, named?.text ?? DEFAULT_PATH);
  const text = readText(path, named, reader);
  return text === undefined ? undefined : { path, values: parse(text, path, reader) };
}

function readText(
  path: string,
  named: SourceText | undefined,
  { uid, warn }: FileReader,
): string | undefined {
  try {
    return named === undefined ? readFoundFile(path, uid) : readNamedFile(path, uid, warn);
  } catch (error) {
    if (error instanceof GovernanceError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    if (named === undefined && code === "ENOENT") return undefined;
    const label = named?.origin.label ?? "configuration file";
    const cure = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw failure(`${label}: ${path}: ${cure}`, error);
  }
}

function parse(text: string, path: string, reader: FileReader): ReadonlyMap<string, SourceText> {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, version: "1.2" });
  const at = (offset: number): string => `${path}:${lines.linePos(offset).line}`;
  const values = new Map<string, SourceText>();
  if ("empty" in documents) return values;
  const [document, second] = documents;
  for (const candidate of documents) {
    const [error] = candidate.errors;
    if (error !== undefined) throw failure(`${at(error.pos[0])}: no valid YAML: ${firstLine(error.message)}`);
  }
  if (second !== undefined) throw failure(`${at(second.range[0])}: one YAML document only`);
  const contents = document?.contents ?? null;
  if (document === undefined || contents === null || (isScalar(contents) && contents.value === null)) {
    return values;
  }
  if (!isMap(contents)) throw failure(`${path}:1: must be a map of settings, such as "user-pool-id: …"`);
  for (const { key, value } of contents.items) {
    const name = isScalar(key) ? flagTextOf(key, path) : "";
    const place = isScalar(key) && key.range ? at(key.range[0]) : `${path}:1`;
    const label = `${name} in ${place}`;
    const node = isAlias(value) ? value.resolve(document) : (value as Node | null | undefined);
    // YAML reads the pattern *-admins as an alias; if it counted as empty, every group would be allowed.
    if (isAlias(value) && node === undefined) {
      throw failure(`${label}: an alias without an anchor; put a value that begins with * into quotes`);
    }
    const given = textOf(name, node, label);
    if (isSeq(node) && given === "") checkEmpty(name, contents, label);
    checkKey(name, given, place, reader);
    if (given !== "" && isKey(name)) {
      values.set(name, { text: given, origin: { kind: "file", label } });
    }
  }
  return values;
}

function isKey(name: string): boolean {
  return FILE_KEYS.includes(name) || FORMER_NAMES.includes(name);
}

function checkKey(name: string, given: string, place: string, notes: FileReader): void {
  if (isKey(name)) return;
  if (isUnserved(name)) {
    noteUnserved(name, given, { kind: "file", label: `${name} in ${place}` }, notes);
    return;
  }
  const close = nearest(name, FILE_KEYS);
  const hint =
    close === undefined ? '"connector config show" lists the settings' : `did you mean "${close}"?`;
  throw failure(`${place}: unknown setting "${name}"; ${hint}`);
}

function textOf(name: string, node: Node | null | undefined, label: string): string {
  if (isMap(node) && IN_JSON.has(name)) return JSON.stringify(node.toJSON());
  // A value of it may look like two pairs.
  if (isMap(node) && name === METADATA) return JSON.stringify(Object.fromEntries(pairsOf(node, label)));
  if (isMap(node) && (PATTERNS.has(name) || name === PROVISIONERS)) {
    throw failure(`${label}: must be a list or a text`);
  }
  if (isSeq(node) && PATTERNS.has(name)) checkPatterns(node, label);
  return flagTextOf(node, label);
}

/** A text that the flag would take may mean something else as an item of a list. */
function checkPatterns({ items }: YAMLSeq, label: string): void {
  if (items.some((item) => isScalar(item) && String(item.value).includes(","))) {
    throw failure(
      `${label}: an item has a comma, which separates two patterns; write ? for a comma in a name, or make two items of it`,
    );
  }
}

/** No value would allow everything. */
function checkEmpty(name: string, settings: YAMLMap, label: string): void {
  if (name === ALLOWED) {
    throw failure(
      `${label}: is a list without a group; name one, or remove the setting, which allows every group`,
    );
  }
  const readers = settings.get(READERS, true);
  if (name === PROVISIONERS && !isAlias(readers) && flagTextOf(readers, label) === "") {
    throw failure(
      `${label}: is a list without a certificate; name one, or remove the setting, which lets every certificate change the pool`,
    );
  }
}

// YAML has numbers, lists and maps; settings are parsed from texts, so each value becomes the text that a flag would have.
function flagTextOf(node: Node | null | undefined, label: string): string {
  if (node === null || node === undefined) return "";
  if (isScalar(node)) {
    if (node.value === null) return "";
    // The source text keeps what a number loses: an external id 0123 is not 123.
    return typeof node.value === "string" ? node.value : (node.source ?? JSON.stringify(node.value));
  }
  if (isSeq(node)) {
    return node.items
      .map((item) => {
        if (isScalar(item)) return flagTextOf(item, label);
        throw failure(`${label}: must be a list of plain values`);
      })
      .join(",");
  }
  if (isMap(node)) {
    return pairsOf(node, label)
      .map(([key, value]) => `${key}=${value}`)
      .join(",");
  }
  throw failure(`${label}: must be a plain value`);
}

function pairsOf({ items }: YAMLMap, label: string): readonly (readonly [string, string])[] {
  return items.map(({ key, value }) => {
    if (isScalar(key) && isScalar(value)) return [flagTextOf(key, label), flagTextOf(value, label)];
    throw failure(`${label}: must be a map of plain values`);
  });
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? message;
}

function failure(message: string, cause?: unknown): GovernanceError {
  return new GovernanceError("invalid-argument", message, cause === undefined ? {} : { cause });
}
