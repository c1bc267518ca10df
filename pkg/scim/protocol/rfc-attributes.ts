import type { ResourceKind } from "../resource.ts";

const ITEM = ["value", "display", "type", "primary"];

const USER: Readonly<Record<string, readonly string[]>> = {
  userName: [],
  name: ["formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"],
  displayName: [],
  nickName: [],
  profileUrl: [],
  title: [],
  userType: [],
  preferredLanguage: [],
  locale: [],
  timezone: [],
  active: [],
  password: [],
  emails: ITEM,
  phoneNumbers: ITEM,
  ims: ITEM,
  photos: ITEM,
  addresses: ["formatted", "streetAddress", "locality", "region", "postalCode", "country", "type", "primary"],
  groups: ["value", "$ref", "display", "type"],
  entitlements: ITEM,
  roles: ITEM,
  x509Certificates: ITEM,
};

const GROUP: Readonly<Record<string, readonly string[]>> = {
  displayName: [],
  members: ["value", "$ref", "display", "type"],
};

const ENTERPRISE: Readonly<Record<string, readonly string[]>> = {
  employeeNumber: [],
  costCenter: [],
  organization: [],
  division: [],
  department: [],
  manager: ["value", "$ref", "displayName"],
};

/** What RFC 7643 §4 defines, in small letters: a pool may not have it, and a client that sends it is not wrong. */
export const RFC_ATTRIBUTES: Readonly<Record<ResourceKind, ReadonlySet<string>>> = {
  User: pathsOf(USER),
  Group: pathsOf(GROUP),
};

export const RFC_ENTERPRISE: ReadonlySet<string> = pathsOf(ENTERPRISE);

function pathsOf(attributes: Readonly<Record<string, readonly string[]>>): ReadonlySet<string> {
  const paths = Object.entries(attributes).flatMap(([name, subs]) => [
    name,
    ...subs.map((sub) => `${name}.${sub}`),
  ]);
  return new Set(paths.map((path) => path.toLowerCase()));
}
