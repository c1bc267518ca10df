import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { GovernanceError } from "../core/errors.ts";

/**
 * The first annotation of this type; undefined without one. Callers and other writers send type URLs of any form: the
 * library throws for some of them, here they are of another type. Throws `invalid-argument` for a value that cannot be read.
 */
export function annotationIn<D extends DescMessage>(
  annotations: readonly Any[],
  desc: D,
): MessageShape<D> | undefined {
  const found = annotations.find((any) => isOfType(any, desc));
  if (found === undefined) return undefined;
  try {
    return fromBinary(desc, found.value);
  } catch (error) {
    const message = `annotations: a ${desc.name} is not a valid message`;
    throw new GovernanceError("invalid-argument", message, { cause: error });
  }
}

export function hasAnnotation(annotations: readonly Any[], desc: DescMessage): boolean {
  return annotations.some((any) => isOfType(any, desc));
}

function isOfType({ typeUrl }: Any, { typeName }: DescMessage): boolean {
  return typeUrl === typeName || typeUrl.endsWith(`/${typeName}`);
}
