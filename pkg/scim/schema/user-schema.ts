import { schemaOf } from "../../core/attributes/standard.ts";
import type { Binding } from "../mapping/binding.ts";
import { isFlagWritable, SCIM_CONTACTS } from "../mapping/contacts.ts";
import type { MappingContext } from "../mapping/context.ts";
import { COGNITO_USER_URN, ENTERPRISE_URN, USER_URN } from "../resource.ts";
import type { AttributeDefinition, ResourceSchemas, SchemaDefinition } from "./attribute.ts";
import { define } from "./define.ts";

/** What SCIM offers for the users of this pool: only what can be read or written in it. */
export function userSchemas(context: MappingContext): ResourceSchemas {
  const core: SchemaDefinition = {
    id: USER_URN,
    name: "User",
    description: "A user of the pool.",
    attributes: coreAttributes(context),
  };
  const enterprise = boundAttributes(context, ENTERPRISE_URN);
  return {
    kind: "User",
    core,
    extensions: [
      ...(enterprise.length > 0
        ? [
            {
              id: ENTERPRISE_URN,
              name: "EnterpriseUser",
              description: "What the pool holds of a person's place in an organization.",
              attributes: enterprise,
            },
          ]
        : []),
      {
        id: COGNITO_USER_URN,
        name: "CognitoUser",
        description: "What only Amazon Cognito has of a user, and the custom attributes of the pool.",
        attributes: [...boundAttributes(context, COGNITO_USER_URN), ...cognitoAttributes(context)],
      },
    ],
  };
}

function coreAttributes(context: MappingContext): readonly AttributeDefinition[] {
  const { profile, displayNameAttribute, password, groupFromUser } = context;
  const isStarling = profile === "starling";
  const bound = boundAttributes(context, undefined).filter(({ name }) => name !== "externalId");
  const hasOwnDisplayName = isStarling || displayNameAttribute === undefined;
  return [
    userName(context),
    ...(hasOwnDisplayName
      ? [
          define("displayName", "The name for display.", {
            ...(isStarling && { mutability: "readOnly" }),
          }),
        ]
      : []),
    ...bound,
    // Required, since it cannot be removed. A user without it is active.
    define("active", "Whether the user can sign in.", { type: "boolean", required: true }),
    ...(password === "ignore"
      ? []
      : [
          define("password", "The password to set. It is never returned.", {
            caseExact: true,
            mutability: "writeOnly",
            returned: "never",
          }),
        ]),
    define("groups", "The groups that the user is in.", {
      type: "complex",
      multiValued: true,
      mutability: groupFromUser ? "readWrite" : "readOnly",
      subAttributes: GROUP_ITEM.map((one) => ({
        ...one,
        mutability: groupFromUser && one.name === "value" ? "readWrite" : "readOnly",
      })),
    }),
  ];
}

const GROUP_ITEM: readonly AttributeDefinition[] = [
  define("value", "The id of the group.", { caseExact: true }),
  define("$ref", "The URL of the group.", { type: "reference", caseExact: true, referenceTypes: ["Group"] }),
  define("display", "The displayName of the group."),
  define("type", "Users are in groups directly.", { canonicalValues: ["direct"] }),
];

/** The username itself never changes; an address or a preferred username that people sign in with does. */
function userName(context: MappingContext): AttributeDefinition {
  const schema = schemaOf(context.pool);
  const changes = context.nameSources.some(
    (source) => source !== "username" && schema.get(source)?.mutable === true,
  );
  return define("userName", "What the user signs in with.", {
    required: true,
    mutability: changes ? "readWrite" : "immutable",
    uniqueness: "server",
  });
}

/** The bound attributes of one schema. Those with sub-attributes of their own, such as `name`, are put together. */
function boundAttributes(
  { bindings, profile }: MappingContext,
  urn: string | undefined,
): readonly AttributeDefinition[] {
  const attributes = new Map<string, AttributeDefinition>();
  for (const binding of bindings) {
    if (binding.urn !== urn) continue;
    const { attribute, sub } = binding;
    if (sub === undefined) {
      attributes.set(attribute, boundAttribute(binding));
      continue;
    }
    const formatted =
      profile === "starling" ? [define("formatted", "The username.", { mutability: "readOnly" })] : [];
    const subAttributes = [
      ...(attributes.get(attribute)?.subAttributes ?? formatted),
      boundAttribute(binding),
    ];
    attributes.set(
      attribute,
      define(attribute, "The parts of the name.", {
        type: "complex",
        required: subAttributes.some(({ required }) => required),
        subAttributes,
      }),
    );
  }
  return [...attributes.values()];
}

