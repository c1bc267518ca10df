import { describe, expect, test } from "vitest";
import { loadConfig } from "../../../pkg/config/load-config.ts";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { processInfo, ReaderGone } from "../process/context.ts";
import { type MemoryContext, memoryContext } from "../testing.fixture.ts";
import type { Diagnostics } from "./diagnostics.ts";
import { toExitCode } from "./with-runtime.ts";

interface Ran {
  readonly exitCode: number;
  readonly stderr: string;
}

async function ran(
  format: "console" | "json",
  work: Parameters<typeof toExitCode>[2],
  over: Partial<MemoryContext> = {},
): Promise<Ran> {
  const context = memoryContext(over);
  const flags = new Map([
    ["user-pool-id", "eu-west-1_AbCd12345"],
    ["log-format", format],
  ]);
  const { config } = loadConfig("serve", flags, processInfo(context));
  return { exitCode: await toExitCode(config, context, work), stderr: context.stderr.text() };
}

const failing =
  (...args: ConstructorParameters<typeof GovernanceError>) =>
  async (): Promise<never> => {
    throw new GovernanceError(...args);
  };

describe("a failure of a command", () => {
  test("is a line for people", async () => {
    expect(await ran("console", failing("unavailable", "AWS is away"))).toEqual({
      exitCode: 14,
      stderr: "connector: AWS is away\n",
    });
  });

  test("is a log line where the log is JSON", async () => {
    const { exitCode, stderr } = await ran("json", failing("unavailable", "AWS is away"));
    expect(exitCode).toBe(14);
    expect(JSON.parse(stderr)).toMatchObject({
      level: "error",
      msg: "the command failed",
      error: "AWS is away",
    });
  });

  test("says what it means for the output first", async () => {
    const meaning = "the output is incomplete";
    const work = async ({ fail }: Diagnostics): Promise<number> => {
      await fail(new GovernanceError("unavailable", "AWS is away"), meaning);
      return 20;
    };
    expect((await ran("console", work)).stderr).toBe(`connector: ${meaning}: AWS is away\n`);
    expect(JSON.parse((await ran("json", work)).stderr)).toMatchObject({ msg: meaning });
  });

  test("of bad usage is a line for people, whatever the log is", async () => {
    expect(await ran("json", failing("invalid-argument", "--since: must be a date"))).toEqual({
      exitCode: 2,
      stderr: "connector: --since: must be a date\n",
    });
  });

  test("clears the progress line first", async () => {
    const { stderr } = await ran("console", async ({ liveLine }) => {
      liveLine.show("page 1");
      throw new GovernanceError("unavailable", "AWS is away");
    });
    expect(stderr).toContain("page 1\r\u001b[2Kconnector: AWS is away\n");
  });

  test.for([
    ["the command", undefined],
    ["the program", new ReaderGone("gone")],
  ] as const)("is not reported when a closed output stops %s", async ([, reason]) => {
    const signal = reason === undefined ? new AbortController().signal : AbortSignal.abort(reason);
    const work = async (): Promise<never> => {
      throw reason === undefined ? new ReaderGone("gone") : new GovernanceError("canceled", "stopped");
    };
    expect(await ran("console", work, { signal })).toEqual({ exitCode: 0, stderr: "" });
  });
});

test.for([
  ["a success", undefined],
  ["a failure", new GovernanceError("unavailable", "AWS is away")],
] as const)("%s is closed from the last piece to the first, after its message", async ([, failure]) => {
  const { stderr } = await ran("console", async ({ log }, shutdown) => {
    shutdown.add("the limiter", () => log.info("limiter closed"));
    shutdown.add("the server", () => log.info("server closed"));
    if (failure !== undefined) throw failure;
    log.info("done");
    return 0;
  });
  const first = failure === undefined ? "done" : "AWS is away";
  expect(stderr.split("\n").map((line) => line.replace(/^.*(INFO {2}|connector: )/, ""))).toEqual([
    first,
    "server closed",
    "limiter closed",
    "",
  ]);
});
