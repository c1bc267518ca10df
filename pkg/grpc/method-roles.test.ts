import { expect, test } from "vitest";
import { fakeConnector } from "../../test/support/grpc-client.ts";
import { allServices } from "../rpc/services/services.ts";
import { rpcPath } from "./adapter.ts";
import { roleFor } from "./method-roles.ts";
import { REFLECTION_SERVICES } from "./reflection/reflection.ts";

const services = allServices(fakeConnector(), "v0.25.0", undefined).map(({ service }) => service);
const paths = [...services, ...REFLECTION_SERVICES].flatMap(({ methods }) => methods.map(rpcPath));

test("only what changes something needs a provisioner", () => {
  expect(paths.filter((path) => roleFor(path) === "provision").toSorted()).toEqual([
    "/c1.connector.v2.AccountManagerService/CreateAccount",
    "/c1.connector.v2.ActionService/InvokeAction",
    "/c1.connector.v2.CredentialManagerService/IssueCredential",
    "/c1.connector.v2.CredentialManagerService/RotateCredential",
    "/c1.connector.v2.GrantManagerService/Grant",
    "/c1.connector.v2.GrantManagerService/Revoke",
    "/c1.connector.v2.ResourceDeleterService/DeleteResourceV2",
    "/c1.connector.v2.ResourceManagerService/CreateResource",
    "/c1.connector.v2.ResourceManagerService/DeleteResource",
    "/c1.connector.v2.TicketsService/BulkCreateTickets",
    "/c1.connector.v2.TicketsService/CreateTicket",
  ]);
});

test("everything else that is served needs a reader", () => {
  expect(paths.filter((path) => roleFor(path) === "read").length).toBe(paths.length - 11);
});

test.for([
  ["/grpc.health.v1.Health/Check", "none"],
  ["/grpc.health.v1.Health/Watch", "none"],
  ["/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "read"],
  ["/some.new.Service/Method", "provision"],
  ["/grpc.health.v1.Healthy/Check", "provision"],
  ["", "provision"],
] as const)("%s needs the role %s", ([path, role]) => {
  expect(roleFor(path)).toBe(role);
});
