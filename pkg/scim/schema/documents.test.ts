import { describe, expect, test } from "vitest";
import { SCIM_BASE_URL, scimContext } from "../../../test/support/scim-pools.ts";
import { COGNITO_GROUP_URN, COGNITO_USER_URN, ENTERPRISE_URN, GROUP_URN, USER_URN } from "../resource.ts";
import { resourceTypeDocuments, schemaDocuments, serviceProviderConfig } from "./documents.ts";
import { groupSchemas } from "./group-schema.ts";
import { userSchemas } from "./user-schema.ts";

const context = scimContext();
const schemas = [userSchemas(context), groupSchemas(context)];

describe("the discovery documents", () => {
  test("ServiceProviderConfig says what the front can do, and nothing that the RFCs do not know", () => {
    const document = serviceProviderConfig(
      {
        maxOperations: 10,
        maxPayloadBytes: 1_048_576,
        maxResults: 500,
        defaultPageSize: 100,
        cursorSeconds: 3600,
        changePassword: false,
      },
      SCIM_BASE_URL,
    );
    expect(document).toEqual({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 10, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 500 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: "index",
        defaultPageSize: 100,
        maxPageSize: 500,
        cursorTimeout: 3600,
      },
      authenticationSchemes: [expect.objectContaining({ type: "oauthbearertoken", primary: true })],
      meta: {
        resourceType: "ServiceProviderConfig",
        location: `${SCIM_BASE_URL}/ServiceProviderConfig`,
      },
    });
  });

  test("ResourceTypes name the schemas of users and groups", () => {
    expect(
      resourceTypeDocuments(schemas, SCIM_BASE_URL).map(
        ({ id, endpoint, schema, schemaExtensions, meta }) => ({
          id,
          endpoint,
          schema,
          schemaExtensions,
          meta,
        }),
      ),
    ).toEqual([
      {
        id: "User",
        endpoint: "/Users",
        schema: USER_URN,
        schemaExtensions: [
          { schema: ENTERPRISE_URN, required: false },
          { schema: COGNITO_USER_URN, required: false },
        ],
        meta: { resourceType: "ResourceType", location: `${SCIM_BASE_URL}/ResourceTypes/User` },
      },
      {
        id: "Group",
        endpoint: "/Groups",
        schema: GROUP_URN,
        schemaExtensions: [{ schema: COGNITO_GROUP_URN, required: false }],
        meta: { resourceType: "ResourceType", location: `${SCIM_BASE_URL}/ResourceTypes/Group` },
      },
    ]);
  });

  test("Schemas have all that is defined, and no null", () => {
    const documents = schemaDocuments(schemas, SCIM_BASE_URL);
    expect(documents.map(({ id, meta }) => [id, meta])).toEqual(
      [USER_URN, ENTERPRISE_URN, COGNITO_USER_URN, GROUP_URN, COGNITO_GROUP_URN].map((id) => [
        id,
        { resourceType: "Schema", location: `${SCIM_BASE_URL}/Schemas/${id}` },
      ]),
    );
    expect(JSON.stringify(documents)).not.toContain("null");
    const definitions = schemas.flatMap(({ core, extensions }) => [core, ...extensions]);
    expect(documents.map(({ attributes }) => attributes)).toEqual(
      definitions.map(({ attributes }) => attributes),
    );
  });

  test("every attribute has a name that SCIM allows, and no two have one name in two letter cases", () => {
    for (const { core, extensions } of schemas) {
      for (const { attributes } of [core, ...extensions]) {
        const names = attributes.map(({ name }) => name);
        expect(names.filter((name) => !/^[A-Za-z][\w$-]*$/.test(name))).toEqual([]);
        expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
      }
    }
  });
});
