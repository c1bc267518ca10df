import { describe, expect, test } from "vitest";
import { pageHead } from "./document.ts";
import { countText, dayText, durationText, minuteText } from "./formats.ts";
import { html } from "./html.ts";
import { pageMargins } from "./styles.ts";
import { foreignValue } from "./values.ts";

describe("a template of the page", () => {
  test("escapes every text in content and in attributes, and no piece twice", () => {
    const text = `<b title="x">&'`;
    const piece = html`<i data-of="${text}">${text}</i>`;
    expect(html`${piece}${[piece]}${undefined}${7}`.text).toBe(
      `${'<i data-of="&lt;b title=&quot;x&quot;&gt;&amp;&#39;">&lt;b title=&quot;x&quot;&gt;&amp;&#39;</i>'.repeat(2)}7`,
    );
  });
});

const code = (point: string) => `<span class="code">U+${point}</span>`;

describe("a value that somebody else wrote", () => {
  test.for([
    ["ada", "ada"],
    ["Zoë 日本 عربي 🦊", "Zoë 日本 عربي 🦊"],
    ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
    [`"'&`, "&quot;&#39;&amp;"],
    ["evil\u202etxt.exe", `evil${code("202E")}txt.exe`],
    ["a\u2066b\u2069\u2069c", `a${code("2066")}b${code("2069")}${code("2069")}c`],
    ["שלום\u200f", `שלום${code("200F")}`],
    [
      "a\u0000\u001b[31m\u009b\n\t",
      `a${code("0000")}${code("001B")}[31m${code("009B")}${code("000A")}${code("0009")}`,
    ],
    ["half \ud83d pair", `half ${code("D83D")} pair`],
    ["one\u2028two", `one${code("2028")}two`],
    ["bob\u200d", `bob${code("200D")}`],
    ["نیم\u200cفاصله 👩‍👩‍👧 ❤️", "نیم\u200cفاصله 👩‍👩‍👧 ❤️"],
    ["soft\u00adhyphen", `soft${code("00AD")}hyphen`],
    [" bob\u3000", `${code("0020")}bob${code("3000")}`],
    ["two  spaces", "two  spaces"],
    ["   ", code("0020").repeat(3)],
    ["", ""],
  ] as const)("%j is isolated and shown as %s", ([text, shown]) => {
    expect(foreignValue(text).text).toBe(`<bdi>${shown}</bdi>`);
  });

  test("of more than 256 characters is cut between characters, and its length is given", () => {
    const text = "🦊".repeat(2048);
    expect(foreignValue(text).text).toBe(
      `<bdi>${"🦊".repeat(256)}</bdi><span class="cut">… 2,048 characters</span>`,
    );
    expect(foreignValue("a".repeat(256)).text).toBe(`<bdi>${"a".repeat(256)}</bdi>`);
    expect(foreignValue("a".repeat(257)).text).toContain("… 257 characters");
  });
});

describe("the head of the page", () => {
  const { text } = pageHead({ title: "<x>", margin: `a"}b\\c</style>` });

  test("lets the browser load and run nothing, and use no style but the page's own", async () => {
    const [, styles = ""] = /<style>([^]*)<\/style>/.exec(text) ?? [];
    const hash = Buffer.from(
      await crypto.subtle.digest("SHA-256", new TextEncoder().encode(styles)),
    ).toString("base64");
    expect(text).toContain(
      `content="default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"`,
    );
    expect(text).toContain("<title>&lt;x&gt;</title>");
    expect(text).not.toMatch(/<script|<link|https?:|\son\w+=|\sstyle=|url\(|@import/);
  });

  test("keeps a text in the margin of the printed page inside its string", () => {
    expect(pageMargins(`a"}b\\c</style>`)).toContain('content:"a\\22 \\7d b\\5c c\\3c \\2f style\\3e "');
  });
});

test("numbers and times are the same on every machine", () => {
  const time = new Date("2026-09-05T00:04:59.999Z");
  expect([countText(1, "person", "people"), countText(1234567, "person", "people")]).toEqual([
    "1 person",
    "1,234,567 people",
  ]);
  expect([dayText(time), minuteText(time)]).toEqual(["5 Sep 2026", "5 Sep 2026, 00:04 UTC"]);
  expect([59_999, 60_000, 3_599_999, 7_200_000, 86_400_000, 200_000_000].map(durationText)).toEqual([
    "less than a minute",
    "1 minute",
    "59 minutes",
    "2 hours",
    "1 day",
    "2 days",
  ]);
});
