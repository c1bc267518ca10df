// Baton settings that this connector does not support. Accepting them silently would look as if they worked.

/** Unsupported Baton settings, each with the value that is harmless ("": no value is harmless). */
const UNSERVED: ReadonlyMap<string, string> = new Map([
  ["ticketing", "false"],
  ["log-path", ""],
  ["skip-full-sync", "false"],
  ["sync-resources", ""],
  ["sync-resource-types", ""],
  ["skip-entitlements-and-grants", "false"],
  ["skip-grants", "false"],
  ["workers", "0"],
  ["parallel-sync", "false"],
  ["storage-engine", "sqlite"],
  ["c1z-temp-dir", ""],
  ["external-resource-c1z", ""],
  ["external-resource-entitlement-id-filter", ""],
  ["external-resource-traits", ""],
  ["keep-previous-sync-c1z", "false"],
  ["session-store-maximum-size", ""],
  ["auth-method", ""],
  ["otel-collector-endpoint-tls-cert", ""],
  ["otel-logging-disabled", "true"],
  ["grant-entitlement", ""],
  ["grant-principal", ""],
  ["grant-principal-type", ""],
  ["revoke-grant", ""],
  ["create-account-profile", ""],
  ["create-account-login", ""],
  ["create-account-email", ""],
  ["create-account-resource-type", ""],
  ["delete-resource", ""],
  ["delete-resource-type", ""],
  ["rotate-credentials", ""],
  ["rotate-credentials-type", ""],
  ["invoke-action", ""],
  ["invoke-action-args", ""],
  ["invoke-action-resource-type", ""],
  ["list-action-schemas", "false"],
  ["list-action-schemas-resource-type", ""],
  ["event-feed", ""],
  ["event-feed-id", ""],
  ["event-feed-start-at", ""],
  ["event-feed-cursor", ""],
  ["create-ticket", "false"],
  ["ticket-template-path", ""],
  ["bulk-create-ticket", "false"],
  ["bulk-ticket-template-path", ""],
  ["get-ticket", "false"],
  ["ticket-id", ""],
  ["list-ticket-schemas", "false"],
  ["diff-syncs", "false"],
  ["base-sync-id", ""],
  ["applied-sync-id", ""],
  ["compact-syncs", "false"],
  ["compact-sync-ids", ""],
  ["compact-file-paths", ""],
  ["compact-output-path", ""],
]);

/** Settings that make a Baton connector do one thing and end, each with our command for it. */
const COMMANDS: ReadonlyMap<string, string> = new Map([
  ["grant-entitlement", '"connector grant"'],
  ["grant-principal", '"connector grant"'],
  ["grant-principal-type", '"connector grant"'],
  ["revoke-grant", '"connector revoke"'],
  ["create-account-profile", '"connector create-account"'],
  ["create-account-login", '"connector create-account"'],
  ["create-account-email", '"connector create-account"'],
  ["create-account-resource-type", '"connector create-account"'],
  ["delete-resource", '"connector delete-user" or "connector delete-group"'],
  ["delete-resource-type", '"connector delete-user" or "connector delete-group"'],
  ["rotate-credentials", '"connector rotate-password"'],
  ["rotate-credentials-type", '"connector rotate-password"'],
  ["invoke-action", '"connector actions invoke"'],
  ["invoke-action-args", '"connector actions invoke"'],
  ["invoke-action-resource-type", '"connector actions invoke"'],
  ["list-action-schemas", '"connector actions list"'],
  ["list-action-schemas-resource-type", '"connector actions list"'],
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

/** Whether this is a Baton setting that the connector does not support. */
export function isUnserved(name: string): boolean {
  return UNSERVED.has(name);
}

/** Whether the setting, with this value, asks for something that the connector does not do. */
export function asksForUnserved(name: string, value: string): boolean {
  const harmless = UNSERVED.get(name);
  return harmless !== undefined && value !== "" && value.toLowerCase() !== harmless;
}

/** Why the setting is refused, and what to do instead. `label` is how the operator wrote it. */
export function unservedProblem(name: string, label: string, remedy: string): string {
  const command = COMMANDS.get(name);
  return command === undefined
    ? `${label}: this connector does not support this Baton setting; ${remedy}`
    : `${label}: use ${command} and ${remedy}`;
}

export function isOfGoPrograms(environmentName: string): boolean {
  return OF_GO_PROGRAMS.has(environmentName);
}

/** The names of all unsupported settings. */
export const UNSERVED_NAMES: readonly string[] = [...UNSERVED.keys()];
