import { createRegistry, toJson } from "@bufbuild/protobuf";
import { AnySchema, anyPack } from "@bufbuild/protobuf/wkt";
import { capabilities } from "../../../../pkg/connector/capabilities.ts";
import {
  CapabilityPermissionsSchema,
  ConnectorCapabilitiesSchema,
  SkipEntitlementsAndGrantsSchema,
} from "../../../../pkg/protocol/messages.ts";
import type { Context } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { jsonText } from "../output/text.ts";

/** Prints the capabilities as Baton connectors do: as protojson of an Any. Needs no pool. */
export async function capabilitiesCommand({ stdout }: Context): Promise<number> {
  const registry = createRegistry(
    ConnectorCapabilitiesSchema,
    CapabilityPermissionsSchema,
    SkipEntitlementsAndGrantsSchema,
  );
  const json = toJson(AnySchema, anyPack(ConnectorCapabilitiesSchema, capabilities()), { registry });
  // Baton connectors print the type first, and people look for it there.
  const type = { "@type": `type.googleapis.com/${ConnectorCapabilitiesSchema.typeName}` };
  await stdout.write(`${jsonText(Object.assign(type, json), 2)}\n`);
  return OK;
}
