// Every command and every call under the IAM policies of ConductorOne's page. docs/permissions.md has what was found here:
// `vitest run test/vendor-policies.test.ts -u` rewrites its tables.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { create, type DescMethod, type MessageInitShape } from "@bufbuild/protobuf";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { FEATURE_NAMES, FEATURES, LOST_WITHOUT, operationsOf } from "../pkg/connector/features.ts";
import { ActionService, BatonActionStatus } from "../pkg/gen/c1/connector/v2/action_pb.ts";
import { ConnectorService } from "../pkg/gen/c1/connector/v2/connector_pb.ts";
import { EntitlementsService } from "../pkg/gen/c1/connector/v2/entitlement_pb.ts";
import { GrantManagerService, GrantsService } from "../pkg/gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  CredentialManagerService,
  EncryptionConfigSchema,
  ResourceDeleterService,
  ResourceGetterService,
  ResourceManagerService,
  ResourcesService,
  ResourceTypesService,
} from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { SERVED_METHODS } from "../pkg/grpc/services/served-methods.ts";
import { VENDOR_ALL, VENDOR_READS } from "./cognito/vendor-policies.ts";
import { commandNames } from "./support/command-names.ts";
import { type GrpcTestClient, grpcClient, type Reply } from "./support/grpc-client.ts";
import { type PolicyScene, policyScene } from "./support/policy-scene.ts";

const POLICIES = [
  ["five", VENDOR_READS],
  ["twelve", VENDOR_ALL],
] as const;

/** `yes`, `in part, without X` or `no: X`, by policy. */
type Findings = Map<string, Record<string, string>>;

const open: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function scene(allowed: readonly string[]): Promise<PolicyScene> {
  const made = await policyScene(allowed);
  open.push(() => made.close());
  return made;
}

function missingIn(text: string): string {
  const named = /cognito-idp:(\w+)/.exec(text)?.[1];
  if (named === undefined) throw new Error(`no IAM action is named: ${text}`);
  return named;
}

function note(findings: Findings, name: string, policy: string, finding: string): void {
  findings.set(name, { ...findings.get(name), [policy]: finding });
}

const READS = [
  "validate",
  "sync --file out.c1z",
  "list users",
  "list groups",
  "list groups --user joan",
  "list members readers",
  "get user joan",
] as const;

/** By command; several uses of one command where they call other actions. */
const CHANGES: readonly (readonly [string, string?])[] = [
  ["create-account --login ada --email ada@example.com"],
  ["create-account --login ada --email ada@example.com --invite"],
  ["create-account --login ada --email ada@example.com --password random --encrypt-to key.txt"],
  ["update-user --user joan --set nickname=JJ"],
  ["update-user --user joan --remove email"],
  ["enable-user --user barred"],
  ["disable-user --user joan"],
  ["disable-user --user joan --keep-sessions"],
  ["sign-out-user --user joan"],
  ["set-password --user joan --stdin", "planted-Passw0rd-7Qx!\n"],
  ["rotate-password --user joan --encrypt-to key.txt"],
  ["reset-password --user joan"],
  ["resend-invitation --user invited"],
  ["confirm-sign-up --user new"],
  ["reset-mfa --user guarded"],
  ["delete-user --user joan"],
  ["grant --user joan --group readers"],
  ["revoke --user grace --group readers"],
  ["revoke --user grace --group readers --end-sessions"],
  ["create-group --name team"],
  ["update-group --group readers --description all"],
  ["delete-group --group readers"],
  ["actions invoke enable_user --args {user}"],
];

/** Without a call to AWS, or tested by its calls below. */
const OTHER_COMMANDS = [
  // Its rows are the changes that are run one by one here.
  "apply",
  "serve",
  "health-check",
  "inspect",
  "query",
  "changes",
  "report",
  // It reads a live pool as `sync` does.
  "diff",
  "audit show",
  "audit verify",
  "recover",
  "iam-policy",
  "config show",
  "config",
  "actions list",
  "capabilities",
  "completion",
  "version",
];

const commands: Findings = new Map();
const key = await identityToRecipient(await generateIdentity());

