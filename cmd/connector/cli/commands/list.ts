import type { Config } from "../../../../pkg/config/config.ts";
import { type Group, signInProvider } from "../../../../pkg/core/group.ts";
import type { Page, PageRequest } from "../../../../pkg/core/page.ts";
import type { User } from "../../../../pkg/core/user.ts";
import { createCycleGuard } from "../../../../pkg/sync/cycle-guard.ts";
import { type Context, ReaderGone } from "../../process/context.ts";
import { CANCELED, exitCodeOf, OK, PARTIAL } from "../../process/exit-codes.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { Column } from "../output/columns.ts";
import { createRowWriter } from "../output/row-writer.ts";
import { counted } from "../output/text.ts";
import { withRuntime } from "../with-runtime.ts";

export type Listed =
  | { readonly kind: "users" }
  | { readonly kind: "groups" }
  | { readonly kind: "members"; readonly group: string };

/** Prints a listing page by page, in the order of Cognito. Exit code 20 if it fails after some pages. */
export function listCommand(what: Listed, config: Config, context: Context): Promise<number> {
  return withRuntime(config, context, ({ directory }, diagnostics) => {
    switch (what.kind) {
      case "users":
        return print({
          diagnostics,
          config,
          context,
          noun: "user",
          columns: userColumns(config),
          read: (page, signal) => directory.listUsers(page, signal),
        });
      case "groups":
        return print({
          diagnostics,
          config,
          context,
          noun: "group",
          columns: groupColumns(config),
          read: (page, signal) => directory.listGroups(page, signal),
        });
      case "members":
        return print({
          diagnostics,
          config,
          context,
          noun: "member",
          columns: userColumns(config),
          read: (page, signal) => directory.listMembers(what.group, page, signal),
        });
    }
  });
}

interface Print<T> {
  readonly diagnostics: Diagnostics;
  readonly config: Config;
  readonly context: Context;
  readonly noun: string;
  readonly columns: readonly Column<T>[];
  readonly read: (page: PageRequest, signal: AbortSignal) => Promise<Page<T>>;
}

async function print<T>({ diagnostics, config, context, noun, columns, read }: Print<T>): Promise<number> {
  const { stdout, stderr, signal } = context;
  const rows = createRowWriter(config.output, columns, stdout);
  const guard = createCycleGuard(`the ${noun}s`);
  let printed = 0;
  try {
    let marker: string | undefined;
    do {
      const page = await read({ marker }, signal);
      await rows.write(page.items);
      printed += page.items.length;
      marker = page.next;
      guard.next(marker ?? "");
    } while (marker !== undefined);
    await rows.end();
  } catch (error) {
    if (printed === 0 || error instanceof ReaderGone || signal.reason instanceof ReaderGone) throw error;
    await diagnostics.fail(error, `incomplete output, only ${counted(printed, noun)}`);
    return exitCodeOf(error) === CANCELED ? CANCELED : PARTIAL;
  }
  if (stderr.isTerminal && config.output === "table") await stderr.write(`${counted(printed, noun)}\n`);
  return OK;
}

function userColumns({ userIdKind }: Config): readonly Column<User>[] {
  return [
    { key: "id", value: (user) => (userIdKind === "sub" ? user.sub : user.username) },
    { key: "username", value: (user) => user.username },
    { key: "status", value: (user) => user.status },
    { key: "enabled", value: (user) => user.enabled },
    { key: "email", value: (user) => user.attributes.get("email") },
    { key: "created", value: (user) => user.createdAt },
  ];
}

function groupColumns({ poolId }: Config): readonly Column<Group>[] {
  return [
    { key: "name", value: (group) => group.name },
    { key: "precedence", value: (group) => group.precedence },
    { key: "description", value: (group) => group.description },
    { key: "role_arn", value: (group) => group.roleArn },
    { key: "sign_in_provider", value: (group) => signInProvider(poolId, group.name) },
    { key: "created", value: (group) => group.createdAt },
    { key: "modified", value: (group) => group.modifiedAt },
  ];
}
