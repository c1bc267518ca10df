import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { STANDARD_ATTRIBUTES } from "../../../pkg/core/attributes/standard.ts";
import { createPool } from "../../cognito/pool.ts";
import { startCognitoLocal } from "../../support/cognito-local.ts";
import { livelyPool } from "../../support/local-pool.ts";
import { type ScimProgram, startScimProgram, startScimService } from "../../support/scim-service.ts";
import { runScimTester } from "./tester.ts";

const POOL = "eu-west-1_Judge0001";

/** The passwords of scim2-tester are UUIDs: they have no capital letter. */
const ARGS = ["--scim-password=permanent"];

/** GetGroup and its kind are asked at most five times a second, as the quota of Cognito is: the three wait side by side. */
const TIMEOUT = 300_000;

/** Checks that run once for each type of resource. */
const OF_EACH_RESOURCE = [
  "check_add_attribute",
  "check_remove_attribute",
  "check_replace_attribute",
  "object_creation",
  "object_deletion",
  "object_list_with_attributes",
  "object_query",
  "object_query_with_attributes",
  "object_query_without_id",
  "object_replacement",
  "search_with_attributes",
];

/** Checks that did not pass, and those that were not run. */
async function failuresOf(service: ScimProgram): Promise<readonly unknown[]> {
  const verdicts = await runScimTester(service);
  const missing = ["User", "Group"].flatMap((resource) =>
    OF_EACH_RESOURCE.filter(
      (check) => !verdicts.some((one) => one.resource === resource && one.check === check),
    ).map((check) => `${check} of ${resource} was not run`),
  );
  return [...verdicts.filter(({ status }) => status !== "SUCCESS"), ...missing];
}

describe.concurrent("scim2-tester passes whole, and skips no check,", () => {
  test("over a pool with attributes of each type", { timeout: TIMEOUT }, async () => {
    const pool = createPool({
      id: POOL,
      passwordPolicy: { requireUppercase: false },
      schema: [
        { name: "custom:title" },
        { name: "custom:department" },
        { name: "custom:manager" },
        { name: "custom:level", type: "Number" },
        { name: "custom:vip", type: "Boolean" },
        { name: "custom:badge" },
      ],
    });
    const service = await startScimService({ pool, args: ARGS });
    try {
      expect(await failuresOf(service)).toEqual([]);
    } finally {
      await service.stop();
    }
  });

  test("with attributes of the pool for externalId and displayName", { timeout: TIMEOUT }, async () => {
    const pool = createPool({
      id: POOL,
      passwordPolicy: { requireUppercase: false },
      schema: [{ name: "custom:scim_id" }, { name: "custom:shown_as" }, { name: "email", required: true }],
    });
    const chosen = [
      "--scim-external-id-attribute=custom:scim_id",
      "--scim-display-name-attribute=custom:shown_as",
    ];
    const service = await startScimService({ pool, args: [...ARGS, ...chosen] });
    try {
      expect(await failuresOf(service)).toEqual([]);
    } finally {
      await service.stop();
    }
  });

  test("over cognito-local", { timeout: TIMEOUT }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "scim-cognito-local-"));
    const { Users, Groups, Options } = livelyPool({ id: POOL, name: "judge", users: 12 });
    const PasswordPolicy = { MinimumLength: 8, RequireUppercase: false };
    const SchemaAttributes = STANDARD_ATTRIBUTES.map(({ name, type, mutable, required }) => ({
      Name: name,
      AttributeDataType: type,
      DeveloperOnlyAttribute: false,
      Mutable: mutable,
      Required: required,
    }));
    const server = await startCognitoLocal(
      { Users, Groups, Options: { ...Options, Policies: { PasswordPolicy }, SchemaAttributes } },
      folder,
    );
    const service = await startScimProgram(POOL, server.url, { args: ARGS });
    try {
      expect(await failuresOf(service)).toEqual([]);
    } finally {
      await service.stop();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
