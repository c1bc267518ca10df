import { classify } from "../../pkg/cognito/failures/classify.ts";
import { fromFailure, outcomeUnknown } from "../../pkg/cognito/failures/errors.ts";
import { readFailure } from "../../pkg/cognito/failures/failure.ts";
import { formatFilter, meetsSearch } from "../../pkg/cognito/mapping/filter.ts";
import { parseAuthEvent, parseFlatUser, parseGroup, parseUser } from "../../pkg/cognito/mapping/parse.ts";
import { parsePool } from "../../pkg/cognito/mapping/parse-pool.ts";
import type { ClientMetadata } from "../../pkg/core/client-metadata.ts";
import type { Directory } from "../../pkg/core/directory.ts";
import type { DirectoryWriter, GroupFields, Receipt } from "../../pkg/core/directory-writer.ts";
import { GovernanceError } from "../../pkg/core/errors.ts";
import type { Operation } from "../../pkg/core/operations.ts";
import type { Page, PageRequest } from "../../pkg/core/page.ts";
import type { User } from "../../pkg/core/user.ts";
import type { UserFactsSource } from "../../pkg/core/user-facts.ts";
import { AwsError } from "../cognito/errors.ts";
import { createFaults, type Effects, faultError } from "../cognito/faults.ts";
import { createHolds } from "../cognito/holds.ts";
import { operations } from "../cognito/operations/all.ts";
import type { Pool } from "../cognito/pool.ts";
import { type CallRecord, createRecorder } from "../cognito/record.ts";
import type { ScriptedCognito } from "../cognito/server.ts";
import { createTokenIssuer } from "../cognito/tokens.ts";
import { type Input, optionalText, validate } from "../cognito/validate.ts";

/** The scripted Cognito without a socket, and without the adapter: faults, holds and counts are the server's own. */
export interface MemoryCognito extends Pick<ScriptedCognito, "stats" | "script" | "onCall" | "hold"> {
  readonly directory: Directory & DirectoryWriter & UserFactsSource;
}

/** As it is on the wire, with dates as dates. */
interface Answer {
  readonly User?: Parameters<typeof parseUser>[1];
  readonly Users?: readonly Parameters<typeof parseUser>[1][];
  readonly Group?: Parameters<typeof parseGroup>[1];
  readonly Groups?: readonly Parameters<typeof parseGroup>[1][];
  readonly AuthEvents?: readonly Parameters<typeof parseAuthEvent>[1][];
  readonly UserPool?: Parameters<typeof parsePool>[1];
  readonly NextToken?: string;
  readonly PaginationToken?: string;
}

const READS: ReadonlySet<string> = new Set<Operation>([
  "DescribeUserPool",
  "ListUsers",
  "ListUsersInGroup",
  "ListGroups",
  "GetGroup",
  "AdminGetUser",
  "AdminListGroupsForUser",
  "AdminListUserAuthEvents",
]);

