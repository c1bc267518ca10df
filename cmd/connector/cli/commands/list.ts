import type { Config } from "../../../../pkg/config/config.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { everyPage } from "../../../../pkg/core/every-page.ts";
import { type Group, signInProvider } from "../../../../pkg/core/group.ts";
import type { Page, PageRequest } from "../../../../pkg/core/page.ts";
import type { User } from "../../../../pkg/core/user.ts";
import type { UserSearch } from "../../../../pkg/core/user-search.ts";
import type { Runtime } from "../../app/compose.ts";
import { type Context, ReaderGone } from "../../process/context.ts";
import { CANCELED, exitCodeOf, OK, PARTIAL } from "../../process/exit-codes.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { chooseColumns } from "../output/choose-columns.ts";
import type { Column } from "../output/columns.ts";
import { createRowWriter } from "../output/row-writer.ts";
import { counted } from "../output/text.ts";
import { type ChosenColumns, checkAttributes, userColumns } from "../output/user-columns.ts";
import { withRuntime } from "../with-runtime.ts";
import { createUserReader } from "./read-users.ts";

export type Listed =
  | ({ readonly kind: "users"; readonly search: UserSearch | undefined } & ChosenColumns)
  /** `user`: only the groups of this user. */
  | { readonly kind: "groups"; readonly user: string | undefined; readonly columns: readonly string[] }
  | ({ readonly kind: "members"; readonly group: string } & ChosenColumns);

/**
 * Prints a listing page by page, in the order of Cognito, each user or group once. Exit code 20 if it fails after some
 * pages.
 */
export function listCommand(what: Listed, config: Config, context: Context): Promise<number> {
  return withRuntime(config, context, async (runtime, diagnostics) => {
    const { directory } = runtime;
    const session = { diagnostics, config, context };
    switch (what.kind) {
      case "users":
        return printUsers(session, runtime, what, "user", (page, signal) =>
          directory.listUsers({ ...page, search: what.search }, signal),
        );
      case "members":
        return printUsers(session, runtime, what, "member", (page, signal) =>
          directory.listMembers(what.group, page, signal).catch((error: unknown) => {
            throw withGroup(what.group, error);
          }),
        );
      case "groups": {
        const columns = groupColumns(what.columns, config);
        const username =
          what.user === undefined
            ? undefined
            : (await createUserReader(runtime, context).find(what.user, context.signal)).username;
        return print<Group, Group>({
          ...session,
          noun: "group",
          columns,
          idOf: ({ name }) => name,
          rowsOf: async (groups) => groups,
          read: (page, signal) =>
            username === undefined
              ? directory.listGroups(page, signal)
              : directory.listGroupsOfUser(username, page, signal),
        });
      }
    }
  });
}

/** The same failure; for a group that is not there with its name, which the error of the call leaves out. */
function withGroup(group: string, error: unknown): unknown {
  if (!(error instanceof GovernanceError) || error.reason !== "group-gone") return error;
  const cure = '"connector list groups" prints the names; upper and lower case differ';
  return error.with({ message: `group ${group}: ${error.message}; ${cure}` });
}

interface Session {
  readonly diagnostics: Diagnostics;
  readonly config: Config;
  readonly context: Context;
}

type ReadPage<T> = (page: PageRequest, signal: AbortSignal) => Promise<Page<T>>;

async function printUsers(
  session: Session,
  runtime: Runtime,
  chosen: ChosenColumns,
  noun: string,
  read: ReadPage<User>,
): Promise<number> {
  const { config, context } = session;
  const columns = userColumns(chosen, config.userIdKind, config.output);
  const reader = createUserReader(runtime, context);
  if (columns.some(({ key }) => key.includes(":"))) {
    const pool = await reader.poolIfReadable(context.signal);
    if (pool !== undefined) checkAttributes(chosen, pool);
  }
  return print({
    ...session,
    noun,
    columns,
    idOf: ({ sub }) => sub,
    rowsOf: (users) => reader.listed(users, context.signal),
    read,
  });
}

interface Print<T, R> extends Session {
  readonly noun: string;
  readonly columns: readonly Column<R>[];
  /** Cognito lists somebody twice when the pool changes between two pages. */
  readonly idOf: (item: T) => string;
  readonly rowsOf: (items: readonly T[]) => Promise<readonly R[]>;
  readonly read: ReadPage<T>;
}

async function print<T, R>(options: Print<T, R>): Promise<number> {
  const { diagnostics, config, context, noun, columns, idOf, rowsOf, read } = options;
  const { stdout, stderr, signal } = context;
  const rows = createRowWriter(config.output, columns, stdout);
  const printed = new Set<string>();
  try {
    const bound = { operation: `the list of ${noun}s`, mostRows: Number.POSITIVE_INFINITY };
    for await (const items of everyPage(bound, (marker) => read({ marker }, signal))) {
      const fresh = items.filter((item) => !printed.has(idOf(item)));
      const once = [...new Map(fresh.map((item) => [idOf(item), item])).values()];
      await rows.write(await rowsOf(once));
      for (const item of once) printed.add(idOf(item));
    }
    await rows.end();
  } catch (error) {
    if (printed.size === 0 || error instanceof ReaderGone || signal.reason instanceof ReaderGone) throw error;
    await diagnostics.fail(error, `incomplete output, only ${counted(printed.size, noun)}`);
    return exitCodeOf(error) === CANCELED ? CANCELED : PARTIAL;
  }
  if (stderr.isTerminal && config.output === "table") await stderr.write(`${counted(printed.size, noun)}\n`);
  return OK;
}

function groupColumns(chosen: readonly string[], { poolId, output }: Config): readonly Column<Group>[] {
  const all: readonly Column<Group>[] = [
    { key: "name", value: (group) => group.name },
    { key: "precedence", value: (group) => group.precedence },
    { key: "description", value: (group) => group.description },
    { key: "role_arn", value: (group) => group.roleArn },
    { key: "sign_in_provider", value: (group) => signInProvider(poolId, group.name) },
    { key: "created", value: (group) => group.createdAt },
    { key: "modified", value: (group) => group.modifiedAt },
  ];
  const usual = output === "table" ? GROUPS_FOR_PEOPLE : all.map(({ key }) => key);
  return chooseColumns(chosen.length === 0 ? usual : chosen, all);
}

const GROUPS_FOR_PEOPLE = [
  "name",
  "description",
  "precedence",
  "sign_in_provider",
  "role_arn",
  "created",
  "modified",
];
