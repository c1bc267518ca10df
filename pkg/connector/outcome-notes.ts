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
