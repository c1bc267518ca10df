import { hash } from "./hash.ts";
import { departments, domains, families, givens, places } from "./people-names.ts";

/** A made-up person; the same for the same seed and index, always. */
export interface Person {
  readonly givenName: string;
  readonly familyName: string;
  readonly name: string;
  /** Lower-case ASCII handle, unique by its index at the end. */
  readonly handle: string;
  readonly email: string;
  readonly phoneNumber: string;
  readonly locale: string;
  readonly zoneinfo: string;
  readonly department: string;
  readonly employeeNumber: string;
}

function pick<T>(from: readonly T[], by: number): T {
  const item = from[by % from.length];
  if (item === undefined) throw new RangeError("cannot pick from an empty table");
  return item;
}

export function personAt(seed: number, index: number): Person {
  const given = pick(givens, hash(seed, index, 1));
  const family = pick(families, hash(seed, index, 2));
  const place = pick(places, hash(seed, index, 3));
  const handle = `${given.ascii}.${family.ascii}.${index.toString(36)}`;
  return {
    givenName: given.text,
    familyName: family.text,
    name: place.familyFirst ? `${family.text} ${given.text}` : `${given.text} ${family.text}`,
    handle,
    email: `${handle}@${pick(domains, hash(seed, index, 4))}`,
    phoneNumber: `${place.dial}555${String(index % 10_000_000).padStart(7, "0")}`,
    locale: place.locale,
    zoneinfo: place.zone,
    department: pick(departments, hash(seed, index, 5)),
    employeeNumber: `E${String(100_000 + index)}`,
  };
}
