import { expect, test } from "vitest";
import { someUser, userNumber } from "../../test/support/fake-directory.ts";
import type { User } from "../core/user.ts";
import { compressPage, expandPage } from "./compressed-page.ts";

test("a compressed page is the page that it was, in a tenth of the memory", () => {
  const items = [
    ...Array.from({ length: 59 }, (_, at) => userNumber(at)),
    someUser({
      enabled: false,
      attributes: { name: "Zoë 日本 🚀\u0000" },
      identities: [
        {
          providerName: "Okta",
          providerType: "SAML",
          userId: "zoe",
          issuer: undefined,
          primary: true,
          createdAt: new Date("2024-02-03T04:05:06.789Z"),
        },
      ],
    }),
  ];
  const compressed = compressPage({ items, next: "marker" });
  expect(expandPage<User>(compressed)).toStrictEqual({ items, next: "marker" });
  // Its own memory, not a part of a larger buffer.
  expect(compressed.buffer.byteLength).toBe(compressed.byteLength);
  expect(compressed.byteLength).toBeLessThan(6000);
});

test("the last page has no marker, and an empty page is one", () => {
  expect(expandPage(compressPage({ items: [], next: undefined }))).toStrictEqual({
    items: [],
    next: undefined,
  });
});
