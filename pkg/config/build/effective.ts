import { formatListenAddress } from "../../core/listen-address.ts";
import { withoutPassword } from "../sources/origin.ts";
import { originOf, type Settings } from "../sources/read-settings.ts";
import { SETTING_NAMES, type SettingName, settingOf } from "../table/settings.ts";
import { formatRates } from "../table/values/rate.ts";
import { formatCollectorEndpoint } from "../table/values/service-shapes.ts";
import { formatChosenResources } from "../table/values/sync-shapes.ts";
import { formatInterval } from "../table/values/times.ts";

/** The value that a setting has in effect. */
export interface EffectiveSetting {
  readonly name: SettingName;
  /** "" when it has none; `(secret)` in place of a secret. */
  readonly value: string;
  /** `default`, or the flag, environment name or place in the file. */
  readonly source: string;
}

/** Every setting with its source, without secrets. */
export function effectiveSettings(settings: Settings): readonly EffectiveSetting[] {
  return SETTING_NAMES.map((name) => ({
    name,
    value: shown(name, settings),
    source: originOf(name, settings).label,
  }));
}

function shown(name: SettingName, { values, given }: Settings): string {
  if (settingOf(name).secret) return given.has(name) ? "(secret)" : "";
  if (name === "rate") return formatRates(values.rate);
  if (name === "client-metadata") {
    return [...(values[name]?.keys() ?? [])].map((key) => `${key}=(not shown)`).join(",");
  }
  const json = name === "create-account-profile" || name === "invoke-action-args";
  if (json) return given.has(name) ? "(not shown)" : derivedText(name);
  if (name === "otel-collector-endpoint-tls-cert" && given.has(name)) return "(not shown)";
  if (name === "listen" || name === "scim-listen") return formatListenAddress(values[name]);
  if (name === "scim-verified") return values[name].join(",") || "none";
  const interval = values["sync-every"];
  if (name === "sync-every" && interval !== undefined) return formatInterval(interval);
  const expiry = values["log-level-debug-expires-at"];
  if (name === "log-level-debug-expires-at" && expiry !== undefined) return new Date(expiry).toISOString();
  if (name === "otel-collector-endpoint") {
    const collector = values[name];
    return collector === undefined ? derivedText(name) : formatCollectorEndpoint(collector);
  }
  // A client id and certificate names look like a URL with a user name, which withoutPassword would hide.
  if (name === "client-id") return values[name]?.id ?? derivedText(name);
  if (name === "tls-readers" || name === "tls-provisioners") {
    const names = values[name];
    if (names !== undefined) return names.join(",");
  }
  if (name === "file" && !given.has(name) && given.has("inventory")) return "(none)";
  if (name === "sync-resources") return formatChosenResources(values[name]) ?? derivedText(name);
  if (name === "sync-resource-types") return values[name]?.join(",") ?? derivedText(name);
  if (name === "enrich") return values[name]?.join(",") ?? derivedText(name);
  if (!given.has(name) && settingOf(name).fallback === undefined) return derivedText(name);
  return withoutPassword(String(values[name]));
}

function derivedText(name: SettingName): string {
  const { fallbackText } = settingOf(name);
  return fallbackText === "" ? "" : `(${fallbackText})`;
}
