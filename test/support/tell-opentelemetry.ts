// Given to a process by `--import`: it says on stderr of which package of OpenTelemetry it loads the first file.
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
