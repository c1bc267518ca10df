import { fromJson } from "@bufbuild/protobuf";
import { type Any, anyPack, StructSchema } from "@bufbuild/protobuf/wkt";
import type { Outcome, WriteContext } from "../provision/provisioner.ts";

/** What a dry run adds to its answer: that it was one, and the AWS calls that the change would make, in order. */
export function dryRunNote(
  { dryRun }: WriteContext,
  { planned }: Pick<Outcome<unknown>, "planned">,
): { dry_run?: true; would_call?: string[] } {
  return dryRun ? { dry_run: true, would_call: [...planned] } : {};
}

/** The same as an annotation; empty for a change that was made. */
export function dryRunAnnotations(context: WriteContext, outcome: Pick<Outcome<unknown>, "planned">): Any[] {
  if (!context.dryRun) return [];
  return [anyPack(StructSchema, fromJson(StructSchema, dryRunNote(context, outcome)))];
}
