import { expect, test } from "vitest";
import { bindFailure } from "./bind-failure.ts";

test.for([
  ["EADDRINUSE", "10.0.0.1:1", "is in use by another program; stop it or choose another port"],
  ["EADDRINUSE", "unix:/s", "is in use by another program; stop it or choose another path"],
  ["EADDRNOTAVAIL", "10.0.0.1:1", "cannot be opened (EADDRNOTAVAIL); choose another address"],
] as const)("%s at %s is reported with the setting and the cure", ([code, text, what]) => {
  const error = Object.assign(new Error("listen"), { code });
  const address =
    text === "unix:/s"
      ? ({ kind: "unix", path: "/s" } as const)
      : ({ kind: "tcp", host: "10.0.0.1", port: 1 } as const);
  expect(bindFailure("BATON_LISTEN", address, error)).toMatchObject({
    code: "failed-precondition",
    message: `BATON_LISTEN: ${text} ${what}`,
    cause: error,
  });
});
