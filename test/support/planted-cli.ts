// Runs the command line in this process over a planted pool, and searches all its output.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Decrypter, generateIdentity, identityToRecipient } from "age-encryption";
import { run } from "../../cmd/connector/run.ts";
import { memoryContext, memoryInput } from "../../cmd/connector/testing.fixture.ts";
import {
  KEY_SECRET,
  leaksBelow,
  leaksIn,
  NEVER_KEPT,
  NEVER_TOLD,
  type PlantedStage,
  POOL,
  PRIVATE,
  SESSION_TOKEN,
  setPlantedStage,
} from "./planted.ts";

export interface Rig extends PlantedStage {
  /** Opens what was sealed to key.txt. */
  readonly open: (sealed: string) => Promise<string>;
}

/** Each test has a pool and a state of its own: they run side by side, since a lost answer takes time. */
export async function onStage(
  work: (rig: Rig) => Promise<void>,
  pool: Parameters<typeof setPlantedStage>[1] = {},
): Promise<void> {
  const stage = await setPlantedStage(0, pool);
  try {
    const identity = await generateIdentity();
    writeFileSync(join(stage.folder, "key.txt"), `${await identityToRecipient(identity)}\n`);
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    await work({ ...stage, open: (sealed) => decrypter.decrypt(Buffer.from(sealed, "base64"), "text") });
  } finally {
    await stage.close();
  }
}

export interface Line {
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The call that it makes; undefined where it must not make one. */
  readonly writes?: string;
}

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const LOGS = [
  { level: "debug", format: "json", output: "json" },
  { level: "info", format: "console", output: "table" },
] as const;

/** The whole program, without a process of its own. */
export async function ran(
  stage: Rig,
  { args, stdin = "", env = {} }: Line,
  log: (typeof LOGS)[number],
  ...more: string[]
): Promise<Ran> {
  const context = memoryContext({
    env: {
      BATON_USER_POOL_ID: POOL,
      BATON_ENDPOINT_URL: stage.cognito.url,
      BATON_RATE: "1000",
      BATON_STATE_DIR: stage.stateDir,
      BATON_PROVISIONING: "true",
      BATON_LOG_LEVEL: log.level,
      BATON_LOG_FORMAT: log.format,
      BATON_AWS_ACCESS_KEY_ID: "AKIDTEST",
      BATON_AWS_SECRET_ACCESS_KEY: KEY_SECRET,
      BATON_AWS_SESSION_TOKEN: SESSION_TOKEN,
      ...env,
    },
    cwd: stage.folder,
    stdin: memoryInput(stdin),
    now: Date.now,
    monotonic: () => performance.now(),
  });
  const exitCode = await run([...args, "--output", log.output, ...more], context);
  return { exitCode, stdout: context.stdout.text(), stderr: context.stderr.text() };
}

export const line = (text: string, writes?: string, stdin?: string): Line => ({
  args: text.split(" "),
  ...(writes === undefined ? {} : { writes }),
  ...(stdin === undefined ? {} : { stdin }),
});

export function invoke(name: string, writes: string, args: object): Line {
  return line(`actions invoke ${name} --args -`, writes, JSON.stringify(args));
}

export const nameOf = ({ args }: Line): string => args.slice(0, 3).join(" ");

/** All output and all files. */
export function leaksOf(stage: Rig, told: Ran, command: Line): readonly string[] {
  const name = nameOf(command);
  return [
    ...leaksIn(`stderr of ${name}`, told.stderr, NEVER_TOLD),
    ...leaksIn(`stdout of ${name}`, told.stdout, PRIVATE),
    ...leaksBelow(stage.stateDir, NEVER_KEPT).map((leak) => `after ${name}, ${leak}`),
  ];
}
