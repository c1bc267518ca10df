import { type DescField, type DescMessage, isFieldSet, type MessageShape } from "@bufbuild/protobuf";
import { GovernanceError } from "../../core/errors.ts";

/** Throws when a rule is set that is not among the names which the caller interprets. */
export function expectInterpreted<Rules extends DescMessage>(
  field: DescField,
  schema: Rules,
  rules: MessageShape<Rules>,
  names: readonly string[],
): void {
  const stranger = schema.fields.find((rule) => isFieldSet(rules, rule) && !names.includes(rule.localName));
  if (stranger !== undefined) throw uninterpreted(field, `${schema.name}.${stranger.name}`);
  if (rules.$unknown !== undefined && rules.$unknown.length > 0) {
    throw uninterpreted(field, `a rule that ${schema.typeName} does not declare`);
  }
}

/** An error in proto/ or in this interpreter, never in a request. */
export function uninterpreted(field: DescField, what: string): GovernanceError {
  return new GovernanceError(
    "internal",
    `${field.parent.typeName}.${field.name}: nothing interprets ${what}: teach pkg/protocol/constraints, or mend the .proto`,
  );
}

/** A message that was built without the type checker. */
export function malformed(field: DescField): GovernanceError {
  return new GovernanceError(
    "internal",
    `${field.parent.typeName}.${field.name} holds a value that is not of its type`,
  );
}
