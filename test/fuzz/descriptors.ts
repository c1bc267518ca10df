// Every service and message of pkg/gen, found in the files.
import { globSync } from "node:fs";
import { join } from "node:path";
import type { DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";

const GEN = join(import.meta.dirname, "../../pkg/gen");

const found: readonly (readonly unknown[])[] = await Promise.all(
  globSync("**/*_pb.ts", { cwd: GEN }).map(async (file) => {
    const module: unknown = await import(join(GEN, file));
    return typeof module === "object" && module !== null ? Object.values({ ...module }) : [];
  }),
);
const all = found.flat();

function isOf(kind: string, value: unknown): boolean {
  return typeof value === "object" && value !== null && Reflect.get(value, "kind") === kind;
}

const isService = (value: unknown): value is DescService => isOf("service", value);
const isMessage = (value: unknown): value is DescMessage => isOf("message", value);

export const METHODS: readonly DescMethod[] = all.filter(isService).flatMap(({ methods }) => methods);
export const MESSAGES: readonly DescMessage[] = all.filter(isMessage);
