import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type Configuration,
  ConfigurationSchema,
  type Constraint,
  ConstraintKind,
  ConstraintSchema,
  type Field,
  FieldSchema,
} from "../gen/c1/config/v1/config_pb.ts";
import { SETTING_RULES, type SettingRule, type SettingRuleKind } from "./table/setting-rules.ts";
import { SETTING_NAMES, type SettingName, settingOf } from "./table/settings.ts";

/**
 * The settings as a Baton configuration form. Left out are those that only a command line has: the output, the
 * configuration file, and what asks for one operation.
 */
export function configSchema(): Configuration {
  const names = SETTING_NAMES.filter(
    (name) => settingOf(name).inFile && name !== "output" && settingOf(name).group !== "One operation",
  );
  return create(ConfigurationSchema, {
    displayName: "Amazon Cognito",
    helpUrl: "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools.html",
    isDirectory: true,
    fields: names.map(fieldOf),
    constraints: SETTING_RULES.map(constraintOf),
  });
}

function fieldOf(name: SettingName): Field {
  const { description, required, secret, operators, shape, fallback } = settingOf(name);
  return create(FieldSchema, {
    name,
    displayName: titleOf(name),
    description,
    ...(shape.kind === "text" ? { placeholder: shape.example } : {}),
    isRequired: required,
    isSecret: secret,
    isOps: operators,
    field: inputOf(name, fallback),
  });
}

type FieldInput = NonNullable<MessageInitShape<typeof FieldSchema>["field"]>;

function inputOf(name: SettingName, fallback: unknown): FieldInput {
  const { shape, required, fallbackText } = settingOf(name);
  switch (shape.kind) {
    case "flag":
      return { case: "boolField", value: { defaultValue: fallback === true } };
    case "whole-number":
      return {
        case: "intField",
        value: {
          defaultValue: BigInt(fallbackText),
          rules: { gte: BigInt(shape.min), lte: BigInt(shape.max) },
        },
      };
    case "choice":
      return {
        case: "stringField",
        value: {
          defaultValue: typeof fallback === "string" ? fallback : "",
          rules: { in: [...shape.of] },
          options: shape.of.map((value) => ({ name: value, value, displayName: value })),
        },
      };
    case "text":
      return {
        case: "stringField",
        value: {
          // The text of a derived default is a sentence, not a value.
          defaultValue: fallback === undefined ? "" : fallbackText,
          ...(required ? { rules: { isRequired: true } } : {}),
        },
      };
  }
}

const KINDS = {
  "required-together": ConstraintKind.REQUIRED_TOGETHER,
  "depends-on": ConstraintKind.DEPENDENT_ON,
  excludes: ConstraintKind.MUTUALLY_EXCLUSIVE,
} as const satisfies Record<SettingRuleKind, ConstraintKind>;

function constraintOf({ kind, names, on }: SettingRule): Constraint {
  return create(ConstraintSchema, {
    kind: KINDS[kind],
    fieldNames: [...names],
    secondaryFieldNames: [...on],
  });
}

const ACRONYMS: ReadonlySet<string> = new Set([
  "aws",
  "id",
  "url",
  "arn",
  "http",
  "https",
  "fips",
  "tls",
  "ca",
  "jwt",
  "jwks",
]);

/** `aws-assume-role-arn` is "AWS assume role ARN". */
function titleOf(name: SettingName): string {
  const words = name.split("-").map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word));
  const title = words.join(" ");
  return title.charAt(0).toUpperCase() + title.slice(1);
}
