import {
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminListUserAuthEventsCommand,
  DescribeUserPoolCommand,
  GetGroupCommand,
  ListGroupsCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import type { Directory } from "../core/directory.ts";
import type { DirectoryWriter } from "../core/directory-writer.ts";
import { everyPage, MOST_FOUND_ROWS } from "../core/every-page.ts";
import type { PageRequest } from "../core/page.ts";
import type { Priority } from "../core/throttle.ts";
import type { User } from "../core/user.ts";
import type { UserFactsSource } from "../core/user-facts.ts";
import { createAwsCaller } from "./calls/call.ts";
import { pageLimit, toPage } from "./calls/listing.ts";
import { refineMissingGroup } from "./calls/missing-group.ts";
import { probePermissions } from "./calls/probe.ts";
import { createWriteCaller } from "./calls/write.ts";
import { MalformedAnswer } from "./failures/failure.ts";
import { formatFilter, meetsSearch } from "./mapping/filter.ts";
import { parseAuthEvent, parseFlatUser, parseGroup, parseUser } from "./mapping/parse.ts";
import { parsePool } from "./mapping/parse-pool.ts";
import { formatSearch } from "./mapping/search.ts";
import type { CognitoOptions } from "./options.ts";
import { createAccountWriter } from "./writers/writer-accounts.ts";
import { createGroupWriter } from "./writers/writer-groups.ts";
import { createUserWriter } from "./writers/writer-users.ts";

export interface CognitoDirectory extends Directory, DirectoryWriter, UserFactsSource {
  /** Closes the connections. Running calls and later calls end with `canceled`. */
  close(): void;
}

/** Reads and changes one Cognito user pool. Opens no connection before the first call. */
export function createCognitoDirectory(options: CognitoOptions): CognitoDirectory {
  const caller = createAwsCaller(options);
  const { poolId: UserPoolId } = options;

  function usersPage(page: PageRequest, filter: string | undefined, priority: Priority, signal: AbortSignal) {
    const Limit = pageLimit(page);
    return caller.call(
      {
        operation: "ListUsers",
        priority,
        hasMarker: page.marker !== undefined,
        ahead: page.ahead,
        callsAfter: page.callsAfter,
        // ListUsers calls its marker PaginationToken, every other listing NextToken. AttributesToGet is never sent:
        // with it the call fails when one user lacks an attribute (mark 10).
        send: (sdk, http) =>
          sdk.send(
            new ListUsersCommand({ UserPoolId, Limit, PaginationToken: page.marker, Filter: filter }),
            http,
          ),
        parse: (answer) =>
          toPage("ListUsers", "Users", answer.Users, answer.PaginationToken, page, parseUser),
      },
      signal,
    );
  }

  function userDetails(Username: string, priority: Priority, signal: AbortSignal) {
    return caller.call(
      {
        operation: "AdminGetUser",
        priority,
        send: (sdk, http) => sdk.send(new AdminGetUserCommand({ UserPoolId, Username }), http),
        parse: (answer) => parseFlatUser(answer),
      },
      signal,
    );
  }

  const directory: Directory = {
    describePool: (signal) =>
      caller.call(
        {
          operation: "DescribeUserPool",
          priority: "read",
          send: (sdk, http) => sdk.send(new DescribeUserPoolCommand({ UserPoolId }), http),
          parse: ({ UserPool }) => parsePool(UserPoolId, present(UserPool, "UserPool")),
        },
        signal,
      ),

    listUsers: async (page, signal) =>
      usersPage(
        page,
        page.search === undefined ? undefined : formatSearch(page.search),
        listPriority(page),
        signal,
      ),

    async listGroups(page, signal) {
      const Limit = pageLimit(page);
      return caller.call(
        {
          operation: "ListGroups",
          priority: listPriority(page),
          hasMarker: page.marker !== undefined,
          ahead: page.ahead,
          send: (sdk, http) =>
            sdk.send(new ListGroupsCommand({ UserPoolId, Limit, NextToken: page.marker }), http),
          parse: (answer) =>
            toPage("ListGroups", "Groups", answer.Groups, answer.NextToken, page, parseGroup),
        },
        signal,
      );
    },

    async listMembers(GroupName, page, signal) {
      const Limit = pageLimit(page);
      return caller.call(
        {
          operation: "ListUsersInGroup",
          priority: listPriority(page),
          hasMarker: page.marker !== undefined,
          ahead: page.ahead,
          callsAfter: page.callsAfter,
          // Nobody gets the failure of a page that is read ahead, so its cause is not worth a call.
          refineFailure:
            page.ahead === undefined ? refineMissingGroup("ListUsersInGroup", directory, signal) : undefined,
          send: (sdk, http) =>
            sdk.send(
              new ListUsersInGroupCommand({ UserPoolId, GroupName, Limit, NextToken: page.marker }),
              http,
            ),
          parse: (answer) =>
            toPage("ListUsersInGroup", "Users", answer.Users, answer.NextToken, page, parseUser),
        },
        signal,
      );
    },

    async findUsers(attribute, value, signal) {
      const filter = formatFilter({ by: attribute, value });
      const found = new Map<string, User>();
      const bound = { operation: "ListUsers", mostRows: MOST_FOUND_ROWS };
      for await (const page of everyPage(bound, (marker) => usersPage({ marker }, filter, "read", signal))) {
        for (const user of page) {
          if (meetsSearch(attribute, searched(user, attribute), value)) found.set(user.sub, user);
        }
      }
      return [...found.values()];
    },

    getUser: (username, signal) => userDetails(username, "read", signal),

    getGroup: (GroupName, signal) =>
      caller.call(
        {
          operation: "GetGroup",
          priority: "read",
          refineFailure: refineMissingGroup("GetGroup", directory, signal),
          send: (sdk, http) => sdk.send(new GetGroupCommand({ UserPoolId, GroupName }), http),
          parse: ({ Group }) => parseGroup("GetGroup", present(Group, "Group")),
        },
        signal,
      ),

    async listGroupsOfUser(Username, page, signal) {
      const Limit = pageLimit(page);
      return caller.call(
        {
          operation: "AdminListGroupsForUser",
          priority: page.isOfSync === true ? "sync" : "read",
          hasMarker: page.marker !== undefined,
          send: (sdk, http) =>
            sdk.send(
              new AdminListGroupsForUserCommand({ UserPoolId, Username, Limit, NextToken: page.marker }),
              http,
            ),
          parse: (answer) =>
            toPage("AdminListGroupsForUser", "Groups", answer.Groups, answer.NextToken, page, parseGroup),
        },
        signal,
      );
    },

    probePermissions: (operations, signal) => probePermissions(caller, UserPoolId, operations, signal),
  };

  const facts: UserFactsSource = {
    readDetails: (username, signal) => userDetails(username, "background", signal),

    async usernameOf(sub, signal) {
      const filter = formatFilter({ by: "sub", value: sub });
      const bound = { operation: "ListUsers", mostRows: MOST_FOUND_ROWS };
      for await (const page of everyPage(bound, (marker) =>
        usersPage({ marker }, filter, "background", signal),
      )) {
        const found = page.find((user) => user.sub === sub);
        if (found !== undefined) return found.username;
      }
      return undefined;
    },

    async listAuthEvents(Username, page, signal) {
      const MaxResults = pageLimit(page);
      return caller.call(
        {
          operation: "AdminListUserAuthEvents",
          priority: "background",
          hasMarker: page.marker !== undefined,
          send: (sdk, http) =>
            sdk.send(
              new AdminListUserAuthEventsCommand({
                UserPoolId,
                Username,
                MaxResults,
                NextToken: page.marker,
              }),
              http,
            ),
          parse: (answer) =>
            toPage(
              "AdminListUserAuthEvents",
              "AuthEvents",
              answer.AuthEvents,
              answer.NextToken,
              page,
              parseAuthEvent,
            ),
        },
        signal,
      );
    },
  };

  const write = createWriteCaller(caller);
  return {
    ...directory,
    ...facts,
    ...createAccountWriter(write, UserPoolId),
    ...createUserWriter(write, UserPoolId),
    ...createGroupWriter(caller, UserPoolId, directory),
    close: () => caller.close(),
  };
}

function listPriority({ ahead }: PageRequest): Priority {
  return ahead === undefined ? "sync" : "background";
}

function present<T>(value: T | undefined, member: string): T {
  if (typeof value !== "object" || value === null) throw new MalformedAnswer(member);
  return value;
}

function searched(user: User, attribute: string): string | undefined {
  return attribute === "username" ? user.username : user.attributes.get(attribute);
}
