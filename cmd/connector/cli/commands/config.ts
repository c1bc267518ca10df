import { toJson } from "@bufbuild/protobuf";
import { configSchema } from "../../../../pkg/config/baton-schema.ts";
import { buildConfig } from "../../../../pkg/config/build/build-config.ts";
import { type EffectiveSetting, effectiveSettings } from "../../../../pkg/config/build/effective.ts";
import { type Flags, readSettings } from "../../../../pkg/config/sources/read-settings.ts";
import { ConfigurationSchema } from "../../../../pkg/gen/c1/config/v1/config_pb.ts";
import { type Context, processInfo } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { printWarnings } from "../../process/messages.ts";
import type { Column } from "../output/columns.ts";
import { createRowWriter } from "../output/row-writer.ts";
import { jsonText } from "../output/text.ts";

/** Prints the schema of the settings as Baton connectors do: as protojson of c1.config.v1.Configuration. */
export async function configSchemaCommand({ stdout }: Context): Promise<number> {
  await stdout.write(`${jsonText(toJson(ConfigurationSchema, configSchema()), 2)}\n`);
  return OK;
}

const COLUMNS: readonly Column<EffectiveSetting>[] = [
  { key: "setting", value: (row) => row.name },
  { key: "value", value: (row) => row.value },
  { key: "source", value: (row) => row.source },
];

/** Prints every setting with its value and source, then fails for wrong settings as the other commands do. */
export async function configShowCommand(flags: Flags, context: Context): Promise<number> {
  const info = processInfo(context);
  const settings = readSettings("config", flags, info);
  printWarnings(settings.warnings, context);
  const format = settings.values.output ?? (context.stdout.isTerminal ? "table" : "jsonl");
  const rows = createRowWriter(format, COLUMNS, context.stdout);
  await rows.write(effectiveSettings(settings));
  await rows.end();
  buildConfig(settings, info);
  return OK;
}
