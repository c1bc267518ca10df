// One hostile peer in a process of its own, so that it does not slow down the process that measures.
//   node test/hostile/main.ts <kind> <target as JSON>
// Prints one JSON line with its counts when its attack is over, and at SIGTERM.
import { KINDS } from "./kinds.ts";
import { type Counts, parseTarget } from "./target.ts";

const [name = "", given = "{}"] = process.argv.slice(2);
const kind = KINDS[name];
if (kind === undefined) throw new Error(`no kind ${name}; there are ${Object.keys(KINDS).join(", ")}`);
const target = parseTarget(given);
const counts: Counts = new Map();

function end(): never {
  process.stdout.write(`${JSON.stringify([...counts])}\n`);
  process.exit(0);
}

process.once("SIGTERM", end);
// The process that started this one may have been killed.
process.once("disconnect", end);
await kind.attack(target, counts);
end();
