// The fields of an action's schema.
import { create } from "@bufbuild/protobuf";
import { type ConfigField, ConfigFieldSchema } from "../../protocol/messages.ts";

interface About {
  readonly displayName: string;
  readonly description?: string;
  readonly isRequired?: boolean;
  readonly isSecret?: boolean;
}

export function stringField(name: string, about: About): ConfigField {
  return create(ConfigFieldSchema, { name, ...about, field: { case: "stringField", value: {} } });
}

export function boolField(name: string, about: About, defaultValue = false): ConfigField {
  return create(ConfigFieldSchema, { name, ...about, field: { case: "boolField", value: { defaultValue } } });
}

/** A whole number from 0 to `upTo`. */
export function countField(name: string, about: About, upTo: number): ConfigField {
  const rules = { gte: 0n, lte: BigInt(upTo) };
  return create(ConfigFieldSchema, { name, ...about, field: { case: "intField", value: { rules } } });
}

export function listField(name: string, about: About): ConfigField {
  return create(ConfigFieldSchema, { name, ...about, field: { case: "stringSliceField", value: {} } });
}

export function mapField(name: string, about: About): ConfigField {
  return create(ConfigFieldSchema, { name, ...about, field: { case: "stringMapField", value: {} } });
}

export function resourceField(name: string, about: About): ConfigField {
  return create(ConfigFieldSchema, { name, ...about, field: { case: "resourceField", value: {} } });
}