describe.for(POLICIES)("with the %s actions of the vendor's page", ([policy, allowed]) => {
  test.for(READS)("connector %s", async (line) => {
    const { command } = await scene(allowed);
    const { code, stderr } = await command(line.split(" "));
    const isWhole = stderr === "";
    // `validate` reports by its exit code that changes lack what they need.
    expect(code).toBe(line === "validate" && policy === "five" ? 7 : 0);
    expect(stderr).toMatch(/^$|IAM denies cognito-idp:DescribeUserPool/);
    note(commands, line, policy, isWhole ? "yes" : `in part, without ${missingIn(stderr)}`);
  });

  test.for(CHANGES)("connector %s", async ([line, stdin]) => {
    const { command, folder, snapshot, stored } = await scene(allowed);
    writeFileSync(join(folder, "key.txt"), key);
    const argv = line
      .split(" ")
      .map((word) => (word === "{user}" ? JSON.stringify({ resource_id: stored("barred").sub }) : word));
    const before = snapshot();
    const { code, stdout, stderr } = await command(argv, stdin);
    // What is reported as made was made, and what is refused left the pool as it was.
    // To end sessions was asked for by name, so without it the command is no success.
    const isPart = code === 20 && line.endsWith("--end-sessions");
    expect(snapshot() !== before).toBe(code === 0 || isPart);
    expect([0, 7]).toContain(isPart ? 0 : code);
    const isWhole = code === 0 && stderr === "";
    const name = line.replace(" {user}", "").replace(" key.txt", "");
    const why = isWhole ? "" : missingIn(stderr + stdout);
    note(commands, name, policy, isWhole ? "yes" : code === 7 ? `no: ${why}` : `in part, without ${why}`);
  });
});

test("every command was run, or calls nothing", () => {
  const run = [...READS, ...CHANGES.map(([line]) => line)];
  const untested = commandNames().filter(
    (name) => !OTHER_COMMANDS.includes(name) && !run.some((line) => line.startsWith(name)),
  );
  expect(untested.filter((name) => !name.startsWith("completion"))).toEqual([]);
});

interface Call {
  readonly name: string;
  readonly changes: boolean;
  readonly make: (client: GrpcTestClient, scene: PolicyScene) => Promise<Reply<unknown>>;
}

function call<M extends DescMethod>(
  method: M,
  request: (scene: PolicyScene) => MessageInitShape<M["input"]>,
  { changes = false, as = "" }: { readonly changes?: boolean; readonly as?: string } = {},
): Call {
  return {
    name: `${method.parent.name}.${method.name}${as === "" ? "" : ` ${as}`}`,
    changes,
    make: (client, world) => client.unary(method, request(world)),
  };
}

const id = (resourceType: string, resource: string) => ({ resourceType, resource });
const userId = ({ stored }: PolicyScene, username: string) => id("user", stored(username).sub);
const readers = { id: id("group", "readers") };
const member = { id: "group:readers:member", resource: readers, slug: "member" };
const ageKey = create(EncryptionConfigSchema, {
  provider: "baton/age/v1",
  config: { case: "ageRecipientConfig", value: { recipient: key } },
});
const random = { options: { case: "randomPassword", value: { length: 20n } } } as const;
const change = { changes: true };

function action(name: string, args: (scene: PolicyScene) => Record<string, string | number>): Call {
  return call(
    ActionService.method.invokeAction,
    (world) => ({ name, args: args(world), inlineWait: { seconds: 60n } }),
    { ...change, as: name },
  );
}
const on =
  (username: string, more: Record<string, string> = {}) =>
  ({ stored }: PolicyScene) => ({
    resource_id: stored(username).sub,
    ...more,
  });

