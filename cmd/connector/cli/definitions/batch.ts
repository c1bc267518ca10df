import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { CommandTree } from "./command-tree.ts";
import {
  flagOf,
  flagOption,
  numberOf,
  requiredOption,
  requiredTextOf,
  textOf,
  textOption,
  wholeNumberOption,
} from "./option-types.ts";

const MAX_CHANGES = 1000;
const MAX_PERCENT = 10;

/** The command that makes the changes of a file. */
export function addApply({ program, context, configured }: CommandTree): void {
  const command = program
    .command("apply")
    .summary("Make the changes of a CSV or JSONL file")
    .description(
      "Make the changes of a file: one row is one grant, revoke, creation, disable, enable or deletion. The whole file is checked before the first change. The same command goes on where an earlier run stopped.",
    )
    .addOption(requiredOption("--file <path>", "CSV or JSONL file, UTF-8; - reads stdin"))
    .addOption(
      textOption(
        "--plan-hash <hash>",
        "Only make the changes of the plan that --dry-run printed with this hash",
      ),
    )
    .addOption(
      wholeNumberOption(
        "--max-changes <n>",
        `Maximum number of changes of the file (default: ${MAX_CHANGES})`,
      ),
    )
    .addOption(
      wholeNumberOption(
        "--max-percent <n>",
        `Maximum share of the users of the pool that the file disables, deletes or takes out of groups (default: ${MAX_PERCENT})`,
      ),
    )
    .addOption(
      flagOption("--restart", "Forget what an earlier run of the same file did, and apply all of it"),
    );
  configured(command, "write", async (config) => {
    const { applyCommand } = await import("../commands/apply.ts");
    return applyCommand(
      {
        file: requiredTextOf(command, "file"),
        planHash: planHash(textOf(command, "planHash")),
        maxChanges: numberOf(command, "maxChanges") ?? MAX_CHANGES,
        maxPercent: percent(numberOf(command, "maxPercent") ?? MAX_PERCENT),
        restart: flagOf(command, "restart"),
      },
      config,
      context,
    );
  });
}

function planHash(text: string | undefined): string | undefined {
  if (text === undefined || /^[0-9a-f]{64}$/i.test(text)) return text?.toLowerCase();
  throw new GovernanceError(
    "invalid-argument",
    "--plan-hash: must be the 64 hex digits that --dry-run printed",
  );
}

function percent(value: number): number {
  if (value <= 100) return value;
  throw new GovernanceError("invalid-argument", "--max-percent: must be a whole number from 0 to 100");
}
