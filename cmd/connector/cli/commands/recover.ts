import type { Config } from "../../../../pkg/config/config.ts";
import type { ChangeTarget } from "../../../../pkg/core/change.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { OpenChange } from "../../../../pkg/core/journal.ts";
import type { Recovery } from "../../../../pkg/provision/provisioner.ts";
import type { Context } from "../../process/context.ts";
import { OK, PARTIAL } from "../../process/exit-codes.ts";
import type { Column } from "../output/columns.ts";
import { leftLine } from "../output/limits-text.ts";
import { createRowWriter } from "../output/row-writer.ts";
import { withRuntime } from "../with-runtime.ts";

interface Row {
  readonly change: OpenChange;
  /** `open`: the change could not be recovered, and the next attempt tries again. */
  readonly outcome: Recovery["recovered"][number]["outcome"] | "open";
  readonly says: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { key: "change", value: ({ change }) => change.id },
  { key: "kind", value: ({ change }) => change.kind },
  { key: "target", value: ({ change }) => targetText(change.target) },
  { key: "outcome", value: (row) => row.outcome },
  { key: "says", value: (row) => row.says },
];

/** The outcomes that a person must look at. */
const UNSETTLED: ReadonlySet<Row["outcome"]> = new Set<Row["outcome"]>(["partial", "unknown", "open"]);

/** Recovers the open changes of killed processes and prints a row for each. Exit code 20 if one is partial, unknown or still open. */
export function recoverCommand(config: Config, context: Context): Promise<number> {
  return withRuntime(config, context, async ({ provisioner, journal }, diagnostics) => {
    if (!config.provisioning.enabled) {
      throw new GovernanceError(
        "failed-precondition",
        "provisioning is not enabled, and recovering a change may undo it: add --provisioning",
      );
    }
    const { recovered, failed } = await provisioner.recover(context.signal);
    const all: readonly Row[] = [
      ...recovered,
      ...failed.map(({ change, error }) => ({ change, outcome: "open" as const, says: error.message })),
    ];
    if (all.length === 0 && config.output === "table") {
      await context.stdout.write("nothing to do: no change is open\n");
    } else {
      // JSON lines without a row are an empty output.
      if (all.length === 0) diagnostics.log.info("nothing to do: no change is open");
      const rows = createRowWriter(config.output, COLUMNS, context.stdout);
      await rows.write(all);
      await rows.end();
    }
    if (config.output === "table") {
      const used = (await journal.budgets()).filter(({ spent }) => spent > 0);
      await context.stdout.write(used.map((limit) => `${leftLine(limit)}\n`).join(""));
    }
    const [first] = failed;
    if (first !== undefined) {
      await diagnostics.fail(
        first.error,
        `${failed.length === 1 ? "1 change is" : `${failed.length} changes are`} still open`,
      );
    }
    return all.some(({ outcome }) => UNSETTLED.has(outcome)) ? PARTIAL : OK;
  });
}

function targetText({ user, group, loginSha256 }: ChangeTarget): string {
  return [
    ...(user === undefined || user === "" ? [] : [`user ${user}`]),
    ...(group === undefined ? [] : [`group ${group}`]),
    ...(loginSha256 === undefined ? [] : [`login sha256 ${loginSha256.slice(0, 12)}`]),
  ].join(", ");
}
