import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { isRecord } from "../../../pkg/core/unknown.ts";
import { SCIM_TOKENS, type ScimProgram } from "../../support/scim-service.ts";

/** What scim2-tester says of one check, or of one attribute within it. */
export interface Verdict {
  readonly status: string;
  readonly check: string;
  /** The type of resource, for checks of one type. */
  readonly resource: unknown;
}

const HERE = import.meta.dirname;
const PYTHON = resolve(HERE, "../../../.cache/scim2-tester/bin/python");

/** Every check of scim2-tester against the service, by the virtual environment that the suite runner made. */
export async function runScimTester({ base }: ScimProgram): Promise<readonly Verdict[]> {
  const tester = spawn(PYTHON, [resolve(HERE, "check.py")], {
    env: { ...process.env, SCIM_URL: base, SCIM_TOKEN: SCIM_TOKENS.deploy },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  tester.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
  });
  await once(tester, "close");
  return printed
    .trim()
    .split("\n")
    .map((line) => {
      const verdict: unknown = JSON.parse(line);
      if (
        isRecord(verdict) &&
        typeof verdict["status"] === "string" &&
        typeof verdict["check"] === "string"
      ) {
        return {
          ...verdict,
          status: verdict["status"],
          check: verdict["check"],
          resource: verdict["resource"],
        };
      }
      throw new Error(`not a verdict: ${line}`);
    });
}
