import type { MappingContext } from "../mapping/context.ts";
import { COGNITO_GROUP_URN, GROUP_URN } from "../resource.ts";
import type { AttributeDefinition, ResourceSchemas } from "./attribute.ts";
import { define } from "./define.ts";

/** What SCIM offers for the groups of the pool. */
export function groupSchemas({ profile }: Pick<MappingContext, "profile">): ResourceSchemas {
  const isStarling = profile === "starling";
  return {
    kind: "Group",
    core: {
      id: GROUP_URN,
      name: "Group",
      description: "A group of the pool.",
      attributes: [
        define("displayName", "The name of the group, unique without regard to letter case.", {
          required: true,
          // In the profile of Starling it is the name in the pool, which cannot change.
          mutability: isStarling ? "immutable" : "readWrite",
          uniqueness: "server",
        }),
        define("members", "The users in the group.", {
          type: "complex",
          multiValued: true,
          subAttributes: memberAttributes(isStarling),
        }),
      ],
    },
    extensions: [
      {
        id: COGNITO_GROUP_URN,
        name: "CognitoGroup",
        description: "What only Amazon Cognito has of a group.",
        attributes: [
          define("description", "The description of the group."),
          define("precedence", "Which group's role is taken first; 0 is the first of all.", {
            type: "integer",
          }),
          // A role gives access to AWS, so that a client that fills groups cannot choose it.
          define("roleArn", "The IAM role that the members may assume.", {
            caseExact: true,
            ...(!isStarling && { mutability: "readOnly", returned: "request" }),
          }),
        ],
      },
    ],
  };
}

function memberAttributes(isStarling: boolean): readonly AttributeDefinition[] {
  return [
    define("value", "The id of the user.", { caseExact: true, mutability: "immutable" }),
    define("$ref", "The URL of the user.", {
      type: "reference",
      caseExact: true,
      mutability: "immutable",
      referenceTypes: ["User"],
    }),
    define("type", "Only users are members.", { mutability: "immutable", canonicalValues: ["User"] }),
    ...(isStarling ? [define("display", "The username.", { mutability: "readOnly" })] : []),
  ];
}