const CALLS: readonly Call[] = [
  call(ConnectorService.method.getMetadata, () => ({})),
  call(ConnectorService.method.validate, () => ({})),
  call(ConnectorService.method.cleanup, () => ({})),
  call(ResourceTypesService.method.listResourceTypes, () => ({})),
  call(ResourcesService.method.listResources, () => ({ resourceTypeId: "user" }), { as: "user" }),
  call(ResourcesService.method.listResources, () => ({ resourceTypeId: "group" }), { as: "group" }),
  call(ResourceGetterService.method.getResource, (world) => ({ resourceId: userId(world, "joan") }), {
    as: "user",
  }),
  call(ResourceGetterService.method.getResource, () => ({ resourceId: readers.id }), { as: "group" }),
  call(EntitlementsService.method.listEntitlements, () => ({ resource: readers })),
  call(EntitlementsService.method.listStaticEntitlements, () => ({ resourceTypeId: "group" })),
  call(GrantsService.method.listGrants, () => ({ resource: readers })),
  call(ActionService.method.listActionSchemas, () => ({})),
  call(ActionService.method.getActionSchema, () => ({ name: "enable_user" })),
  call(
    GrantManagerService.method.grant,
    (world) => ({ entitlement: member, principal: { id: userId(world, "joan") } }),
    change,
  ),
  call(
    GrantManagerService.method.revoke,
    (world) => ({ grant: { id: "any", entitlement: member, principal: { id: userId(world, "grace") } } }),
    change,
  ),
  call(
    AccountManagerService.method.createAccount,
    () => ({ accountInfo: { login: "ada", emails: [{ address: "ada@example.com", isPrimary: true }] } }),
    change,
  ),
  call(
    AccountManagerService.method.createAccount,
    () => ({ accountInfo: { profile: { login: "ada", email: "ada@example.com", sendInviteEmail: true } } }),
    { ...change, as: "with an invitation" },
  ),
  call(
    AccountManagerService.method.createAccount,
    () => ({ accountInfo: { login: "ada" }, credentialOptions: random, encryptionConfigs: [ageKey] }),
    { ...change, as: "with a random password" },
  ),
  call(
    CredentialManagerService.method.rotateCredential,
    (world) => ({
      resourceId: userId(world, "joan"),
      credentialOptions: random,
      encryptionConfigs: [ageKey],
    }),
    change,
  ),
  call(
    ResourceManagerService.method.createResource,
    () => ({ resource: { id: id("group", "team"), displayName: "team" } }),
    change,
  ),
  call(ResourceManagerService.method.deleteResource, (world) => ({ resourceId: userId(world, "joan") }), {
    ...change,
    as: "user",
  }),
  call(ResourceManagerService.method.deleteResource, () => ({ resourceId: readers.id }), {
    ...change,
    as: "group",
  }),
  call(ResourceDeleterService.method.deleteResourceV2, (world) => ({ resourceId: userId(world, "joan") }), {
    ...change,
    as: "user",
  }),
  call(ResourceDeleterService.method.deleteResourceV2, () => ({ resourceId: readers.id }), {
    ...change,
    as: "group",
  }),
  action("enable_user", on("barred")),
  action("disable_user", on("joan")),
  action("sign_out_user", on("joan")),
  action("confirm_sign_up", on("new")),
  action("resend_invitation", on("invited")),
  action("reset_mfa", on("guarded")),
  action("update_user_attributes", on("joan", { email: "joan@example.org" })),
  action("set_password", on("joan", { password: "planted-Passw0rd-7Qx!" })),
  action("reset_password", on("joan")),
  action("update_group", () => ({ resource_id: "readers", precedence: 1 })),
];

/** They call nothing at AWS, or answer that the connector does not have them. */
const OTHER_SERVICES = /^(c1\.ratelimit|grpc\.)|(AssetService|EventService|TicketsService)$/;
const OTHER_METHODS = ["GetActionStatus", "IssueCredential"];

const calls: Findings = new Map();

/** An action that fails is a successful call. */
function outcomeOf({ code, message, answer }: Reply<unknown>): {
  readonly done: boolean;
  readonly text: string;
} {
  if (code !== "OK") return { done: false, text: message };
  const { status, response } = { status: undefined, response: {}, ...Object(answer) };
  const text = JSON.stringify(response);
  return { done: status === undefined || status === BatonActionStatus.COMPLETE, text };
}

/** What the call came to under the policy, and whether the pool changed as that says. */
async function outcomeIn(
  { changes, make }: Call,
  world: PolicyScene,
  address: string,
): Promise<{ readonly finding: string; readonly isTrue: boolean }> {
  const client = grpcClient(address);
  open.push(() => client.close());
  const before = world.snapshot();
  const { done, text } = outcomeOf(await make(client, world));
  const inPart = done && /"warning"/.test(text);
  return {
    finding: inPart ? `in part, without ${missingIn(text)}` : done ? "yes" : `no: ${missingIn(text)}`,
    isTrue: (world.snapshot() !== before) === (done && changes),
  };
}

