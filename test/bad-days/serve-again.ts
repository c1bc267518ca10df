// node test/bad-days/serve-again.ts FILE [PATTERN]
// Judges a day again that `serve-main.ts --record` has kept, and tells in the order of time what is about the pattern.

import { judgeDay, readHistory, storyOf } from "./serve-history.ts";

const [path = "", pattern] = process.argv.slice(2);
const history = readHistory(path);
process.stdout.write(
  judgeDay(history)
    .map((line) => `${line}\n`)
    .join(""),
);
if (pattern !== undefined) {
  process.stdout.write(
    storyOf(history, new RegExp(pattern))
      .map((line) => `${line}\n`)
      .join(""),
  );
}
