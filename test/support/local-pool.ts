import { createHash } from "node:crypto";
import { personAt } from "../cognito/people.ts";

/** cognito-local's database file of one pool. */
export interface LocalPool {
  readonly Users: Readonly<Record<string, LocalUser>>;
  readonly Groups: Readonly<Record<string, LocalGroup>>;
  readonly Options: { readonly Id: string; readonly [option: string]: unknown };
}

interface LocalUser {
  readonly Username: string;
  readonly Password: string;
  readonly Attributes: readonly { readonly Name: string; readonly Value: string }[];
  readonly Enabled: boolean;
  readonly UserStatus: string;
  readonly UserCreateDate: string;
  readonly UserLastModifiedDate: string;
  readonly RefreshTokens: readonly string[];
}

interface LocalGroup {
  readonly GroupName: string;
  readonly Description: string;
  readonly Precedence?: number;
  readonly RoleArn?: string;
  readonly CreationDate: string;
  readonly LastModifiedDate: string;
  readonly members: readonly string[];
}

export interface LocalPoolOptions {
  readonly id: string;
  readonly name: string;
  readonly users: number;
}

const GROUPS: readonly (readonly [string, string, number, Partial<LocalGroup>?])[] = [
  ["everyone", "All staff", 1],
  ["engineering", "Builds the product", 4],
  ["sales", "Talks to customers", 5],
  ["finance", "Counts the money", 9],
  ["people-team", "Hires and cares", 14],
  ["support", "Answers at night", 6],
  ["on-call", "Carries the pager this week", 23],
  ["contractors", "Here until the end of the project", 11],
  ["board", "Votes", 60],
  ["auditors", "May read everything", 45, { Precedence: 5 }],
  [
    "pool-admins",
    "May change anything; the role reaches into AWS",
    70,
    { Precedence: 0, RoleArn: "arn:aws:iam::123456789012:role/pool-admins" },
  ],
  ["project:lighthouse/2027 🗼", "A name with everything in it", 17],
  ["alumni", "Nobody left in here", Number.POSITIVE_INFINITY],
];

/** The pool that compose.yaml starts, as deploy/docker/pool.json has it. */
export function tryOutPool(): LocalPool {
  return livelyPool({ id: "eu-west-1_Local0001", name: "try-out", users: 24 });
}

/** A pool with people of all states and a dozen groups, the same each time. Every nth user is in a group. */
export function livelyPool(options: LocalPoolOptions): LocalPool {
  const users = Array.from({ length: options.users }, (_, index) => localUser(index));
  return {
    Users: Object.fromEntries(users.map((user) => [user.Username, user])),
    Groups: Object.fromEntries(
      GROUPS.map(([name, description, every, more]) => {
        const members = users.filter((_, index) => index % every === 0).map((user) => user.Username);
        const dates = {
          CreationDate: "2023-04-05T06:07:08.000Z",
          LastModifiedDate: "2025-01-02T03:04:05.000Z",
        };
        return [name, { GroupName: name, Description: description, ...dates, members, ...more }];
      }),
    ),
    Options: {
      Id: options.id,
      Name: options.name,
      Arn: `arn:aws:cognito-idp:local:local:userpool/${options.id}`,
      CreationDate: "2023-04-05T06:07:08.000Z",
      LastModifiedDate: "2025-01-02T03:04:05.000Z",
      UsernameAttributes: [],
      MfaConfiguration: "OFF",
      EstimatedNumberOfUsers: options.users,
      Policies: { PasswordPolicy: { MinimumLength: 12, RequireNumbers: true, RequireUppercase: true } },
      SchemaAttributes: [
        schemaAttribute("sub", { Required: true, Mutable: false }),
        schemaAttribute("email", { Required: true }),
        schemaAttribute("email_verified", { AttributeDataType: "Boolean" }),
        schemaAttribute("given_name"),
        schemaAttribute("family_name"),
        schemaAttribute("name"),
        schemaAttribute("phone_number"),
        schemaAttribute("locale"),
        schemaAttribute("custom:department"),
        schemaAttribute("custom:employee_number", { Mutable: false }),
      ],
    },
  };
}

function schemaAttribute(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    Name: name,
    AttributeDataType: "String",
    DeveloperOnlyAttribute: false,
    Mutable: true,
    Required: false,
    ...more,
  };
}

function localUser(index: number): LocalUser {
  const person = personAt(2026, index);
  const sub = uuidOf(`demo user ${index}`);
  const federated = index % 13 === 5;
  const attributes: Record<string, string> = {
    sub,
    email: person.email,
    email_verified: String(index % 7 !== 0),
    given_name: person.givenName,
    family_name: person.familyName,
    name: person.name,
    phone_number: person.phoneNumber,
    locale: person.locale,
    "custom:department": person.department,
    "custom:employee_number": person.employeeNumber,
    ...(federated ? { identities: googleIdentity(index) } : {}),
  };
  const created = new Date(Date.UTC(2023, 4, 1) + index * 86_400_000 * 3.7);
  return {
    Username: federated ? `Google_${googleId(index)}` : person.handle,
    Password: "not-a-secret-1A",
    Attributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    Enabled: index % 19 !== 3,
    UserStatus: federated ? "EXTERNAL_PROVIDER" : statusOf(index),
    UserCreateDate: created.toISOString(),
    UserLastModifiedDate: new Date(created.getTime() + 3_600_000).toISOString(),
    RefreshTokens: [],
  };
}

function statusOf(index: number): string {
  if (index % 11 === 4) return "FORCE_CHANGE_PASSWORD";
  if (index % 29 === 7) return "RESET_REQUIRED";
  return index % 31 === 9 ? "UNCONFIRMED" : "CONFIRMED";
}

function googleId(index: number): string {
  return `10${String(70_000_000_000_000_000 + index * 7919).padStart(19, "0")}`;
}

function googleIdentity(index: number): string {
  const identity = {
    userId: googleId(index),
    providerName: "Google",
    providerType: "Google",
    issuer: null,
    primary: true,
  };
  return JSON.stringify([{ ...identity, dateCreated: 1_690_000_000_000 + index }]);
}

function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
