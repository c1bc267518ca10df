import { hash, indexOfUuid, uuidAt } from "./hash.ts";
import type { UserRecord } from "./model.ts";
import { type Person, personAt } from "./people.ts";

export interface GeneratedUsers {
  at(index: number): UserRecord;
  /** The `sub` of `at(index)`, for a tenth of the time. */
  subAt(index: number): string;
  /** Reads the index back out of a sub, a username or an e-mail; undefined for any text made elsewhere. */
  indexOf(name: string): number | undefined;
}

const day = 86_400_000;
const epoch = Date.UTC(2019, 4, 8);

function statusOf(dice: number): string {
  if (dice < 80) return "CONFIRMED";
  if (dice < 90) return "FORCE_CHANGE_PASSWORD";
  if (dice < 94) return "UNCONFIRMED";
  if (dice < 98) return "RESET_REQUIRED";
  return "ARCHIVED";
}

export interface UsersKind {
  readonly emailPool: boolean;
  /** One in a hundred is in another department than before. */
  readonly changed: boolean;
}

/** One in sixteen comes from Google; in e-mail pools the username of the others is their sub, as in AWS. */
export function generatedUsers(
  seed: number,
  count: number,
  { emailPool, changed }: UsersKind,
): GeneratedUsers {
  const federated = (index: number): boolean => hash(seed, index, 11) % 16 === 0;
  const googleId = (index: number): string =>
    `1${String(hash(seed, index, 12)).padStart(10, "0")}${String(index).padStart(10, "0")}`;

  const username = (index: number, person: Person): string => {
    if (federated(index)) return `Google_${googleId(index)}`;
    return emailPool ? uuidAt(seed, index) : person.handle;
  };

  const identities = (index: number, createdMs: number): string =>
    JSON.stringify([
      {
        userId: googleId(index),
        providerName: "Google",
        providerType: "Google",
        issuer: null,
        primary: true,
        dateCreated: createdMs,
      },
    ]);

  function at(index: number): UserRecord {
    const person = personAt(seed, index);
    const isFederated = federated(index);
    const createdMs = epoch + (hash(seed, index, 13) % 2600) * day + (hash(seed, index, 14) % day);
    const attributes = new Map<string, string>([
      ["name", person.name],
      ["given_name", person.givenName],
      ["family_name", person.familyName],
      ["email", person.email],
      ["email_verified", hash(seed, index, 15) % 8 === 0 ? "false" : "true"],
      ["locale", person.locale],
      ["zoneinfo", person.zoneinfo],
      ["custom:department", person.department],
      ["custom:employee_number", person.employeeNumber],
    ]);
    if (hash(seed, index, 16) % 2 === 0) attributes.set("phone_number", person.phoneNumber);
    const isChanged = changed && index % 100 === 0;
    if (isChanged) attributes.set("custom:department", "Elsewhere");
    if (isFederated) attributes.set("identities", identities(index, createdMs));
    return {
      username: username(index, person),
      sub: uuidAt(seed, index),
      attributes,
      createdMs,
      modifiedMs: createdMs + (hash(seed, index, 17) % (40 * day)) + (isChanged ? day : 0),
      enabled: hash(seed, index, 18) % 20 !== 0,
      status: isFederated ? "EXTERNAL_PROVIDER" : statusOf(hash(seed, index, 19) % 100),
      mfaList: [],
      preferredMfa: undefined,
      events: [],
    };
  }

  function candidate(name: string): number {
    if (name.startsWith("Google_")) return Number.parseInt(name.slice(-10), 10);
    const handle = name.slice(0, name.includes("@") ? name.indexOf("@") : undefined);
    if (handle.includes(".")) return Number.parseInt(handle.slice(handle.lastIndexOf(".") + 1), 36);
    return indexOfUuid(seed, name);
  }

  return {
    at,
    subAt: (index) => uuidAt(seed, index),
    indexOf(name) {
      const index = candidate(name);
      if (!Number.isInteger(index) || index < 0 || index >= count) return undefined;
      const person = personAt(seed, index);
      const isMine =
        username(index, person) === name || uuidAt(seed, index) === name || person.email === name;
      return isMine ? index : undefined;
    },
  };
}
