#!/usr/bin/env node
// Imports nothing that an old Node cannot load, so that it can print which Node is needed.
import { argv, versions } from "node:process";

const NEEDED = 24;

if (Number(versions.node.split(".")[0]) < NEEDED) {
  process.stderr.write(
    `connector: needs Node ${NEEDED} or later, and this is ${versions.node}; install it, or run in a checkout: npm run -s connector -- ...\n`,
  );
  process.exitCode = 2;
} else {
  const { muteForeignLines } = await import("../../pkg/worker/foreign-lines.ts");
  muteForeignLines();
  const { start } = await import("./start.ts");
  await start(argv.slice(2));
}
