// Callers that do not read their answers: what is kept for them is bounded, and nothing more is made for nobody.
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { ClientHttp2Session } from "node:http2";
import { create } from "@bufbuild/protobuf";
import { afterEach, describe, expect, test } from "vitest";
import type { Connector } from "../pkg/connector/connector.ts";
import { ConnectorService } from "../pkg/gen/c1/connector/v2/connector_pb.ts";
import { GrantManagerService } from "../pkg/gen/c1/connector/v2/grant_pb.ts";
import { ResourceTypesService } from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { ResourceTypeSchema } from "../pkg/protocol/messages.ts";
import { codesDuring } from "./support/hostile.ts";
import { beginningOf, call, EMPTY, useRawSessions } from "./support/raw-calls.ts";
import { useSecureServer } from "./support/secure-server.ts";

const stage = useSecureServer(afterEach);
const sessions = useRawSessions(afterEach);

const OK = new Set(["OK"]);
const TYPES = "/c1.connector.v2.ResourceTypesService/ListResourceTypes";
const VALIDATE = "/c1.connector.v2.ConnectorService/Validate";
const GRANT = "/c1.connector.v2.GrantManagerService/Grant";
const LARGE = create(ResourceTypeSchema, { id: "user", displayName: "x".repeat(1024 * 1024) });

const bearer = (name: string) => ({ authorization: `Bearer ${name}` });

function ask(session: ClientHttp2Session, path: string) {
  const stream = call(session, path, bearer("provisioner"));
  stream.end(EMPTY);
  return stream;
}

