import type { SettingName } from "./settings.ts";

export type SettingRuleKind = "required-together" | "depends-on" | "excludes";

/** How settings depend on each other. `buildConfig` checks it, and the `config` command prints it. */
export interface SettingRule {
  readonly kind: SettingRuleKind;
  readonly names: readonly SettingName[];
  /** The settings that `depends-on` needs. */
  readonly on: readonly SettingName[];
}

export const SETTING_RULES: readonly SettingRule[] = [
  { kind: "required-together", names: ["aws-access-key-id", "aws-secret-access-key"], on: [] },
  { kind: "depends-on", names: ["aws-session-token"], on: ["aws-access-key-id"] },
  { kind: "excludes", names: ["aws-profile", "aws-access-key-id"], on: [] },
  { kind: "depends-on", names: ["aws-assume-role-external-id"], on: ["aws-assume-role-arn"] },
  { kind: "depends-on", names: ["aws-assume-role-session-name"], on: ["aws-assume-role-arn"] },
  { kind: "depends-on", names: ["aws-assume-role-duration-seconds"], on: ["aws-assume-role-arn"] },
  { kind: "excludes", names: ["endpoint-url", "use-fips-endpoint"], on: [] },
  { kind: "excludes", names: ["endpoint-url", "use-dualstack-endpoint"], on: [] },
  { kind: "depends-on", names: ["redis-username"], on: ["redis-url"] },
  { kind: "depends-on", names: ["redis-password"], on: ["redis-url"] },
  { kind: "depends-on", names: ["redis-sentinel-password"], on: ["redis-url"] },
  { kind: "depends-on", names: ["redis-ca-file"], on: ["redis-url"] },
  { kind: "depends-on", names: ["redis-prefix"], on: ["redis-url"] },
  { kind: "depends-on", names: ["aws-account-id"], on: ["redis-url"] },
  { kind: "depends-on", names: ["sync-jitter-percent"], on: ["sync-every"] },
  { kind: "depends-on", names: ["skip-grants"], on: ["sync-resources"] },
  { kind: "excludes", names: ["sync-every", "skip-full-sync"], on: [] },
  { kind: "depends-on", names: ["inventory-password"], on: ["inventory"] },
  // Only the whole pool goes into an inventory.
  { kind: "excludes", names: ["inventory", "sync-resources"], on: [] },
  { kind: "excludes", names: ["inventory", "sync-resource-types"], on: [] },
  { kind: "excludes", names: ["inventory", "skip-entitlements-and-grants"], on: [] },
  { kind: "excludes", names: ["inventory", "skip-full-sync"], on: [] },
  { kind: "depends-on", names: ["enrich"], on: ["inventory"] },
  { kind: "depends-on", names: ["enrich-per-hour"], on: ["enrich"] },
  { kind: "required-together", names: ["tls-cert-file", "tls-key-file"], on: [] },
  { kind: "depends-on", names: ["tls-client-ca-file"], on: ["tls-cert-file"] },
  { kind: "depends-on", names: ["tls-readers"], on: ["tls-client-ca-file"] },
  { kind: "depends-on", names: ["tls-provisioners"], on: ["tls-client-ca-file"] },
  { kind: "excludes", names: ["jwt-jwks-url", "jwt-jwks-file"], on: [] },
  { kind: "depends-on", names: ["jwt-jwks-url"], on: ["jwt-issuer", "jwt-audience"] },
  { kind: "depends-on", names: ["jwt-jwks-file"], on: ["jwt-issuer", "jwt-audience"] },
  { kind: "required-together", names: ["jwt-issuer", "jwt-audience"], on: [] },
  { kind: "depends-on", names: ["jwt-role-claim"], on: ["jwt-issuer"] },
  { kind: "depends-on", names: ["scim-listen"], on: ["scim"] },
  { kind: "depends-on", names: ["scim-base-url"], on: ["scim"] },
  { kind: "depends-on", names: ["scim-external-id-attribute"], on: ["scim"] },
  { kind: "depends-on", names: ["scim-display-name-attribute"], on: ["scim"] },
  { kind: "depends-on", names: ["scim-deprovision"], on: ["scim"] },
  { kind: "depends-on", names: ["scim-password"], on: ["scim"] },
  { kind: "depends-on", names: ["scim-profile"], on: ["scim"] },
  { kind: "depends-on", names: ["scim-verified"], on: ["scim"] },
  { kind: "depends-on", names: ["scim-group-from-user"], on: ["scim"] },
  { kind: "depends-on", names: ["scim-rate"], on: ["scim"] },
  { kind: "depends-on", names: ["scim-patch-answer"], on: ["scim"] },
  {
    kind: "depends-on",
    names: ["otel-collector-endpoint-tls-cert-path"],
    on: ["otel-collector-endpoint"],
  },
  { kind: "depends-on", names: ["otel-collector-endpoint-tls-cert"], on: ["otel-collector-endpoint"] },
  {
    kind: "excludes",
    names: ["otel-collector-endpoint-tls-cert-path", "otel-collector-endpoint-tls-cert"],
    on: [],
  },
  { kind: "depends-on", names: ["otel-collector-endpoint-tls-insecure"], on: ["otel-collector-endpoint"] },
];
