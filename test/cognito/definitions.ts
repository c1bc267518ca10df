import { uuidAt } from "./hash.ts";
import { personAt } from "./people.ts";

/** A link to an external provider, as the `identities` attribute holds it. */
export interface Identity {
  readonly userId: string;
  readonly providerName: string;
  readonly providerType?: string;
  readonly issuer?: string | null;
  readonly primary?: boolean;
  readonly dateCreated?: number;
}

/** What a user did at the pool, as AdminListUserAuthEvents shows it. */
export interface AuthEventDefinition {
  readonly at: Date | string;
  /** `SignIn` by default. */
  readonly type?: string;
  /** `Pass` by default. */
  readonly response?: string;
}

/** A user as a test writes it. Everything may be left out: a made-up person fills the gaps. */
export interface UserDefinition {
  readonly username?: string;
  readonly sub?: string;
  /** Merged over the person's own; null removes an attribute. Custom ones with their prefix. */
  readonly attributes?: Readonly<Record<string, string | null>>;
  readonly enabled?: boolean;
  readonly status?: string;
  readonly createdAt?: Date | string;
  readonly modifiedAt?: Date | string;
  readonly identities?: readonly Identity[];
  readonly groups?: readonly string[];
  readonly mfa?: readonly string[];
  readonly preferredMfa?: string;
  /** Their history, in any order. */
  readonly events?: readonly AuthEventDefinition[];
}

/** A group as a test writes it. */
export interface GroupDefinition {
  readonly name: string;
  readonly description?: string;
  readonly roleArn?: string;
  readonly precedence?: number;
  readonly createdAt?: Date | string;
  readonly modifiedAt?: Date | string;
}

/** A user with a made-up person's name, e-mail, phone number and the like; `index` picks the person. */
export function person(index: number, changes: UserDefinition = {}, seed = 7): UserDefinition {
  const one = personAt(seed, index);
  return {
    username: one.handle,
    sub: uuidAt(seed, index),
    status: "CONFIRMED",
    ...changes,
    attributes: {
      name: one.name,
      given_name: one.givenName,
      family_name: one.familyName,
      email: one.email,
      email_verified: "true",
      phone_number: one.phoneNumber,
      locale: one.locale,
      zoneinfo: one.zoneinfo,
      ...changes.attributes,
    },
  };
}

/** So many different people. `change` may set anything per person. */
export const people = (
  count: number,
  change: (index: number) => UserDefinition = () => ({}),
  seed = 7,
): UserDefinition[] => Array.from({ length: count }, (_, index) => person(index, change(index), seed));

/** A profile made by a sign-in over an external provider: no password, named after provider and id there. */
export function federatedPerson(
  index: number,
  provider = "Google",
  changes: UserDefinition = {},
): UserDefinition {
  const userId = `1060455${String(index).padStart(14, "0")}`;
  return person(index, {
    username: `${provider}_${userId}`,
    status: "EXTERNAL_PROVIDER",
    identities: [{ userId, providerName: provider, primary: true }],
    ...changes,
    attributes: { email_verified: "false", ...changes.attributes },
  });
}

/** A local user and the external profile linked to it: two entries of ListUsers, one person. */
export function linkedPerson(index: number, provider = "Google"): [UserDefinition, UserDefinition] {
  const external = federatedPerson(index, provider);
  const identities = (external.identities ?? []).map((one) => ({ ...one, primary: false }));
  // The two profiles have a sub each; only `identities` relates them.
  return [person(index, { identities, sub: uuidAt(8, index) }), external];
}

/** The JSON text of the `identities` attribute. Its date is in milliseconds, unlike every other date. */
export const identitiesText = (identities: readonly Identity[], createdMs: number): string =>
  JSON.stringify(
    identities.map((one) => ({
      userId: one.userId,
      providerName: one.providerName,
      providerType: one.providerType ?? one.providerName,
      issuer: one.issuer ?? null,
      primary: one.primary ?? true,
      dateCreated: one.dateCreated ?? createdMs,
    })),
  );
