import { describe, expect, test } from "vitest";
import { listenAddress } from "../../test/support/grpc-server.ts";
import { requireProtected } from "./listener.ts";

const nothing = { tls: false, insecure: false };

// What counts as this machine: pkg/core/listen-address.test.ts.
describe("plaintext", () => {
  test.for(["127.0.0.1:1", "localhost:1", "[0:0:0:0:0:0:0:1]:1", "unix:/s"])("is allowed on %s", (text) => {
    expect(() => requireProtected("listen", listenAddress(text), nothing)).not.toThrow();
  });

  test.for(["0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.org:1"])(
    "is refused on %s, which other machines can reach",
    (text) => {
      const address = listenAddress(text);
      expect(() => requireProtected("listen", address, nothing)).toThrow(/^listen: .* no TLS/);
      expect(() => requireProtected("listen", address, { ...nothing, insecure: true })).not.toThrow();
      expect(() => requireProtected("listen", address, { ...nothing, tls: true })).not.toThrow();
    },
  );
});
