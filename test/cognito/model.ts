/** One attribute as the API spells it. */
export interface Attribute {
  readonly Name: string;
  readonly Value: string;
}

/** One entry in the history of a user. */
export interface AuthEventRecord {
  readonly atMs: number;
  readonly type: string;
  readonly response: string;
}

/** What the server stores of one user. Dates are epoch milliseconds here and seconds on the wire. */
export interface UserRecord {
  readonly username: string;
  readonly sub: string;
  /** Every attribute but `sub`, which is kept apart because it never changes. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly enabled: boolean;
  /** Open on purpose: tests put values here that no enum knows. */
  readonly status: string;
  readonly mfaList: readonly string[];
  readonly preferredMfa: string | undefined;
  /** Newest first. */
  readonly events: readonly AuthEventRecord[];
}

export interface GroupRecord {
  readonly name: string;
  readonly description: string | undefined;
  readonly roleArn: string | undefined;
  readonly precedence: number | undefined;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

/** Milliseconds to the epoch seconds with fraction that AWS sends. */
export const epochSeconds = (ms: number): number => ms / 1000;

function attributeList(user: UserRecord): Attribute[] {
  const list: Attribute[] = [];
  for (const [Name, Value] of user.attributes) list.push({ Name, Value });
  list.push({ Name: "sub", Value: user.sub });
  return list;
}

/** UserType, the shape of lists and of AdminCreateUser: the attributes are called Attributes. */
export function userJson(user: UserRecord, only?: ReadonlySet<string>): string {
  const attributes = attributeList(user);
  return JSON.stringify({
    Username: user.username,
    Attributes: only === undefined ? attributes : attributes.filter((a) => only.has(a.Name)),
    UserCreateDate: epochSeconds(user.createdMs),
    UserLastModifiedDate: epochSeconds(user.modifiedMs),
    Enabled: user.enabled,
    UserStatus: user.status,
  });
}

/** AdminGetUser's flat shape: here the attributes are called UserAttributes, and MFA is included. */
export function userDetailJson(user: UserRecord): string {
  return JSON.stringify({
    Username: user.username,
    UserAttributes: attributeList(user),
    UserCreateDate: epochSeconds(user.createdMs),
    UserLastModifiedDate: epochSeconds(user.modifiedMs),
    Enabled: user.enabled,
    UserStatus: user.status,
    PreferredMfaSetting: user.preferredMfa,
    UserMFASettingList: user.mfaList.length === 0 ? undefined : user.mfaList,
  });
}

/** AuthEventType. The id is of no use to a caller that only reads. */
export function authEventJson({ atMs, type, response }: AuthEventRecord): string {
  return JSON.stringify({
    EventId: `event-${atMs}`,
    EventType: type,
    CreationDate: epochSeconds(atMs),
    EventResponse: response,
    EventRisk: { RiskDecision: "NoRisk" },
    ChallengeResponses: [{ ChallengeName: "Password", ChallengeResponse: "Success" }],
  });
}

export function groupJson(group: GroupRecord, poolId: string): string {
  return JSON.stringify({
    GroupName: group.name,
    UserPoolId: poolId,
    Description: group.description,
    RoleArn: group.roleArn,
    Precedence: group.precedence,
    LastModifiedDate: epochSeconds(group.modifiedMs),
    CreationDate: epochSeconds(group.createdMs),
  });
}