/** Reads and writes the pool by the operations of the scripted Cognito. Each method makes one call, without retries. */
export function createMemoryCognito(pool: Pool, now: () => number): MemoryCognito {
  const { id: UserPoolId, region } = pool.settings;
  const faults = createFaults();
  const holds = createHolds(faults);
  const recorder = createRecorder("all");
  const tokens = createTokenIssuer({ secret: "memory", lifeMs: 3_600_000, lengthBytes: 0 });
  pool.useClock(now);

  function carryOut(record: CallRecord, effects: Effects & { token(real: string): string }): Answer {
    const fault = faultError(effects);
    if (fault !== undefined) throw fault;
    const operation = operations.get(record.operation);
    if (operation === undefined) throw new Error(`no operation ${record.operation}`);
    const body = operation.run({
      operation: operation.name,
      pool,
      input: validate(record.input, operation.members),
      clockMs: record.clockMs,
      tokens,
      defaultPageSize: 60,
      bend: {
        maxItems: effects.shortPage,
        trailingToken: effects.trailingToken === true,
        token: (real) => effects.token(real),
      },
    });
    record.done = true;
    if (effects.rewrite === undefined) return answerOf(body);
    return answerOf(JSON.stringify(effects.rewrite(JSON.parse(body))));
  }

  async function call(
    operation: Operation,
    input: Input,
    signal: AbortSignal,
  ): Promise<{ readonly answer: Answer; readonly requestId: string }> {
    if (signal.aborted) throw GovernanceError.from(signal.reason);
    const requestId = `request-${recorder.count() + 1}`;
    const record = recorder.begin(operation, operations.get(operation)?.category, requestId, now());
    // Undefined members are left out, as on the wire.
    record.input = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
    record.poolId = UserPoolId;
    record.group = optionalText(record.input, "GroupName");
    record.username = optionalText(record.input, "Username");
    const effects = faults.effectsOn(record);
    await effects.run?.(record);
    await holds.pause(record, "request");
    try {
      if (effects.cut === "before") throw connectionReset();
      const answer = carryOut(record, effects);
      await holds.pause(record, "answer");
      if (effects.cut !== undefined) throw connectionReset();
      recorder.finish(record, "ok");
      return { answer, requestId };
    } catch (error) {
      recorder.finish(record, error instanceof AwsError ? error.code : "cut");
      throw failureOf(operation, requestId, error);
    }
  }

  function failureOf(operation: Operation, requestId: string, error: unknown): GovernanceError {
    const failure = readFailure(error instanceof AwsError ? modeled(error, requestId) : error);
    const kind = classify(failure, { hasMarker: false });
    if (kind === "resource-missing" && operation !== "DescribeUserPool") {
      return new GovernanceError("not-found", `${operation}: there is no such group in the pool`, {
        reason: "group-gone",
        requestId,
      });
    }
    const outward = fromFailure(kind, failure, {
      operation,
      poolId: UserPoolId,
      region,
      endpoint: undefined,
      roleArn: undefined,
      attempts: 1,
      retryAt: undefined,
    });
    return kind === "transient" && !READS.has(operation) ? outcomeUnknown(operation, outward) : outward;
  }

  async function write(operation: Operation, input: Input, signal: AbortSignal): Promise<Receipt> {
    const { requestId } = await call(operation, { UserPoolId, ...input }, signal);
    return { requestId };
  }

  async function page(
    operation: Operation,
    input: Input,
    { limit, marker }: PageRequest,
    signal: AbortSignal,
  ): Promise<{ readonly answer: Answer; readonly next: string | undefined }> {
    const token = operation === "ListUsers" ? { PaginationToken: marker } : { NextToken: marker };
    const { answer } = await call(operation, { UserPoolId, Limit: limit, ...token, ...input }, signal);
    return { answer, next: answer.PaginationToken ?? answer.NextToken };
  }

  async function usersPage(
    operation: "ListUsers" | "ListUsersInGroup",
    input: Input,
    request: PageRequest,
    signal: AbortSignal,
  ): Promise<Page<User>> {
    const { answer, next } = await page(operation, input, request, signal);
    return { items: present(answer.Users).map((raw) => parseUser(operation, raw)), next };
  }

  const directory: MemoryCognito["directory"] = {
    async describePool(signal) {
      const { answer } = await call("DescribeUserPool", { UserPoolId }, signal);
      return parsePool(UserPoolId, present(answer.UserPool));
    },
    listUsers: (request, signal) => usersPage("ListUsers", {}, request, signal),
    async listGroups(request, signal) {
      const { answer, next } = await page("ListGroups", {}, request, signal);
      return { items: present(answer.Groups).map((raw) => parseGroup("ListGroups", raw)), next };
    },
    listMembers: (GroupName, request, signal) =>
      usersPage("ListUsersInGroup", { GroupName }, request, signal),
    async usernameOf(sub, signal) {
      const Filter = formatFilter({ by: "sub", value: sub });
      const { items } = await usersPage("ListUsers", { Filter }, {}, signal);
      return items[0]?.username;
    },
    async findUsers(attribute, value, signal) {
      const Filter = formatFilter({ by: attribute, value });
      const found: User[] = [];
      let marker: string | undefined;
      do {
        const { items, next } = await usersPage("ListUsers", { Filter }, { marker }, signal);
        found.push(...items);
        marker = next;
      } while (marker !== undefined);
      const searched = (user: User) =>
        attribute === "username" ? user.username : user.attributes.get(attribute);
      return found.filter((user) => meetsSearch(attribute, searched(user), value));
    },
    async getUser(Username, signal) {
      const { answer } = await call("AdminGetUser", { UserPoolId, Username }, signal);
      return parseFlatUser({ Username: undefined, ...answer });
    },
    async getGroup(GroupName, signal) {
      const { answer } = await call("GetGroup", { UserPoolId, GroupName }, signal);
      return parseGroup("GetGroup", present(answer.Group));
    },
    async listGroupsOfUser(Username, request, signal) {
      const { answer, next } = await page("AdminListGroupsForUser", { Username }, request, signal);
      return { items: present(answer.Groups).map((raw) => parseGroup("AdminListGroupsForUser", raw)), next };
    },
    readDetails: (username, signal) => directory.getUser(username, signal),
    async listAuthEvents(Username, { limit, marker }, signal) {
      const input = { UserPoolId, Username, MaxResults: limit, NextToken: marker };
      const { answer } = await call("AdminListUserAuthEvents", input, signal);
      const items = present(answer.AuthEvents).map((raw) => parseAuthEvent("AdminListUserAuthEvents", raw));
      return { items, next: answer.NextToken };
    },
    probePermissions: async () => [],

    async createUser({ username, attributes, temporaryPassword, inviteBy, clientMetadata }, signal) {
      const { answer, requestId } = await call(
        "AdminCreateUser",
        {
          UserPoolId,
          Username: username,
          UserAttributes: attributeList(attributes),
          TemporaryPassword: temporaryPassword?.reveal(),
          ...(inviteBy.length === 0
            ? { MessageAction: "SUPPRESS" }
            : { DesiredDeliveryMediums: [...inviteBy] }),
          ...metadataOf(clientMetadata),
        },
        signal,
      );
      return { requestId, made: parseUser("AdminCreateUser", present(answer.User)) };
    },
    resendInvitation: (Username, by, signal, metadata) =>
      write(
        "AdminCreateUser",
        { Username, MessageAction: "RESEND", DesiredDeliveryMediums: [...by], ...metadataOf(metadata) },
        signal,
      ),
    deleteUser: (Username, signal) => write("AdminDeleteUser", { Username }, signal),
    enableUser: (Username, signal) => write("AdminEnableUser", { Username }, signal),
    disableUser: (Username, signal) => write("AdminDisableUser", { Username }, signal),
    signOutUser: (Username, signal) => write("AdminUserGlobalSignOut", { Username }, signal),
    setAttributes: (Username, attributes, signal, metadata) =>
      write(
        "AdminUpdateUserAttributes",
        { Username, UserAttributes: attributeList(attributes), ...metadataOf(metadata) },
        signal,
      ),
    deleteAttributes: (Username, names, signal) =>
      write("AdminDeleteUserAttributes", { Username, UserAttributeNames: [...names] }, signal),
    setPassword: (Username, password, Permanent, signal) =>
      write("AdminSetUserPassword", { Username, Password: password.reveal(), Permanent }, signal),
    resetPassword: (Username, signal, metadata) =>
      write("AdminResetUserPassword", { Username, ...metadataOf(metadata) }, signal),
    confirmSignUp: (Username, signal, metadata) =>
      write("AdminConfirmSignUp", { Username, ...metadataOf(metadata) }, signal),
    clearMfa: (Username, factors, signal) =>
      write(
        "AdminSetUserMFAPreference",
        {
          Username,
          SMSMfaSettings: factors.includes("SMS_MFA") ? OFF : undefined,
          SoftwareTokenMfaSettings: factors.includes("SOFTWARE_TOKEN_MFA") ? OFF : undefined,
          EmailMfaSettings: factors.includes("EMAIL_OTP") ? OFF : undefined,
        },
        signal,
      ),
    addMember: (GroupName, Username, signal) => write("AdminAddUserToGroup", { GroupName, Username }, signal),
    removeMember: (GroupName, Username, signal) =>
      write("AdminRemoveUserFromGroup", { GroupName, Username }, signal),
    async createGroup(GroupName, fields, signal) {
      const input = { UserPoolId, GroupName, ...membersOf(fields) };
      const { answer, requestId } = await call("CreateGroup", input, signal);
      return { requestId, made: parseGroup("CreateGroup", present(answer.Group)) };
    },
    async updateGroup(GroupName, fields, signal) {
      const input = { UserPoolId, GroupName, ...membersOf(fields) };
      const { answer, requestId } = await call("UpdateGroup", input, signal);
      return { requestId, made: parseGroup("UpdateGroup", present(answer.Group)) };
    },
    deleteGroup: (GroupName, signal) => write("DeleteGroup", { GroupName }, signal),
  };

  return {
    directory,
    stats: recorder,
    script: (rule) => faults.arm(rule),
    onCall: (operation, nth, then) => faults.arm({ operation, nth, run: then }),
    hold: (match, at = "request") => holds.hold(match, at),
  };
}

const OFF = { Enabled: false, PreferredMfa: false };

function metadataOf(metadata: ClientMetadata | undefined): Input {
  return metadata === undefined ? {} : { ClientMetadata: Object.fromEntries(metadata) };
}

function membersOf({ description, roleArn, precedence }: GroupFields): Input {
  return { Description: description, RoleArn: roleArn, Precedence: precedence };
}

function attributeList(attributes: ReadonlyMap<string, string>) {
  return [...attributes].map(([Name, Value]) => ({ Name, Value }));
}

function answerOf(body: string): Answer {
  // Epoch seconds on the wire.
  const value: unknown = JSON.parse(body, (key, member: unknown) =>
    key.endsWith("Date") && typeof member === "number" ? new Date(Math.round(member * 1000)) : member,
  );
  if (!isAnswer(value)) throw new Error("the answer is no object");
  return value;
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === "object" && value !== null;
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the answer lacks what its operation always sends");
  return value;
}

function modeled(error: AwsError, requestId: string): Error {
  return Object.assign(new Error(error.message), {
    name: error.code,
    $fault: "client",
    $metadata: { httpStatusCode: error.status, requestId },
  });
}

function connectionReset(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}
