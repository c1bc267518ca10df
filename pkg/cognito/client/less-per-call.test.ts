import { expect, onTestFinished, test } from "vitest";
import { adapterOver, never } from "../../../test/support/adapter.ts";
import { startAwsStub, wireUser } from "../../../test/support/aws-stub.ts";

test("requests after the first are as the SDK makes the first, each with an id and a signature of its own", async () => {
  const stub = await startAwsStub(() => ({ body: { Users: [wireUser(1)] } }));
  const directory = adapterOver(stub.url, {});
  onTestFinished(async () => {
    directory.close();
    await stub.close();
  });
  await Promise.all([directory.listUsers({}, never), directory.listUsers({}, never)]);
  await directory.listUsers({}, never);
  await directory.listUsers({ limit: 7 }, never);
  const sent = stub.requests.map(({ headers }) => headers);
  expect(sent).toHaveLength(4);
  const [first] = sent;
  expect(first?.["user-agent"]).toMatch(/^aws-sdk-js\/.* api\/cognito-identity-provider/);
  for (const headers of sent) {
    expect(Object.keys(headers).toSorted()).toEqual(Object.keys(first ?? {}).toSorted());
    for (const name of ["user-agent", "x-amz-user-agent", "amz-sdk-request", "x-amz-target", "content-type"])
      expect(headers[name]).toBe(first?.[name]);
  }
  expect(new Set(sent.map((headers) => headers["amz-sdk-invocation-id"])).size).toBe(4);
  expect(new Set(sent.map(({ authorization }) => authorization)).size).toBe(4);
});
