import { type SchemaAttribute, standardSchema } from "./schema.ts";

export interface PasswordPolicy {
  readonly minimumLength: number;
  readonly requireUppercase: boolean;
  readonly requireLowercase: boolean;
  readonly requireNumbers: boolean;
  readonly requireSymbols: boolean;
  readonly historySize: number;
  readonly temporaryPasswordValidityDays: number;
}

/** How long a list lags behind a change: by the clock, by the number of list calls, or both. */
export interface Lag {
  readonly ms?: number;
  readonly calls?: number;
}

export interface Consistency {
  /** A new user is missing from ListUsers. */
  readonly createdUnlisted?: Lag;
  /** A new user is UserNotFound to the operations that take a username. Counted in such calls. */
  readonly createdUnreadable?: Lag;
  /** A deleted user is still in ListUsers. */
  readonly deletedListed?: Lag;
}

/** Answers that AWS leaves undocumented, or that changed over the years. The defaults are what is known today. */
export interface Behaviour {
  /** The old texts refused to delete a group that has members. */
  readonly deleteGroup: "always" | "only-empty";
  /** Whether UpdateGroup keeps the fields that were left out. */
  readonly updateGroup: "merge" | "replace";
  readonly deleteUnsetAttribute: "succeed" | "refuse";
  readonly groupsPerUser: number;
  readonly groupsPerPool: number;
  /** Whether the invitations of AdminCreateUser can be sent; "fail" leaves the user behind, as AWS may. */
  readonly invitations: "deliver" | "fail";
}

/** Everything about a pool that is not a user or a group. */
export interface PoolSettings {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly arn: string;
  readonly createdMs: number;
  readonly caseSensitive: boolean;
  readonly usernameAttributes: readonly ("email" | "phone_number")[];
  readonly aliasAttributes: readonly ("email" | "phone_number" | "preferred_username")[];
  readonly schema: readonly SchemaAttribute[];
  readonly passwordPolicy: PasswordPolicy;
  readonly firstAuthFactors: readonly string[];
  readonly verifyBeforeUpdate: readonly string[];
  readonly autoVerified: readonly string[];
  readonly mfa: "OFF" | "ON" | "OPTIONAL";
  /** Whether the pool has an SMS configuration. */
  readonly sendsSms: boolean;
  readonly tier: "LITE" | "ESSENTIALS" | "PLUS";
  /** Without it there is no history of sign-ins. */
  readonly advancedSecurity: "OFF" | "AUDIT" | "ENFORCED";
  readonly adminCreateOnly: boolean;
  readonly selfServiceRecovery: boolean;
  readonly deletionProtection: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** Replaces the true count in DescribeUserPool, which is an estimate in AWS too. */
  readonly estimatedUsers: number | undefined;
  /** A secondary Region answers OperationNotEnabledException to writes, or to everything. */
  readonly replica: "no" | "writes" | "all";
  /** "sub" spreads new users over the list, as a hash-keyed store does. */
  readonly order: "insertion" | "sub";
  readonly consistency: Consistency;
  readonly behaviour: Behaviour;
}

/** Settings as a test writes them: the id and what differs from a pool made with the API's defaults. */
export type PoolOptions = { readonly id: string } & Partial<
  Omit<PoolSettings, "id" | "region" | "arn" | "schema" | "passwordPolicy" | "behaviour">
> & {
    readonly passwordPolicy?: Partial<PasswordPolicy>;
    readonly behaviour?: Partial<Behaviour>;
    /** Custom attributes (with their prefix), and standard ones whose rules differ. */
    readonly schema?: readonly (Partial<SchemaAttribute> & { readonly name: string })[];
  };

function mergedSchema(changes: PoolOptions["schema"]): readonly SchemaAttribute[] {
  const byName = new Map<string, SchemaAttribute>(standardSchema.map((one) => [one.name, one]));
  for (const change of changes ?? []) {
    const base = byName.get(change.name) ?? {
      name: change.name,
      type: "String",
      mutable: true,
      required: false,
    };
    byName.set(change.name, { ...base, ...change });
  }
  return [...byName.values()];
}

export function poolSettings(options: PoolOptions): PoolSettings {
  const region = options.id.slice(0, options.id.indexOf("_"));
  const accountId = options.accountId ?? "123456789012";
  return {
    name: "people",
    createdMs: Date.UTC(2019, 4, 7, 9, 30, 12, 481),
    caseSensitive: true,
    usernameAttributes: [],
    aliasAttributes: [],
    firstAuthFactors: ["PASSWORD"],
    verifyBeforeUpdate: [],
    autoVerified: ["email"],
    mfa: "OPTIONAL",
    sendsSms: true,
    tier: "ESSENTIALS",
    advancedSecurity: "OFF",
    adminCreateOnly: true,
    selfServiceRecovery: true,
    deletionProtection: false,
    tags: {},
    estimatedUsers: undefined,
    replica: "no",
    order: "insertion",
    consistency: {},
    ...options,
    region,
    accountId,
    arn: `arn:aws:cognito-idp:${region}:${accountId}:userpool/${options.id}`,
    schema: mergedSchema(options.schema),
    passwordPolicy: {
      minimumLength: 8,
      requireUppercase: true,
      requireLowercase: true,
      requireNumbers: true,
      requireSymbols: true,
      historySize: 0,
      temporaryPasswordValidityDays: 7,
      ...options.passwordPolicy,
    },
    behaviour: {
      deleteGroup: "always",
      updateGroup: "merge",
      deleteUnsetAttribute: "succeed",
      groupsPerUser: 100,
      groupsPerPool: 10_000,
      invitations: "deliver",
      ...options.behaviour,
    },
  };
}
