import { GovernanceError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import {
  envName,
  FORMER_NAMES,
  fileForm,
  SECRET_NAMES,
  SETTING_NAMES,
  settingOf,
} from "../table/settings.ts";
import { isOfGoPrograms, noteUnserved, UNSERVED_NAMES, type UnservedNotes } from "../table/unserved.ts";
import type { SourceText } from "./origin.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const KNOWN: readonly string[] = [...SETTING_NAMES, ...FORMER_NAMES, ...SECRET_NAMES.map(fileForm)].map(
  envName,
);
const UNSERVED_BY_ENV = new Map(UNSERVED_NAMES.map((name) => [envName(name), name]));

/** The value of one name in the environment. An empty text counts as not set: container tools set empty variables. */
export function fromEnvironment(
  env: Environment,
  name: string,
  extra: readonly string[],
): SourceText | undefined {
  const ignoresEndpoints = env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.toLowerCase() === "true";
  for (const variable of [envName(name), ...extra]) {
    if (ignoresEndpoints && variable.startsWith("AWS_ENDPOINT_URL")) continue;
    const text = variable === "STATE_DIRECTORY" ? firstDirectory(env[variable]) : env[variable];
    if (text !== undefined && text !== "") return { text, origin: { kind: "environment", label: variable } };
  }
  return undefined;
}

/** systemd separates the directories of a unit by colons. */
function firstDirectory(text: string | undefined): string | undefined {
  return text?.split(":", 1)[0];
}

/**
 * Looks for `BATON_*` names that are not settings of this connector. A name close to one of its own is
 * `invalid-argument`; the others are noted.
 */
export function checkEnvironment(env: Environment, notes: UnservedNotes): void {
  checkFlagOnly(env);
  for (const [variable, value] of Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (!variable.startsWith("BATON_") || value === undefined || value === "" || KNOWN.includes(variable)) {
      continue;
    }
    const unserved = UNSERVED_BY_ENV.get(variable);
    if (unserved !== undefined) {
      noteUnserved(unserved, value, { kind: "environment", label: variable }, notes);
      continue;
    }
    if (isOfKubernetes(variable)) continue;
    const close = isOfGoPrograms(variable) ? undefined : nearest(variable, KNOWN, 2);
    if (close !== undefined) {
      throw new GovernanceError(
        "invalid-argument",
        `${variable}: unknown setting; did you mean ${close}? Otherwise unset it`,
      );
    }
    notes.warn(`${variable} is not a setting of this connector and is ignored`);
  }
}

// If it were ignored, the operator would believe that it is in effect.
function checkFlagOnly(env: Environment): void {
  for (const name of SETTING_NAMES.filter((known) => !settingOf(known).inEnvironment)) {
    const text = env[envName(name)] ?? "";
    const parsed = settingOf(name).parse(text);
    if (text === "" || ("value" in parsed && parsed.value === false)) continue;
    throw new GovernanceError(
      "invalid-argument",
      `${envName(name)}: cannot be set in the environment; unset it, and give --${name} to the command that needs it`,
    );
  }
}

// Kubernetes sets these in every pod, for a Service whose name begins with "baton-".
function isOfKubernetes(variable: string): boolean {
  return /_(?:SERVICE_(?:HOST|PORT\w*)|PORT|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/.test(
    variable,
  );
}
