import type { JsonObject } from "@bufbuild/protobuf";
import { anyUnpack, StructSchema } from "@bufbuild/protobuf/wkt";
import type { OutputFormat } from "../../../../pkg/config/config.ts";
import type { OneOperation } from "../../../../pkg/config/operation.ts";
import { printable } from "../../../../pkg/ops/printable.ts";
import {
  type EncryptedData,
  GrantAlreadyExistsSchema,
  GrantAlreadyRevokedSchema,
} from "../../../../pkg/protocol/messages.ts";
import type { Output } from "../../process/context.ts";
import { createObjectWriter } from "../output/object-writer.ts";
import { createRowWriter } from "../output/row-writer.ts";
import { cellsOf } from "../output/sealed-password.ts";
import { jsonText } from "../output/text.ts";

type Annotation = Parameters<typeof anyUnpack>[0];

/** What one operation did. */
export interface OperationRow {
  readonly operation: OneOperation["kind"];
  readonly outcome: "done" | "nothing-to-do" | "planned";
  /** Its ids and what it gave back, in the order of the columns. */
  readonly details: Readonly<Record<string, string | JsonObject | undefined>>;
  /** The AWS calls of a dry run. */
  readonly wouldCall: readonly string[];
  /** The parts that were asked for and not made. */
  readonly warnings: readonly string[];
  /** More lines for people. */
  readonly says: readonly string[];
}

/** The part of a row that every answer to a change tells by its annotations. */
export function outcomeOf(
  annotations: readonly Annotation[],
  dryRun: boolean,
): Pick<OperationRow, "outcome" | "wouldCall" | "warnings" | "says"> {
  const names = new Set(annotations.map(({ typeUrl }) => typeUrl.slice(typeUrl.lastIndexOf("/") + 1)));
  const already =
    names.has(GrantAlreadyExistsSchema.typeName) || names.has(GrantAlreadyRevokedSchema.typeName);
  const notes = annotations.flatMap((annotation) => anyUnpack(annotation, StructSchema) ?? []);
  const texts = (key: string): string[] =>
    notes.flatMap(({ fields }) => {
      const list = fields[key]?.kind;
      if (list?.case !== "listValue") return [];
      return list.value.values.flatMap(({ kind }) => (kind.case === "stringValue" ? [kind.value] : []));
    });
  return {
    outcome: dryRun ? "planned" : already ? "nothing-to-do" : "done",
    wouldCall: texts("would_call"),
    warnings: texts("warnings"),
    says: texts("notes"),
  };
}

/** The encrypted password of an answer as cells and lines. */
export function passwordOf(encrypted: readonly EncryptedData[]): Pick<OperationRow, "details" | "says"> {
  const [sealed] = encrypted;
  return sealed === undefined ? { details: {}, says: [] } : cellsOf(sealed);
}

export async function printOperation(row: OperationRow, format: OutputFormat, out: Output): Promise<void> {
  const { operation, outcome, details, wouldCall, warnings, says } = row;
  if (format === "table") {
    await out.write([sentence(row), ...says].map((line) => `${printable(line)}\n`).join(""));
    return;
  }
  if (format === "json" || format === "jsonl") {
    const rows = createObjectWriter(format, out);
    const shown = Object.entries(details).map(([key, detail]) => [key, detail ?? null]);
    await rows.write([
      {
        operation,
        outcome,
        ...Object.fromEntries(shown),
        would_call: wouldCall,
        ...(warnings.length === 0 ? {} : { warnings }),
      },
    ]);
    await rows.end();
    return;
  }
  const rows = createRowWriter<OperationRow>(
    format,
    [
      { key: "operation", value: () => operation },
      { key: "outcome", value: () => outcome },
      ...Object.entries(details).map(([key, detail]) => ({ key, value: () => flat(detail) })),
      { key: "would_call", value: () => wouldCall.join(" ") },
    ],
    out,
  );
  await rows.write([row]);
  await rows.end();
}

function sentence({ operation, outcome, details, wouldCall }: OperationRow): string {
  if (outcome === "planned") return `dry run: ${operation} would call ${wouldCall.join(", ")}`;
  const about = Object.entries(details)
    .filter(([key, detail]) => detail !== undefined && !key.startsWith("encrypted_"))
    .map(([key, detail]) => `${key.replaceAll("_", " ")} ${flat(detail) ?? ""}`);
  return `${outcome === "done" ? "done" : "nothing to do"}: ${[operation, ...about].join(", ")}`;
}

function flat(detail: string | JsonObject | undefined): string | undefined {
  return typeof detail === "object" ? jsonText(detail) : detail;
}
