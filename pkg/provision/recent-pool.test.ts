import { expect, test } from "vitest";
import { never } from "../../test/support/adapter.ts";
import { asked, createStage } from "../../test/support/provision-stage.ts";
import type { AccountRequest } from "./provisioner.ts";

const account = (login: string): AccountRequest => ({
  login,
  emails: [],
  profile: new Map([["nickname", login]]),
  credential: { kind: "none" },
});

test("many changes ask for the pool's settings once a minute, together at once", async () => {
  const { provisioner, cognito, clock } = createStage();
  const names = Array.from({ length: 20 }, (_, at) => `user${at}`);
  await Promise.all(names.map((name) => provisioner.createAccount(account(name), asked, never)));
  const change = { set: new Map([["nickname", "x"]]), remove: [] };
  await provisioner.updateAttributes({ by: "text", value: "user1" }, change, asked, never);
  expect(cognito.stats.count("DescribeUserPool")).toBe(1);
  clock.advance(61_000);
  await provisioner.createAccount(account("late"), asked, never);
  expect(cognito.stats.count("DescribeUserPool")).toBe(2);
});

test("a failure is not remembered, and not taken for settings", async () => {
  const { provisioner, cognito } = createStage();
  cognito.script({ operation: "DescribeUserPool", times: 1, error: { name: "TooManyRequestsException" } });
  await expect(provisioner.createAccount(account("ada"), asked, never)).rejects.toMatchObject({
    code: "throttled",
  });
  const { result } = await provisioner.createAccount(account("ada"), asked, never);
  expect(result.state).toBe("created");
});
