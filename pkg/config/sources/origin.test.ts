import { expect, test } from "vitest";
import { loaded, refusalOf } from "../testing.fixture.ts";
import { withoutPassword } from "./origin.ts";

test.for([
  ["http://ann:secret@proxy:3128", "http://ann:***@proxy:3128"],
  ["http:///ann:secret@proxy", "http:///ann:***@proxy"],
  ["http:/ann:secret@proxy", "http:***@proxy"],
  ["http:ann:secret@proxy", "http:***@proxy"],
  ["http://ann:sec/ret?#@proxy", "http://ann:***@proxy"],
  ["http;//ann:secret@proxy", "http;//ann:***@proxy"],
  ["ann:secret@proxy:3128", "ann:***@proxy:3128"],
  ["http://proxy:3128", "http://proxy:3128"],
  ["spiffe://example.org/a,ann@example.org", "spiffe://example.org/a,ann@example.org"],
] as const)("%s is shown as %s", ([text, shown]) => {
  expect(withoutPassword(text)).toBe(shown);
});

test.for(["http://ann:secret proxy", "ftp://ann:secret@proxy"])(
  "an error about the proxy %s does not repeat it",
  (proxy) => {
    const message = refusalOf(() => loaded("sync", {}, { BATON_HTTPS_PROXY: proxy }));
    expect(message).toMatch(/^BATON_HTTPS_PROXY: must be the URL of a proxy/);
    expect(message).not.toContain("secret");
  },
);
