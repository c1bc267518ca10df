import { statSync } from "node:fs";
import { resolve } from "node:path";
import { GovernanceError } from "../../core/errors.ts";
import type { OneOperation, ResourceRef } from "../operation.ts";
import { originOf, type Settings, settingProblem } from "../sources/read-settings.ts";
import { writtenBeside } from "../sources/written-beside.ts";
import { envName, type SettingName } from "../table/settings.ts";

interface OperationRow {
  /** Any of them asks for the operation. */
  readonly asking: readonly SettingName[];
  /** They say more about it, and have no effect alone. */
  readonly more: readonly SettingName[];
  readonly build: (settings: Settings, cwd: string) => OneOperation;
}

/** In the order in which Baton looks for them. */
const OPERATIONS: readonly OperationRow[] = [
  {
    asking: ["grant-entitlement", "grant-principal", "grant-principal-type"],
    more: [],
    build: (settings) => ({
      kind: "grant",
      entitlement: needed("grant-entitlement", settings),
      principal: refOf(settings, "grant-principal-type", "grant-principal"),
    }),
  },
  {
    asking: ["revoke-grant"],
    more: ["c1z-temp-dir"],
    build: (settings, cwd) => ({
      kind: "revoke",
      grant: needed("revoke-grant", settings),
      search: { file: resolve(cwd, settings.values.file), tempDir: tempDir(settings, cwd) },
    }),
  },
  {
    asking: [
      "create-account-login",
      "create-account-email",
      "create-account-profile",
      "create-account-resource-type",
    ],
    more: ["encrypt-to"],
    build: ({ values }) => ({
      kind: "create-account",
      login: values["create-account-login"] ?? "",
      email: values["create-account-email"] ?? "",
      profile: values["create-account-profile"] ?? {},
      resourceType: values["create-account-resource-type"] ?? "",
      encryptTo: values["encrypt-to"],
    }),
  },
  {
    asking: ["invoke-action"],
    more: ["invoke-action-args", "invoke-action-resource-type"],
    build: (settings) => ({
      kind: "invoke-action",
      name: needed("invoke-action", settings),
      args: settings.values["invoke-action-args"],
      resourceType: settings.values["invoke-action-resource-type"] ?? "",
      argsAreOpen: originOf("invoke-action-args", settings).kind === "flag",
    }),
  },
  {
    asking: ["list-action-schemas"],
    more: ["list-action-schemas-resource-type"],
    build: ({ values }) => ({
      kind: "list-action-schemas",
      resourceType: values["list-action-schemas-resource-type"] ?? "",
    }),
  },
  {
    asking: ["delete-resource", "delete-resource-type"],
    more: [],
    build: (settings) => ({
      kind: "delete-resource",
      resource: refOf(settings, "delete-resource-type", "delete-resource"),
    }),
  },
  {
    asking: ["rotate-credentials", "rotate-credentials-type"],
    more: ["encrypt-to"],
    build: (settings) => {
      const resource = refOf(settings, "rotate-credentials-type", "rotate-credentials");
      const encryptTo = settings.values["encrypt-to"];
      if (encryptTo !== undefined) return { kind: "rotate-credentials", resource, encryptTo };
      const cure = writtenBeside("encrypt-to", originOf("rotate-credentials", settings));
      throw settingProblem(
        "rotate-credentials",
        settings,
        `nobody would know the new password; give ${cure}, which names a file with the public key to encrypt it to`,
      );
    },
  },
  {
    asking: ["event-feed"],
    more: ["event-feed-id", "event-feed-start-at", "event-feed-cursor"],
    build: ({ values }) => ({
      kind: "list-events",
      feed: values["event-feed-id"] ?? "",
      startAt: values["event-feed-start-at"],
      cursor: values["event-feed-cursor"] ?? "",
    }),
  },
];

/** The one operation that the settings ask for; undefined: none. Throws `invalid-argument` for two, or for half of one. */
export function buildOperation(settings: Settings, cwd: string): OneOperation | undefined {
  const [row, other] = OPERATIONS.filter(({ asking }) => asking.some((name) => isAsked(name, settings)));
  if (row !== undefined && other !== undefined) {
    throw new GovernanceError(
      "invalid-argument",
      `${firstLabel(row, settings)} and ${firstLabel(other, settings)} exclude each other: the connector does one operation; keep one`,
    );
  }
  for (const { asking, more } of OPERATIONS) {
    const alone = more.find((name) => isAsked(name, settings) && row?.more.includes(name) !== true);
    if (alone !== undefined && originOf(alone, settings).kind === "flag") {
      throw settingProblem(alone, settings, `has no effect without ${asking[0]}; leave it out`);
    }
  }
  return row?.build(settings, cwd);
}

/** The names under which the operation that is asked for has settings. */
export function askedOperations(settings: Settings): readonly SettingName[] {
  return OPERATIONS.flatMap(({ asking }) => asking.filter((name) => isAsked(name, settings)));
}

/** All settings of operations. */
export const OF_OPERATIONS: ReadonlySet<SettingName> = new Set(
  OPERATIONS.flatMap(({ asking, more }) => [...asking, ...more]),
);

// A flag that is "false" counts as not given.
function isAsked(name: SettingName, { given, values }: Settings): boolean {
  return given.has(name) && values[name] !== false;
}

function firstLabel({ asking }: OperationRow, settings: Settings): string {
  const first = asking.find((name) => isAsked(name, settings));
  return first === undefined ? "" : originOf(first, settings).label;
}

type TextName = {
  [N in SettingName]: Settings["values"][N] extends string | undefined ? N : never;
}[SettingName];

function needed(name: TextName, settings: Settings): string {
  const text = settings.values[name];
  if (text !== undefined) return text;
  const asking = OPERATIONS.find((row) => row.asking.includes(name))?.asking.find((one) =>
    isAsked(one, settings),
  );
  const cure =
    asking === undefined ? `--${name} or ${envName(name)}` : writtenBeside(name, originOf(asking, settings));
  throw new GovernanceError("invalid-argument", `${name}: missing; the operation needs it: give ${cure}`);
}

function refOf(settings: Settings, type: TextName, id: TextName): ResourceRef {
  return { resource: needed(id, settings), resourceType: needed(type, settings) };
}

function tempDir(settings: Settings, cwd: string): string | undefined {
  const named = settings.values["c1z-temp-dir"];
  if (named === undefined) return undefined;
  const path = resolve(cwd, named);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path;
  throw settingProblem("c1z-temp-dir", settings, `${path} is not a directory; create it, or leave it out`);
}
