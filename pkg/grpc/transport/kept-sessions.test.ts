import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("a connection that is cut while a request arrives does not end the process", async () => {
  const service = fileURLToPath(new URL("../../../test/support/cut-connections.ts", import.meta.url));
  // Without it Node aborts.
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", service]);
  expect(stdout).toBe("20 cut");
});
