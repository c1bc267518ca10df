// Fails on words that readers from other countries stumble over. CONTRIBUTING.md says what to write instead.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Words and phrases, with what to write instead. Names in code are read too, so no entry is an ordinary name. */
const WORST: readonly (readonly [RegExp, string])[] = [
  [/\bwho(?:so)?ever\b|\bwhomever\b/i, "name the person: the caller, the user, anybody who"],
  [/\b(?:for|by|to|with|serves|lets|than) who\b/, "name the person: a caller that, the user who"],
  [/\b(?:he|his|him)\b/, "name the person again, or they"],
  [
    /\bthe field's\b/i,
    "Baton, the Baton SDK, or the name of the standard; of a field: the name of the field",
  ],
  [/\bstands\b|\bstood\b/i, "is in effect, was done, exists, is in"],
  [
    /(?<!\bthere )\b(?:is|are) none\b(?! of (?:the|these|those|them|its|our)\b)/i,
    "there is no …, is not a …",
  ],
  [/\bnone of that\b/i, "no … with this name"],
  [/\b(?:that|which|what) (?:is|are) no (?!longer\b|more\b)/i, "is not a …"],
  [/\bnobody (?:of|with) (?:that|this)\b/i, "no user with this name"],
  [/\b(?:bills|creates|deletes|finds|knows|makes|touches) nobody\b/i, "no user, no account"],
  [/\b(?:is|are|be|been|was|were|and|not) told\b(?! apart)/i, "is reported, is logged, receives"],
  [/\btells? of\b/i, "reports, logs"],
  [/\bhears?\b|\bheard\b/i, "is called for, receives"],
  [/\bhangs? (?:this|it) over\b/i, "say what happens"],
  [/\bat the door\b|\bturned away\b/i, "rejected by authentication"],
  [/\banew\b/i, "again"],
  [/\bfor good\b/i, "permanently"],
  [/\b(?:lets|letting|let) go\b/i, "releases"],
  [/\bsought\b/i, "searched for"],
  [/\bunbroken\b/i, "has no gap"],
  [
    /\b(?:nevertheless|lest|whence|hitherto|thereby|thereof|wherein|whereupon|withal|in vain|naught|(?:its|their) own accord)\b/i,
    "the ordinary word: still, so that … not, by this, in which, by itself",
  ],
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
