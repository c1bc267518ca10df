import { describe, expect, test } from "vitest";
import { readRedisUrl } from "./redis-url.ts";

const tcp = (host: string, port: number) => ({ kind: "tcp", host, port });

describe("the URL of a Redis", () => {
  test.for([
    ["redis://cache", { kind: "single", addresses: [tcp("cache", 6379)], tls: false, database: 0 }],
    ["rediss://cache:7000/3", { kind: "single", addresses: [tcp("cache", 7000)], tls: true, database: 3 }],
    ["redis://[::1]:7000", { addresses: [tcp("::1", 7000)] }],
    ["redis://me:p%40ss%3A@cache", { username: "me", password: "p@ss:" }],
    ["redis://:hunter2@cache", { username: undefined, password: "hunter2" }],
    ["redis://me@cache", { username: "me", password: undefined }],
    [
      "redis+sentinel://a,b:27000/main/2",
      { kind: "sentinel", addresses: [tcp("a", 26_379), tcp("b", 27_000)], masterName: "main", database: 2 },
    ],
    [
      "rediss+cluster://a,b:7001",
      { kind: "cluster", addresses: [tcp("a", 6379), tcp("b", 7001)], tls: true },
    ],
  ] as const)("%s is read", ([text, expected]) => {
    const read = readRedisUrl(text);
    expect("value" in read ? read.value : read).toMatchObject(expected);
  });

  test.for([
    ["cache:6379", "must be redis://"],
    ["http://cache", "must be redis://"],
    ["redis://", "must be redis://"],
    ["redis://cache:0", "must be redis://"],
    ["redis://cache:65536", "must be redis://"],
    ["redis://cache:x", "must be redis://"],
    ["redis://cache/one", "must be redis://"],
    ["redis://cache?tls=no", "must be redis://"],
    ["redis://a,b", "must name one server"],
    ["redis+sentinel://a,b", "must end with the name of the master"],
    ["redis+cluster://a/1", "must have no path"],
    ["redis://me:100%@cache", "percent-encoding"],
    ["redis://me:p@ss@cache", "must be redis://"],
    [`redis+cluster://${"a,".repeat(50)}a`, "must be redis://"],
  ] as const)("%s is refused: %s", ([text, problem]) => {
    const read = readRedisUrl(text);
    expect("problem" in read ? read.problem : "").toContain(problem);
    expect("problem" in read ? read.problem : "").not.toContain("me:");
  });
});
