import { parseClientMetadata } from "../../core/client-metadata.ts";
import {
  type CommandName,
  flagSetting,
  optionalTextSetting,
  type Setting,
  wholeNumberSetting,
} from "./setting.ts";
import { parseGroupPatterns } from "./values/group-patterns.ts";
import { parseReason } from "./values/reason.ts";
import { clientSecret } from "./values/shapes.ts";

/** The commands that start changes. `recover` only ends changes that these limits have already allowed. */
const CHANGING: readonly CommandName[] = ["serve", "write"];

/** The commands that start changes, or say how many more are allowed. */
const LIMITED: readonly CommandName[] = [...CHANGING, "validate", "recover"];

/** More than AWS allows in an hour or a day, so this means "no limit". */
const MOST_PER_WINDOW = 1_000_000;

/** The rows of the group Provisioning, in the order of the table. */
export const PROVISIONING_SETTINGS = {
  provisioning: flagSetting({
    group: "Provisioning",
    description: "Allow changes to the pool; without it the connector only reads",
    short: "p",
    operators: true,
    commands: [...CHANGING, "recover", "validate"],
  }),
  // Only a flag. In an environment or a file it could be forgotten, and a daemon would then change nothing. A command that
  // does not read it would make the change.
  "dry-run": flagSetting({
    group: "Provisioning",
    description: "Show the change, but do not make it",
    inFile: false,
    inEnvironment: false,
    operators: true,
    commands: ["write"],
  }),
  // Only a flag: it is the reason of one change.
  reason: optionalTextSetting({
    group: "Provisioning",
    description: "Why the change is made; the audit log keeps it",
    example: "text",
    parse: parseReason,
    discreet: true,
    inFile: false,
    inEnvironment: false,
    operators: true,
    commands: ["write"],
  }),
  "client-metadata": optionalTextSetting({
    group: "Provisioning",
    description:
      "What Cognito hands to the Lambda triggers of the pool with a change: key=value pairs, separated by commas; never logged",
    example: "key=value",
    parse: parseClientMetadata,
    discreet: true,
    repeats: true,
    operators: true,
    commands: CHANGING,
  }),
  "groups-allow": optionalTextSetting({
    group: "Provisioning",
    description:
      "Groups that may be granted, created, changed or deleted: full names, separated by commas; * and ? are wildcards",
    example: "patterns",
    parse: parseGroupPatterns,
    fallbackText: "all",
    repeats: true,
    operators: true,
    commands: CHANGING,
  }),
  "groups-deny": optionalTextSetting({
    group: "Provisioning",
    description: "Groups that may not be changed, even if --groups-allow includes them; same format",
    example: "patterns",
    parse: parseGroupPatterns,
    fallbackText: "none",
    repeats: true,
    operators: true,
    commands: CHANGING,
  }),
  "allow-role-groups": flagSetting({
    group: "Provisioning",
    description: "Allow grants of groups with an IAM role, and setting the role of a group",
    operators: true,
    commands: CHANGING,
  }),
  "allow-federated-writes": flagSetting({
    group: "Provisioning",
    description: "Allow changes to passwords and attributes of users from an identity provider",
    operators: true,
    commands: CHANGING,
  }),
  "delete-requires-disabled": flagSetting({
    group: "Provisioning",
    description: "Delete only users that are already disabled",
    operators: true,
    commands: CHANGING,
  }),
  "end-sessions": flagSetting({
    group: "Provisioning",
    description:
      "Sign users out when they lose a group; tokens that were issued keep the group until they expire",
    operators: true,
    commands: CHANGING,
  }),
  "max-deletions-per-hour": wholeNumberSetting({
    group: "Provisioning",
    description: "Maximum number of deletions in an hour; 0 refuses all",
    min: 0,
    max: MOST_PER_WINDOW,
    fallback: 100,
    operators: true,
    commands: LIMITED,
  }),
  "max-disables-per-hour": wholeNumberSetting({
    group: "Provisioning",
    description: "Maximum number of users disabled in an hour; 0 refuses all",
    min: 0,
    max: MOST_PER_WINDOW,
    fallback: 100,
    operators: true,
    commands: LIMITED,
  }),
  "max-invitations-per-day": wholeNumberSetting({
    group: "Provisioning",
    description:
      "Maximum number of invitations in a day, as Cognito's own sender has 50 e-mails a day; 0 refuses all",
    min: 0,
    max: MOST_PER_WINDOW,
    fallback: 50,
    formerly: "max-invitations-per-hour",
    operators: true,
    commands: LIMITED,
  }),
  "max-groups-per-user": wholeNumberSetting({
    group: "Provisioning",
    description: "Maximum number of groups of one user; the AWS quota is 100 and can be raised",
    min: 1,
    max: 10_000,
    fallback: 100,
    operators: true,
    commands: CHANGING,
  }),
  "client-secret": optionalTextSetting({
    group: "Provisioning",
    description:
      "Baton client secret; its key signs in at the platform and decrypts the passwords that the platform sends",
    example: "secret",
    parse: clientSecret,
    secret: true,
    operators: true,
    commands: ["serve"],
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
