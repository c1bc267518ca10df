// Large answers over real sockets: their memory is given back as soon as they are sent, and not before.
import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { afterEach, describe, expect, test } from "vitest";
import type { ListAnswer } from "../pkg/scim/pool-view.ts";
import { createAuthority } from "./support/certificates.ts";
import { useScimServer } from "./support/scim-server.ts";

const MIB = 1024 * 1024;
const stage = useScimServer(afterEach);
const ours = createAuthority("ours");

describe("large answers", () => {
  test.for(["plain text", "TLS"])("of one connection arrive whole, one after the other: %s", async (by) => {
    const given: Uint8Array[] = [];
    const pageOf = (mark: string): string => `["${mark.repeat(12 * MIB)}"]`;
    const list = async (): Promise<ListAnswer> => {
      const resources = new TextEncoder().encode(pageOf("abc".charAt(given.length)));
      given.push(resources);
      return {
        totalResults: 1,
        startIndex: 1,
        itemsPerPage: 1,
        resources,
        nextCursor: undefined,
        readAt: undefined,
      };
    };
    const { key, cert } = ours.issue({ names: ["IP:127.0.0.1"] });
    const isTls = by === "TLS";
    const tls = { certFile: stage.file("server.pem", cert), keyFile: stage.file("server.key", key) };
    const { ask } = await stage.start({ over: { list }, ...(isTls && { security: { tls } }) });
    const agent = isTls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
    try {
      for (const mark of ["a", "b", "c"]) {
        const { text } = await ask("/Users", { agent, ...(isTls && { tls: { ca: ours.cert } }) });
        expect(text.endsWith(`"Resources":${pageOf(mark)}}`)).toBe(true);
      }
      expect(given.map(({ length }) => length)).toEqual([0, 0, 0]);
    } finally {
      agent.destroy();
    }
  });
});
