// Fails on words that readers from other countries stumble over. CONTRIBUTING.md says what to write instead.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Words and phrases, with what to write instead. Names in code are read too, so no entry is an ordinary name. */
const WORST: readonly (readonly [RegExp, string])[] = [
  [/\bwhoever\b|\bwhomever\b/i, "name the person: the caller, the user, anybody who"],
  [/\bthe field's\b/i, "Baton, the Baton SDK, or the standard that is meant"],
  [
    /\bwhat stands\b|\bstands? (?:in (?:force|effect)|nevertheless|all the same)\b/i,
    "is in effect, was done, exists",
  ],
  [/\bis none\b|\bare none\b(?! of)/i, "there is no …, is not a …"],
  [/\bnobody of that\b|\bnobody of this\b/i, "no user with this name"],
  [/\b(?:is|are|be|been|was|were) told (?:of|that|so)\b/i, "is reported, is logged"],
  [/\bhears? of\b/i, "is called for, receives"],
  [/\bhangs? (?:this|it) over\b/i, "say what happens"],
  [/\bat the door\b|\bturned away\b/i, "rejected by authentication"],
];

/** Where these words are the subject. */
const ABOUT_WORDS = new Set(["CONTRIBUTING.md", "test/suites/words.ts", "LICENSE"]);
const READ = /\.(?:ts|md|proto|ya?ml|go|sh|1)$|^Makefile$/;
const LEFT_OUT = /(?:^|\/)gen\//;

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => READ.test(file) && !LEFT_OUT.test(file) && !ABOUT_WORDS.has(file));

const found: string[] = [];
for (const file of files) {
  readFileSync(file, "utf8")
    .split("\n")
    .forEach((line, index) => {
      for (const [pattern, better] of WORST) {
        const word = pattern.exec(line)?.[0];
        if (word !== undefined) found.push(`${file}:${index + 1}: "${word}": write ${better}`);
      }
    });
}
for (const line of found) process.stdout.write(`${line}\n`);
process.stdout.write(`plain words: ${files.length} files, ${found.length} to mend\n`);
process.exitCode = found.length === 0 ? 0 : 1;