describe.for(POLICIES)("over gRPC, with the %s actions of the vendor's page", ([policy, allowed]) => {
  describe("a read", () => {
    let world: PolicyScene;
    let address: string;

    beforeAll(async () => {
      world = await policyScene(allowed);
      ({ address } = await world.serve());
    });

    afterAll(() => world.close());

    test.for(CALLS.filter(({ changes }) => !changes).map((one) => [one.name, one] as const))(
      "%s",
      async ([name, one]) => {
        const { finding, isTrue } = await outcomeIn(one, world, address);
        expect({ finding, isTrue }).toMatchObject({ isTrue: true });
        note(calls, name, policy, finding);
      },
    );
  });

  test.for(CALLS.filter(({ changes }) => changes).map((one) => [one.name, one] as const))(
    "%s",
    async ([name, one]) => {
      const world = await scene(allowed);
      const { address } = await world.serve();
      const { finding, isTrue } = await outcomeIn(one, world, address);
      expect({ finding, isTrue }).toMatchObject({ isTrue: true });
      note(calls, name, policy, finding);
    },
  );

  test("the service is ready, and says once what it leaves out", async () => {
    const world = await scene(allowed);
    const { http, address, log } = await world.serve();
    expect((await fetch(`${http}/readyz`)).status).toBe(200);
    const client = grpcClient(address);
    open.push(() => client.close());
    await client.unary(ConnectorService.method.validate);
    const page = await client.unary(ResourcesService.method.listResources, { resourceTypeId: "user" });
    expect(page.answer?.list).toHaveLength(6);
    const said = log()
      .split("\n")
      .filter((line) => line.includes("IAM denies cognito-idp:DescribeUserPool"));
    expect(said).toHaveLength(policy === "five" ? 1 : 0);
    expect(log()).not.toContain('"level":"error"');
  });
});

test("every method was called, or calls nothing", () => {
  const called = new Set(CALLS.map(({ name }) => name.split(" ")[0]));
  const untested = SERVED_METHODS.filter(
    ({ service, method }) =>
      !OTHER_SERVICES.test(service) &&
      !OTHER_METHODS.includes(method) &&
      !called.has(`${service.split(".").at(-1)}.${method}`),
  );
  expect(untested).toEqual([]);
});

test("docs/permissions.md has what was found", async () => {
  const path = resolve(import.meta.dirname, "../docs/permissions.md");
  const found = (findings: Findings): string[] =>
    [...findings].map(
      ([name, { five = "", twelve = "" }]) => `| \`${name}\` | ${codes(five)} | ${codes(twelve)} |`,
    );
  const matrix = [...new Set(FEATURE_NAMES.flatMap(operationsOf))].map((operation) => {
    const cells = FEATURE_NAMES.map((name) => {
      if (FEATURES[name].needs.includes(operation)) return "needs";
      return FEATURES[name].uses.includes(operation) ? "uses" : "";
    });
    return `| \`${operation}\` | ${cells.join(" | ")} | ${LOST_WITHOUT[operation]} |`;
  });
  const head = (...names: string[]): string[] => [
    `| ${names.join(" | ")} |`,
    `|${names.map(() => "---").join("|")}|`,
  ];
  const policies = ["the five actions", "the twelve actions"];
  let text = readFileSync(path, "utf8");
  text = withTable(text, "features", [...head("Action", ...FEATURE_NAMES, "Without it"), ...matrix]);
  text = withTable(text, "commands", [...head("Command", ...policies), ...found(commands)]);
  text = withTable(text, "calls", [...head("Call", ...policies), ...found(calls)]);
  await expect(text).toMatchFileSnapshot(path);
});

function codes(finding: string): string {
  return finding.replace(/(?<=without |no: )(\w+)/, "`$1`");
}

function withTable(text: string, name: string, lines: readonly string[]): string {
  const [before, after] = [`<!-- table: ${name} -->\n`, `<!-- end: ${name} -->`];
  const from = text.indexOf(before) + before.length;
  return `${text.slice(0, from)}${lines.join("\n")}\n${text.slice(text.indexOf(after, from))}`;
}
