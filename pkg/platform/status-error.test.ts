import { expect, test } from "vitest";
import { platformError } from "./status-error.ts";

/** As long as a JWT with a few claims. */
const TOKEN = `eyJ${"q".repeat(1_500)}`;

test.for([
  ["whole", `${TOKEN} is bad`, "GetTask: the platform answers *** is bad"],
  [
    "so late that its end would be cut off",
    `${"a".repeat(490)} ${TOKEN}`,
    `GetTask: the platform answers ${"a".repeat(490)} ***`,
  ],
  ["twice", `${TOKEN},${TOKEN}`, "GetTask: the platform answers ***,***"],
] as const)("PLATFORM-8: a token that the platform quotes %s is not repeated", ([, details, message]) => {
  expect(platformError("GetTask", { code: 16, details }, `Bearer ${TOKEN}`)).toMatchObject({
    code: "unauthenticated",
    message,
  });
});
