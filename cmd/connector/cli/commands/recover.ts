import type { Config } from "../../../../pkg/config/config.ts";
import type { ChangeTarget } from "../../../../pkg/core/change.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { OpenChange } from "../../../../pkg/core/journal.ts";
import type { Recovery } from "../../../../pkg/provision/provisioner.ts";
import type { Context } from "../../process/context.ts";
import { exitCodeOf, OK, PARTIAL } from "../../process/exit-codes.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { printWhileRead } from "../output/broken-output.ts";
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

interface Surroundings {
  readonly config: Config;
  readonly context: Context;
  readonly diagnostics: Diagnostics;
}

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
    await printWhileRead(() => printRecovered(all, { config, context, diagnostics }));
    const [first] = failed;
    if (first !== undefined) {
      await diagnostics.fail(
        first.error,
        `${failed.length === 1 ? "1 change is" : `${failed.length} changes are`} still open`,
      );
    }
    const exitCode = all.some(({ outcome }) => UNSETTLED.has(outcome)) ? PARTIAL : OK;
    if (config.output !== "table") return exitCode;
    try {
      const used = (await journal.budgets()).filter(({ spent }) => spent > 0);
      const left = used.map((limit) => `${leftLine(limit)}\n`).join("");
      await printWhileRead(() => context.stdout.write(left));
    } catch (error) {
      const failure = GovernanceError.from(error);
      await diagnostics.fail(failure);
      return exitCode === OK ? exitCodeOf(failure) : exitCode;
    }
    return exitCode;
  });
}

async function printRecovered(
  all: readonly Row[],
  { config: { output }, context: { stdout }, diagnostics }: Surroundings,
): Promise<void> {
  try {
    if (all.length === 0 && output === "table") {
      await stdout.write("nothing to do: no change is open\n");
    } else {
      // JSON lines without a row are an empty output.
      if (all.length === 0) diagnostics.log.info("nothing to do: no change is open");
      const rows = createRowWriter(output, COLUMNS, stdout);
      await rows.write(all);
      await rows.end();
    }
  } catch (error) {
    if (!(error instanceof GovernanceError) || all.length === 0) throw error;
    throw error.with({
      message: `the open changes were recovered as far as possible, but what became of them is not printed: ${error.message}`,
    });
  }
}

function targetText({ user, group, loginSha256 }: ChangeTarget): string {
  return [
    ...(user === undefined || user === "" ? [] : [`user ${user}`]),
    ...(group === undefined ? [] : [`group ${group}`]),
    ...(loginSha256 === undefined ? [] : [`login sha256 ${loginSha256.slice(0, 12)}`]),
  ].join(", ");
}
