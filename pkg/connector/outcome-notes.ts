import { fromJson } from "@bufbuild/protobuf";
import { type Any, anyPack, StructSchema } from "@bufbuild/protobuf/wkt";
import type { Outcome, WriteContext } from "../provision/provisioner.ts";

/** The note in the answer of a dry run: the AWS calls that the change would make, in order. Empty for a real change. */
export function dryRunNote(
  { dryRun }: WriteContext,
  { planned }: Pick<Outcome<unknown>, "planned">,
): { dry_run?: true; would_call?: string[] } {
  return dryRun ? { dry_run: true, would_call: [...planned] } : {};
}

/** The note of `dryRunNote` as an annotation. Empty for a real change. */
export function dryRunAnnotations(context: WriteContext, outcome: Pick<Outcome<unknown>, "planned">): Any[] {
  if (!context.dryRun) return [];
  return [anyPack(StructSchema, fromJson(StructSchema, dryRunNote(context, outcome)))];
}

/** The parts of the change that were not made, as a return field of an action. */
export function warningField({ warnings }: Pick<Outcome<unknown>, "warnings">): { warning?: string } {
  return warnings.length === 0 ? {} : { warning: warnings.join("; ") };
}

/** A Struct of `warnings`: the parts of the change that were not made. Empty when there are none. */
export function warningAnnotations({ warnings }: Pick<Outcome<unknown>, "warnings">): Any[] {
  if (warnings.length === 0) return [];
  return [anyPack(StructSchema, fromJson(StructSchema, { warnings: [...warnings] }))];
}

/**
 * A Struct of `notes` on a change that did more than Baton connectors usually do. The answer to any other change has no note,
 * as those of the Baton SDK have none.
 */
export function noteAnnotations(outcome: Pick<Outcome<unknown>, "outcome">, ...notes: string[]): Any[] {
  if (outcome.outcome !== "done") return [];
  return [anyPack(StructSchema, fromJson(StructSchema, { notes }))];
}