function boundAttribute({ attribute, sub, form, source, description }: Binding): AttributeDefinition {
  const name = sub ?? attribute;
  const changes = {
    required: source.required,
    mutability: source.mutable ? "readWrite" : "immutable",
  } as const;
  switch (form) {
    case "text":
      return define(name, description, changes);
    case "boolean":
    case "integer":
    case "dateTime":
      return define(name, description, { ...changes, type: form });
    case "reference":
      return define(name, description, { ...changes, ...EXTERNAL });
    case "emails":
      return list(name, description, changes, [define("value", "The address."), ...TYPE_AND_PRIMARY]);
    case "phoneNumbers":
      return list(name, description, changes, [define("value", "The number."), ...TYPE_AND_PRIMARY]);
    case "photos":
      return list(name, description, changes, [
        define("value", "The URL of the picture.", EXTERNAL),
        ...TYPE_AND_PRIMARY,
      ]);
    case "addresses":
      return list(name, description, changes, [
        define("formatted", "The whole address."),
        define("streetAddress", "The street."),
        define("locality", "The city."),
        define("region", "The state or region."),
        define("postalCode", "The postal code."),
        define("country", "The country."),
        ...TYPE_AND_PRIMARY,
      ]);
    case "manager":
      return define(name, description, {
        ...changes,
        type: "complex",
        subAttributes: [
          define("value", "The id of the manager.", { caseExact: true }),
          define("$ref", "The URL of the manager.", {
            type: "reference",
            caseExact: true,
            referenceTypes: ["User"],
          }),
        ],
      });
  }
}

const EXTERNAL = { type: "reference", caseExact: true, referenceTypes: ["external"] } as const;

const TYPE_AND_PRIMARY: readonly AttributeDefinition[] = [
  define("type", "What it is for, such as work or home."),
  define("primary", "Whether it is the preferred one.", { type: "boolean" }),
];

function list(
  name: string,
  description: string,
  changes: Partial<Pick<AttributeDefinition, "required" | "mutability">>,
  subAttributes: readonly AttributeDefinition[],
): AttributeDefinition {
  // An item that the pool requires is one with a value.
  const required = changes.required === true;
  return define(name, description, {
    ...changes,
    type: "complex",
    multiValued: true,
    subAttributes: subAttributes.map((sub, at) => (at === 0 && required ? { ...sub, required } : sub)),
  });
}

function cognitoAttributes(context: MappingContext): readonly AttributeDefinition[] {
  const isStarling = context.profile === "starling";
  // Read when they are asked for: a client that writes the extension reads back what it wrote and no more.
  const returned = isStarling ? "default" : "request";
  return [
    define("userStatus", "The status of the user in Cognito.", {
      caseExact: true,
      mutability: "readOnly",
      returned,
    }),
    ...SCIM_CONTACTS.map((contact) =>
      define(contact.flag, `Whether the ${contact.words} is verified.`, {
        type: "boolean",
        mutability: isFlagWritable(contact, context) ? "readWrite" : "readOnly",
        returned: isFlagWritable(contact, context) ? "default" : returned,
      }),
    ),
    ...(isStarling
      ? [
          define(
            "isPasswordPermanent",
            "Whether the password that is sent need not be changed at the first sign-in.",
            {
              type: "boolean",
              mutability: "writeOnly",
              returned: "never",
            },
          ),
          define(
            "desiredDeliveryMediums",
            "By what an invitation is sent. Without it, no invitation is sent.",
            {
              multiValued: true,
              mutability: "writeOnly",
              returned: "never",
              canonicalValues: ["EMAIL", "SMS"],
            },
          ),
        ]
      : []),
  ];
}
