import { type Member, type Members, pattern, type Rule } from "../validate.ts";

// Lengths and patterns of the service's model. The classes leave out every kind of whitespace and control
// character, so a group called "Sales Team" cannot exist.
const visible = pattern("[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+");
const visibleOrSpace = pattern("[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\t\\n\\v\\f\\r ]+");
const noSpace = pattern("[\\S]+");

const list = (of: Rule): Rule => ({ kind: "list", of });
const attributeName: Rule = { kind: "text", min: 1, max: 32, pattern: visible };

const attributes = list({
  kind: "record",
  members: {
    Name: { rule: attributeName, required: true },
    Value: { rule: { kind: "text", max: 2048, sensitive: true }, required: false },
  },
});

const mfaSettings: Rule = {
  kind: "record",
  members: {
    Enabled: { rule: { kind: "flag" }, required: false },
    PreferredMfa: { rule: { kind: "flag" }, required: false },
  },
};

const rules = {
  UserPoolId: { kind: "text", min: 1, max: 55, pattern: pattern("[\\w-]+_[0-9a-zA-Z]+") },
  Username: { kind: "text", min: 1, max: 128, pattern: visible, sensitive: true },
  GroupName: { kind: "text", min: 1, max: 128, pattern: visible },
  Limit: { kind: "whole", min: 0, max: 60 },
  MaxResults: { kind: "whole", min: 0, max: 60 },
  NextToken: { kind: "text", min: 1, max: 131_072, pattern: noSpace },
  PaginationToken: { kind: "text", min: 1, pattern: noSpace },
  Filter: { kind: "text", max: 256 },
  AttributesToGet: list({ kind: "text", min: 1, max: 32, pattern: visibleOrSpace }),
  Description: { kind: "text", max: 2048 },
  RoleArn: {
    kind: "text",
    min: 20,
    max: 2048,
    pattern: pattern(
      "arn:[\\w+=\\/,.@\\-]+:[\\w+=\\/,.@\\-]+:([\\w+=\\/,.@\\-]*)?:[0-9]+:[\\w+=\\/,.@\\-]+(:[\\w+=\\/,.@\\-]+)?(:[\\w+=\\/,.@\\-]+)?",
    ),
  },
  Precedence: { kind: "whole", min: 0, max: 2_147_483_647 },
  UserAttributes: attributes,
  ValidationData: attributes,
  UserAttributeNames: list(attributeName),
  Password: { kind: "text", max: 256, pattern: noSpace, sensitive: true },
  TemporaryPassword: { kind: "text", max: 256, pattern: noSpace, sensitive: true },
  Permanent: { kind: "flag" },
  ForceAliasCreation: { kind: "flag" },
  MessageAction: { kind: "text", values: ["RESEND", "SUPPRESS"] },
  DesiredDeliveryMediums: list({ kind: "text", values: ["SMS", "EMAIL"] }),
  ClientMetadata: { kind: "map" },
  SMSMfaSettings: mfaSettings,
  SoftwareTokenMfaSettings: mfaSettings,
  EmailMfaSettings: mfaSettings,
  WebAuthnMfaSettings: mfaSettings,
} as const satisfies Record<string, Rule>;

export type MemberName = keyof typeof rules;

/** The members of an operation by name. Other members are ignored, as AWS does. */
export function members(required: readonly MemberName[], optional: readonly MemberName[] = []): Members {
  const entries = [
    ...required.map((name): [string, Member] => [name, { rule: rules[name], required: true }]),
    ...optional.map((name): [string, Member] => [name, { rule: rules[name], required: false }]),
  ];
  return Object.fromEntries(entries);
}
