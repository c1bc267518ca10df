import {
  type DescEnum,
  type DescExtension,
  type DescFile,
  type DescMessage,
  type DescService,
  toBinary,
} from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** Lookups in the files that declare some services, in further files, and in all files that those import. */
export interface ReflectionIndex {
  /** Full names, sorted. */
  readonly services: readonly string[];
  /** A file by the name in its import. */
  file(name: string): DescFile | undefined;
  /** By the full name of anything but a package. */
  declaring(symbol: string): DescFile | undefined;
  extending(message: string, number: number): DescFile | undefined;
  /** Sorted; undefined where there is no such message. */
  extensionsOf(message: string): readonly number[] | undefined;
  /** The file and all its imports, itself first, each as a serialized FileDescriptorProto. */
  bytesOf(file: DescFile): readonly Uint8Array[];
}

/** Built from the generated descriptors, which have every custom option. */
export function createReflectionIndex(
  services: readonly DescService[],
  more: readonly DescFile[],
): ReflectionIndex {
  const files = new Map<string, DescFile>();
  const symbols = new Map<string, DescFile>();
  const extensions = new Map<string, Map<number, DescFile>>();
  const encoded = new Map<DescFile, Uint8Array>();

  for (const declaring of [...services.map(({ file }) => file), ...more]) {
    for (const file of withImports(declaring)) files.set(file.proto.name, file);
  }
  for (const file of files.values()) {
    for (const desc of nestedTypes(file)) {
      for (const name of namesOf(desc)) symbols.set(name, file);
      if (desc.kind !== "extension") continue;
      const extended = extensions.get(desc.extendee.typeName) ?? new Map<number, DescFile>();
      extensions.set(desc.extendee.typeName, extended.set(desc.number, file));
    }
  }

  function bytes(file: DescFile): Uint8Array {
    const known = encoded.get(file) ?? toBinary(FileDescriptorProtoSchema, file.proto);
    encoded.set(file, known);
    return known;
  }

  return {
    services: services.map(({ typeName }) => typeName).toSorted(),
    file: (name) => files.get(name),
    declaring: (symbol) => symbols.get(symbol),
    extending: (message, number) => extensions.get(message)?.get(number),
    extensionsOf(message) {
      const numbers = extensions.get(message)?.keys();
      if (numbers !== undefined) return [...numbers].toSorted((a, b) => a - b);
      return symbols.has(message) ? [] : undefined;
    },
    bytesOf: (file) => withImports(file).map(bytes),
  };
}

type Declared = DescMessage | DescEnum | DescExtension | DescService;

/** The file first, and each file before what it imports. */
function withImports(file: DescFile): readonly DescFile[] {
  const found = new Set<DescFile>();
  const visit = (each: DescFile): void => {
    if (found.has(each)) return;
    for (const imported of each.dependencies) visit(imported);
    found.add(each);
  };
  visit(file);
  return [...found].toReversed();
}

/** The name of a type, and the names of its members. */
function namesOf(desc: Declared): readonly string[] {
  const { typeName } = desc;
  switch (desc.kind) {
    case "message":
      return [typeName, ...[...desc.fields, ...desc.oneofs].map(({ name }) => `${typeName}.${name}`)];
    case "enum": {
      // The values of an enum are in the scope of the enum, not inside it.
      const scope = typeName.slice(0, typeName.lastIndexOf(".") + 1);
      return [typeName, ...desc.values.map(({ name }) => scope + name)];
    }
    case "service":
      return [typeName, ...desc.methods.map(({ name }) => `${typeName}.${name}`)];
    case "extension":
      return [typeName];
  }
}
