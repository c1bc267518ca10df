// node test/bad-days/serve-main.ts [--seed N] [--days N] [--redis] [--postgres] [--log] [--record FOLDER]
// Plays bad days of the running service, says what was met and asked for, and ends with 1 where something differs.
// --record keeps what each day has seen that differs: serve-again.ts judges it again.

import { join } from "node:path";
import { parseArgs } from "node:util";
import { startPostgres } from "../support/postgres-server.ts";
import { playServeDay } from "./serve-day.ts";
import { writeHistory } from "./serve-history.ts";
import { textOfChange } from "./serve-ledger.ts";
import { drawServeDay } from "./serve-plan.ts";
import { tallyOf, textOfFailure } from "./serve-report.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    days: { type: "string", default: "1" },
    redis: { type: "boolean", default: false },
    postgres: { type: "boolean", default: false },
    log: { type: "boolean", default: false },
    record: { type: "string" },
  },
});

const { redis, postgres: isPostgres } = values;
const tally = tallyOf();
const postgres = isPostgres ? await startPostgres() : undefined;
let failed = 0;
for (let index = 0; index < Number(values.days); index += 1) {
  const day = drawServeDay(Number(values.seed) + index, { redis, postgres: isPostgres });
  const report = await playServeDay(day, postgres === undefined ? {} : { postgres }).catch(
    (error: unknown) => void process.stdout.write(`seed ${day.seed} was not played: ${String(error)}\n`),
  );
  if (report === undefined) {
    failed += 1;
    continue;
  }
  tally.add(report);
  process.stdout.write(`${tally.line(report)}\n`);
  if (report.differences.length > 0) {
    failed += 1;
    process.stdout.write(`${textOfFailure(report)}\n`);
    if (values.record !== undefined) {
      const name = `${day.seed}-${process.pid}-${index}.json`;
      writeHistory(join(values.record, name), report.history);
      process.stdout.write(`recorded in ${name}\n`);
    }
  }
  if (values.log) {
    process.stdout.write(`${report.ledger.changes.map(textOfChange).join("\n")}\n`);
    process.stdout.write(
      `${report.ledger.refusals.map(({ what, code, text }) => `${what}: ${code} ${text}`).join("\n")}\n`,
    );
  }
  if (values.log) process.stdout.write(`${report.history.log.join("\n")}\n`);
}
await postgres?.remove();
process.stdout.write(`${tally.table()}\n`);
process.exitCode = failed > 0 ? 1 : 0;
