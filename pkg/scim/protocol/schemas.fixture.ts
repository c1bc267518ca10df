import { ENTERPRISE_URN, GROUP_URN, USER_URN } from "../resource.ts";
import type { AttributeDefinition, ResourceSchemas } from "../schema/attribute.ts";
import { define } from "../schema/define.ts";

type Part = Partial<AttributeDefinition>;

export function attribute(name: string, part: Part = {}): AttributeDefinition {
  return { ...define(name, name), ...part };
}

function complex(name: string, subAttributes: readonly AttributeDefinition[], part: Part = {}) {
  return attribute(name, { type: "complex", subAttributes, ...part });
}

const ITEM = [
  attribute("value"),
  attribute("display"),
  attribute("type"),
  attribute("primary", { type: "boolean" }),
];

const exact: Part = { caseExact: true };

/** A pool in which everything that RFC 7643 describes can be kept, except titles, roles and the like. */
export const USER_SCHEMAS: ResourceSchemas = {
  kind: "User",
  core: {
    id: USER_URN,
    name: "User",
    description: "",
    attributes: [
      attribute("userName", { required: true, uniqueness: "server" }),
      complex("name", [
        attribute("formatted"),
        attribute("familyName"),
        attribute("givenName"),
        attribute("middleName"),
      ]),
      attribute("displayName"),
      attribute("nickName"),
      attribute("profileUrl", { type: "reference", ...exact }),
      attribute("locale"),
      attribute("timezone"),
      attribute("active", { type: "boolean" }),
      attribute("password", { mutability: "writeOnly", returned: "never" }),
      complex("emails", ITEM, { multiValued: true }),
      complex("phoneNumbers", ITEM, { multiValued: true }),
      complex("photos", ITEM, { multiValued: true }),
      complex(
        "addresses",
        [
          attribute("formatted"),
          attribute("streetAddress"),
          attribute("locality"),
          attribute("country"),
          attribute("type"),
          attribute("primary", { type: "boolean" }),
        ],
        { multiValued: true },
      ),
      complex(
        "groups",
        [attribute("value", exact), attribute("$ref", { type: "reference", ...exact }), attribute("display")],
        { multiValued: true, mutability: "readOnly" },
      ),
    ],
  },
  extensions: [
    {
      id: ENTERPRISE_URN,
      name: "EnterpriseUser",
      description: "",
      attributes: [
        attribute("employeeNumber"),
        attribute("department"),
        complex("manager", [
          attribute("value", exact),
          attribute("$ref", { type: "reference", ...exact }),
          attribute("displayName", { mutability: "readOnly" }),
        ]),
      ],
    },
    {
      id: "urn:connector:cognito:2.0:User",
      name: "CognitoUser",
      description: "",
      attributes: [
        attribute("emailVerified", { type: "boolean" }),
        attribute("userStatus", { mutability: "readOnly" }),
        attribute("badge", { mutability: "immutable" }),
        attribute("level", { type: "integer" }),
        attribute("hiredAt", { type: "dateTime" }),
        attribute("desiredDeliveryMediums", {
          multiValued: true,
          mutability: "writeOnly",
          returned: "never",
        }),
        attribute("tags", { multiValued: true, returned: "request" }),
      ],
    },
  ],
};

export const GROUP_SCHEMAS: ResourceSchemas = {
  kind: "Group",
  core: {
    id: GROUP_URN,
    name: "Group",
    description: "",
    attributes: [
      attribute("displayName", { required: true, uniqueness: "server" }),
      complex(
        "members",
        [
          attribute("value", { mutability: "immutable", ...exact }),
          attribute("$ref", { type: "reference", mutability: "immutable", ...exact }),
          attribute("display"),
          attribute("type", { mutability: "immutable" }),
        ],
        { multiValued: true },
      ),
    ],
  },
  extensions: [
    {
      id: "urn:connector:cognito:2.0:Group",
      name: "CognitoGroup",
      description: "",
      attributes: [
        attribute("precedence", { type: "integer" }),
        attribute("roleArn"),
        attribute("description"),
      ],
    },
  ],
};
