// Given to a process by `--import`: it prints on stderr the first package of OpenTelemetry that is loaded.
import { writeSync } from "node:fs";
import { registerHooks } from "node:module";

const told = new Set<string>();

registerHooks({
  load(url, context, next) {
    const name = /\/(@opentelemetry\/[^/]+)\//.exec(url)?.[1];
    if (name !== undefined && !told.has(name)) {
      told.add(name);
      writeSync(2, `loads ${name}\n`);
    }
    return next(url, context);
  },
});