describe("a caller whose answers wait for it", () => {
  /** Four answers of 1 MiB are too many. */
  async function startBehind(connector: Partial<Connector> = {}) {
    const lines = ["provisioner", "other"].map(
      (name) => `provision ${createHash("sha256").update(name).digest("hex")} ${name}`,
    );
    const server = await stage.start({
      security: { tokensFile: stage.file("tokens", lines.join("\n")) },
      connector: { listResourceTypes: () => [LARGE], ...connector },
      limits: {
        unread: { callerAnswers: 4, callerBytes: 4 * 1024 * 1024, callerMs: 0, idleBytes: Infinity },
      },
    });
    const session = sessions.open(server.port, { initialWindowSize: 0 });
    const leave = async (count: number) => {
      const streams = Array.from({ length: count }, () => ask(session, TYPES));
      expect(new Set(await Promise.all(streams.map(beginningOf)))).toEqual(new Set(["open"]));
    };
    return { ...server, session, leave };
  }

  test("gets no further ones; its calls that change something and other callers are served", async () => {
    const { session, connect, bounds, leave, events } = await startBehind();
    await leave(3);
    expect(bounds).toEqual([]);
    await leave(1);
    expect(bounds).toEqual(["unread-answers"]);
    expect(await beginningOf(ask(session, TYPES))).toBe("14");
    // Also on another connection.
    const client = connect();
    const refused = await client.unary(
      ConnectorService.method.validate,
      {},
      { headers: bearer("provisioner") },
    );
    expect(refused.message).toBe("this caller does not read its answers; read them and try again");
    expect(refused.rateLimit?.resetAt).toBeDefined();
    expect(events.at(-1)).toMatchObject({ caller: "token:provisioner", met: "unread-answers" });
    // Not a field is set.
    expect(await beginningOf(ask(session, GRANT))).toBe("3");
    const { grant } = GrantManagerService.method;
    expect((await client.unary(grant, {}, { headers: bearer("provisioner") })).code).toBe("INVALID_ARGUMENT");
    expect(
      (await client.unary(ConnectorService.method.validate, {}, { headers: bearer("other") })).code,
    ).toBe("OK");
  });

  test("loses those of its calls that wait and change nothing", async () => {
    const begun = Promise.withResolvers<void>();
    const { session, leave, connect } = await startBehind({
      async validate(signal) {
        begun.resolve();
        await once(signal, "abort");
        throw signal.reason;
      },
    });
    const waiting = beginningOf(ask(session, VALIDATE));
    await begun.promise;
    const other = connect().unary(
      ConnectorService.method.validate,
      {},
      { headers: bearer("other"), timeoutMs: 500 },
    );
    await leave(4);
    expect(await waiting).toBe("14");
    expect((await other).code).toBe("DEADLINE_EXCEEDED");
  });

  test("is served again once it has read them", async () => {
    const { session, leave } = await startBehind();
    await leave(4);
    expect(await beginningOf(ask(session, TYPES))).toBe("14");
    session.settings({ initialWindowSize: 8 * 1024 * 1024 });
    session.setLocalWindowSize(16 * 1024 * 1024);
    let code = "14";
    while (code === "14") code = await beginningOf(ask(session, TYPES));
    expect(code).toBe("open");
  });

  test("meets no bound where many calls are answered at once, and it reads", async () => {
    const page = create(ResourceTypeSchema, { id: "user", displayName: "x".repeat(100 * 1024) });
    const { connect, bounds } = await stage.start({ connector: { listResourceTypes: () => [page] } });
    const client = connect();
    const { listResourceTypes } = ResourceTypesService.method;
    expect((await client.unary(listResourceTypes, {})).code).toBe("OK");
    const calls = Array.from({ length: 200 }, () => client.unary(listResourceTypes, {}));
    expect(new Set((await Promise.all(calls)).map(({ code }) => code))).toEqual(OK);
    expect(bounds).toEqual([]);
  });

  test("meets no bound where its answers are more than its connection holds, and it reads", async () => {
    const { connect, bounds } = await stage.start({ connector: { listResourceTypes: () => [LARGE] } });
    const client = connect();
    const { listResourceTypes } = ResourceTypesService.method;
    expect((await client.unary(listResourceTypes, {})).code).toBe("OK");
    const calls = Array.from({ length: 100 }, () => client.unary(listResourceTypes, {}));
    expect(new Set((await Promise.all(calls)).map(({ code }) => code))).toEqual(OK);
    expect(bounds).toEqual([]);
  });

  test("that does not read its answers gets no more than fit, then is cut off, and others are answered", async () => {
    let begun = 1;
    const { port, connect, bounds, events, told } = await stage.start({
      connector: { listResourceTypes: () => [LARGE] },
      limits: { unread: { connectionBytes: 8 * 1024 * 1024, timeMs: 5000 } },
    });
    const session = sessions.open(port, { initialWindowSize: 0 });
    const ended = session.closed ? undefined : once(session, "close");
    // How large its answers are is known from the first.
    expect(await beginningOf(ask(session, TYPES))).toBe("open");
    for (let at = 0; at < 19; at += 1) {
      const stream = call(session, TYPES);
      stream.once("response", () => {
        begun += 1;
      });
      stream.end(EMPTY);
    }
    expect(await codesDuring(connect, ended ?? Promise.resolve())).toEqual(OK);
    expect(begun).toBe(8);
    expect(bounds).toEqual(["unread-answers"]);
    // Those that waited for room have an end too.
    while (events.filter(({ code }) => code === "CANCELLED").length < 12) {
      await told("events", events.length + 1);
    }
  });

  test("may change something on a connection with all the answers that it may leave unread", async () => {
    const largest = create(ResourceTypeSchema, { id: "user", displayName: "x".repeat(3.9 * 1024 * 1024) });
    const { port } = await stage.start({ connector: { listResourceTypes: () => [largest] } });
    const session = sessions.open(port, { initialWindowSize: 0 });
    const answers = Array.from({ length: 9 }, () => call(session, TYPES));
    for (const stream of answers) stream.end(EMPTY);
    expect(new Set(await Promise.all(answers.map(beginningOf)))).toEqual(new Set(["open"]));
    // Not a field is set.
    expect(await beginningOf(ask(session, GRANT))).toBe("3");
  });

  test("that reads an answer too slowly is cut off too", async () => {
    const { port, bounds } = await stage.start({ limits: { unread: { timeMs: 50 } } });
    const session = sessions.open(port, { initialWindowSize: 0 });
    call(session, TYPES).end(EMPTY);
    await once(session, "close");
    expect(bounds).toEqual(["unread-answers"]);
  });
});
