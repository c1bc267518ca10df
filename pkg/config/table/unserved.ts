// Baton settings that this connector does not have. A manifest that was written for another Baton connector must start, so
// they are taken with a warning. What asks for an operation is refused: ignored, it would look as if it was done. The
// platform's daemon does no operation but the platform's tasks, so there it is taken too.

interface Unserved {
  /** Ends a sentence that begins with the name. */
  readonly why: string;
  /** False: the setting asks for something to be done, and is refused. */
  readonly ignored: boolean;
  /** Values that ask for nothing else than what is. */
  readonly harmless: readonly string[];
  /** A flag takes no value on the command line. */
  readonly isFlag: boolean;
}

const flag = (why: string, harmless: readonly string[] = ["false"]): Unserved => ({
  why,
  ignored: true,
  harmless,
  isFlag: true,
});
const value = (why: string, harmless: readonly string[] = []): Unserved => ({
  why,
  ignored: true,
  harmless,
  isFlag: false,
});
const refused = (unserved: Unserved): Unserved => ({ ...unserved, ignored: false });

const NO_TICKETS = "this connector has no tickets";
const NO_EXTERNAL = "this connector matches no resources of other connectors";
const NO_TOOLS = "the baton tool does this with sync files";
const OLDER = "it is an earlier name; write --invoke-action or --list-action-schemas";

const UNSERVED: ReadonlyMap<string, Unserved> = new Map([
  ["ticketing", flag(NO_TICKETS)],
  ["ticket-template-path", value(NO_TICKETS)],
  ["bulk-ticket-template-path", value(NO_TICKETS)],
  ["ticket-id", value(NO_TICKETS)],
  ["create-ticket", refused(flag(NO_TICKETS))],
  ["bulk-create-ticket", refused(flag(NO_TICKETS))],
  ["get-ticket", refused(flag(NO_TICKETS))],
  ["list-ticket-schemas", refused(flag(NO_TICKETS))],
  ["workers", value("rate decides how much is read at once", ["0"])],
  ["parallel-sync", flag("rate decides how much is read at once")],
  ["storage-engine", value("the sync file is an SQLite database, which every reader knows", ["sqlite"])],
  ["session-store-maximum-size", value("this connector has no session store")],
  ["auth-method", value("the settings of AWS access decide how AWS is called")],
  ["keep-previous-sync-c1z", flag("the previous file is kept in any case", ["true", "false"])],
  ["otel-logging-disabled", flag("logs are not sent to the collector", ["true"])],
  ["external-resource-c1z", value(NO_EXTERNAL)],
  ["external-resource-entitlement-id-filter", value(NO_EXTERNAL)],
  ["external-resource-traits", value(NO_EXTERNAL)],
  ["diff-syncs", refused(flag(NO_TOOLS))],
  ["base-sync-id", value(NO_TOOLS)],
  ["applied-sync-id", value(NO_TOOLS)],
  ["compact-syncs", refused(flag(NO_TOOLS))],
  ["compact-sync-ids", value(NO_TOOLS)],
  ["compact-file-paths", value(NO_TOOLS)],
  ["compact-output-path", value(NO_TOOLS)],
  ["list-resource-actions", refused(value(OLDER))],
  ["invoke-resource-action", refused(value(OLDER))],
  ["invoke-resource-action-resource-type", refused(value(OLDER))],
  ["invoke-resource-action-args", refused(value(OLDER))],
]);

/** Environment variables of the Go programs of Baton. A shared environment may contain them, and they mean nothing here. */
const OF_GO_PROGRAMS: ReadonlySet<string> = new Set([
  "BATON_TMPDIR",
  "BATON_KEEP_SYNC_COUNT",
  "BATON_SKIP_CLEANUP",
  "BATON_DECODER_MAX_MEMORY_MB",
  "BATON_DECODER_MAX_DECODED_SIZE_MB",
  "BATON_DISABLE_FCS_FAIL_FAST",
  "BATON_GRAPH_EXPAND_MAX_DEPTH",
  "BATON_DONT_FIX_CYCLES",
  "BATON_HTTP_CACHE_TTL",
  "BATON_HTTP_CACHE_MAX_SIZE",
  "BATON_HTTP_CACHE_BACKEND",
  "BATON_CONNECTOR_SERVICE_LISTENER_FD",
  // The `baton` tool, which reads sync files.
  "BATON_OUTPUT_FORMAT",
  "BATON_SYNC_ID",
]);

/** Whether this is a Baton setting that the connector does not have. */
export function isUnserved(name: string): boolean {
  return UNSERVED.has(name);
}

/** Whether it is written without a value on the command line. */
export function isUnservedFlag(name: string): boolean {
  return UNSERVED.get(name)?.isFlag === true;
}

/** An operation that a setting asks for, and that this connector does not have. */
export interface UnservedOperation {
  /** How the operator wrote the setting. */
  readonly label: string;
  readonly isFlag: boolean;
  /** The refusal, as one line. */
  readonly problem: string;
}

export interface UnservedNotes {
  readonly warn: (line: string) => void;
  readonly ask: (operation: UnservedOperation) => void;
}

/** Notes what such a setting asks for; nothing when its value is harmless. The value is not repeated. */
export function noteUnserved(
  name: string,
  given: string,
  { kind, label }: UnservedOrigin,
  { warn, ask }: UnservedNotes,
): void {
  const unserved = UNSERVED.get(name);
  if (unserved === undefined || given === "" || unserved.harmless.includes(given.toLowerCase())) return;
  const { why, ignored } = unserved;
  if (ignored) warn(`${label} is a Baton setting without an effect here: ${why}`);
  else {
    ask({ label, isFlag: kind === "flag", problem: `${label}: cannot be done: ${why}; ${REMEDY[kind]}` });
  }
}

interface UnservedOrigin {
  readonly kind: keyof typeof REMEDY;
  readonly label: string;
}

const REMEDY = { flag: "leave it out", environment: "unset it", file: "remove it" } as const;

export function isOfGoPrograms(environmentName: string): boolean {
  return OF_GO_PROGRAMS.has(environmentName);
}

/** The names of all these settings. */
export const UNSERVED_NAMES: readonly string[] = [...UNSERVED.keys()];
