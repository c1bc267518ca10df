import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

import { CognitoIdentityProviderClient, ListUsersCommand } from "@aws-sdk/client-cognito-identity-provider";
import { expect, test } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

const start = (...args: string[]): ChildProcessByStdio<null, Readable, Readable> =>
  spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });

async function firstLine(stream: Readable): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  return "";
}

test("as a process it prints one JSON line, serves a million users, and ends on SIGTERM", async () => {
  const child = start("--users", "1000000", "--groups", "500", "--memberships", "2000000");
  try {
    const line = await firstLine(child.stdout);
    const [, endpoint, UserPoolId] = /"url":"([^"]+)","poolId":"([^"]+)"/u.exec(line) ?? [];
    const client = new CognitoIdentityProviderClient({
      ...(endpoint === undefined ? {} : { endpoint }),
      region: "us-east-1",
      credentials: { accessKeyId: "any", secretAccessKey: "any" },
      maxAttempts: 1,
    });
    const { Users, PaginationToken } = await client.send(new ListUsersCommand({ UserPoolId }));
    expect(Users).toHaveLength(60);
    expect(PaginationToken).toBeDefined();
    const stats = await (await fetch(`${endpoint}/-/stats`)).text();
    expect(stats).toContain('"outcomes":{"ListUsers ok":1}');
    expect(Number(/"rssBytes":(\d+)/u.exec(stats)?.[1])).toBeLessThan(300 * 1024 * 1024);
  } finally {
    child.kill("SIGTERM");
  }
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("a bad argument is one line on stderr and no server", async () => {
  const child = start("--users", "many");
  const exit = once(child, "exit");
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) lines.push(line);
  expect(lines).toEqual(['--users must be a whole number from 0 up, got "many"']);
  expect((await exit)[0]).toBe(2);
});
