import type { Config } from "../../../../pkg/config/config.ts";
import type { UserDetails } from "../../../../pkg/core/user.ts";
import { groupsOfUser } from "../../../../pkg/provision/groups/listings.ts";
import type { Context } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import type { Cell, Column } from "../output/columns.ts";
import { createObjectWriter } from "../output/object-writer.ts";
import { createRowWriter } from "../output/row-writer.ts";
import { jsonText } from "../output/text.ts";
import type { ListedUser } from "../output/user-columns.ts";
import { withRuntime } from "../with-runtime.ts";
import { createUserReader } from "./read-users.ts";

/** Everything that Cognito says of one user. AWS counts the user as active in this month. */
export function getUserCommand(text: string, config: Config, context: Context): Promise<number> {
  return withRuntime(config, context, async (runtime) => {
    const { signal, stdout } = context;
    const reader = createUserReader(runtime, context);
    const user = await reader.read(await reader.find(text, signal), signal);
    const groups = [...(await groupsOfUser(runtime.directory, user.username, signal))];
    const [listed] = await reader.listed([user], signal);
    const found: Found = { user, groups, temporaryPassword: listed?.temporaryPassword };
    switch (config.output) {
      case "table": {
        const rows = createRowWriter("table", FIELD_COLUMNS, stdout);
        await rows.write(fieldsOf(found));
        await rows.end();
        break;
      }
      case "json":
        await stdout.write(`${jsonText(objectOf(found), 2)}\n`);
        break;
      case "jsonl": {
        const rows = createObjectWriter("jsonl", stdout);
        await rows.write([objectOf(found)]);
        break;
      }
      case "csv":
      case "csv-raw": {
        const columns = fieldsOf(found).map(({ field: key, value }) => ({ key, value: () => value }));
        const rows = createRowWriter<Found>(config.output, columns, stdout);
        await rows.write([found]);
        await rows.end();
        break;
      }
    }
    return OK;
  });
}

interface Found extends Pick<ListedUser, "temporaryPassword"> {
  readonly user: UserDetails;
  readonly groups: readonly string[];
}

interface Field {
  readonly field: string;
  readonly value: Cell;
}

const FIELD_COLUMNS: readonly Column<Field>[] = [
  { key: "field", value: ({ field }) => field },
  { key: "value", value: ({ value }) => value },
];

function fieldsOf({ user, groups, temporaryPassword }: Found): readonly Field[] {
  const fields: Readonly<Record<string, Cell>> = {
    sub: user.sub,
    username: user.username,
    status: user.status,
    enabled: user.enabled,
    temporary_password: temporaryPassword,
    created: user.createdAt.toISOString(),
    modified: user.modifiedAt.toISOString(),
    mfa: user.factors.join(" "),
    preferred_mfa: user.preferredFactor,
    groups: groups.join(" "),
    providers: user.identities.map(({ providerName }) => providerName).join(" "),
    ...Object.fromEntries(user.attributes),
  };
  return Object.entries(fields).map(([field, value]) => ({ field, value }));
}

function objectOf({ user, groups, temporaryPassword }: Found): object {
  return {
    sub: user.sub,
    username: user.username,
    status: user.status,
    enabled: user.enabled,
    temporary_password: temporaryPassword ?? null,
    created: user.createdAt,
    modified: user.modifiedAt,
    mfa: user.factors,
    preferred_mfa: user.preferredFactor ?? null,
    groups,
    identities: user.identities.map(({ providerName, providerType, userId, primary }) => ({
      provider: providerName,
      type: providerType,
      user_id: userId,
      primary,
    })),
    attributes: Object.fromEntries(user.attributes),
  };
}
