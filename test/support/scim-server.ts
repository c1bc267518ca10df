// A SCIM server over a fake service, behind TLS, tokens or none, and requests to it over real sockets.
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { systemClocks } from "../../pkg/core/clock.ts";
import type { ScimCallEvent } from "../../pkg/core/events.ts";
import { type ListenAddress, parseListenAddress } from "../../pkg/core/listen-address.ts";
import type { SecuritySettings } from "../../pkg/core/security-settings.ts";
import { createCallerRates } from "../../pkg/scim/http/caller-rates.ts";
import type { RefusedScimConnection } from "../../pkg/scim/http/http-server.ts";
import { SCIM_LIMITS, type ScimLimits } from "../../pkg/scim/http/limits.ts";
import { createRoom } from "../../pkg/scim/http/room.ts";
import { createScimServer } from "../../pkg/scim/http/server.ts";
import type { ScimService } from "../../pkg/scim/service.ts";
import {
  type AccessControl,
  createAccessControl,
  type RefusedCall,
} from "../../pkg/security/access-control.ts";
import { type FakeScimService, fakeScimService, performerOver } from "./fake-scim-service.ts";

export interface ScimServerSetup {
  readonly over?: Partial<ScimService>;
  readonly security?: SecuritySettings;
  readonly limits?: Partial<ScimLimits>;
  readonly insecure?: boolean;
  readonly listen?: string;
}

export interface RunningScimServer {
  readonly service: FakeScimService;
  readonly access: AccessControl;
  readonly events: readonly ScimCallEvent[];
  readonly refused: readonly RefusedCall[];
  readonly connections: readonly RefusedScimConnection[];
  readonly port: number;
  /** Status, headers and text; rejects when the connection fails. `path` is below /scim/v2. */
  readonly ask: (path: string, options?: ScimAskOptions) => Promise<ScimServerReply>;
  /** Sends bytes, and resolves with all that comes back until the server closes. */
  readonly raw: (text: string) => Promise<string>;
  close(graceMs: number): Promise<void>;
}

export interface ScimAskOptions extends Pick<RequestOptions, "agent" | "method" | "socketPath" | "signal"> {
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly json?: unknown;
  readonly body?: string | Uint8Array;
  readonly token?: string;
  /** The TLS options of the client; without them plain text. */
  readonly tls?: ConnectionOptions;
}

export interface ScimServerReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** `afterEach` is the test runner's. */
export function useScimServer(afterEach: (close: () => Promise<void>) => void) {
  const open: (() => Promise<void>)[] = [];
  let folder: string | undefined;
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
    folder = undefined;
  });

  const file = (name: string, content: string): string => {
    folder ??= mkdtempSync(join(tmpdir(), "scim-server-"));
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  async function start(setup: ScimServerSetup = {}): Promise<RunningScimServer> {
    const { over, security = {}, insecure = false, listen = "127.0.0.1:0" } = setup;
    const limits = { ...SCIM_LIMITS, ...setup.limits };
    const service = fakeScimService(over);
    const events: ScimCallEvent[] = [];
    const refused: RefusedCall[] = [];
    const connections: RefusedScimConnection[] = [];
    const access = createAccessControl({
      settings: security,
      clocks: systemClocks,
      onRefused: (call) => void refused.push(call),
    });
    const server = createScimServer({
      access,
      insecure,
      perform: performerOver(service, limits, { patchAnswer: "auto", now: systemClocks.now }),
      rates: createCallerRates(10_000, systemClocks.monotonic),
      room: createRoom(limits),
      limits,
      basePath: "/scim/v2",
      clocks: systemClocks,
      onCall: (event) => void events.push(event),
      onConnectionRefused: (event) => void connections.push(event),
    });
    open.push(async () => {
      access.stop();
      await server.close(0);
    });
    const address = listenAddressOf(listen);
    const { port } = await server.listen(address);
    return {
      service,
      access,
      events,
      refused,
      connections,
      port,
      ask: async (path, options = {}) => await answerOf(port, path, options),
      raw: async (text) => {
        const socket = connect(port, "127.0.0.1");
        let answer = "";
        socket.on("data", (part) => (answer += part.toString("latin1")));
        socket.on("error", () => {});
        socket.write(text, "latin1");
        await once(socket, "close");
        return answer;
      },
      close: (graceMs) => server.close(graceMs),
    };
  }

  return { start, file };
}

function listenAddressOf(text: string): ListenAddress {
  const parsed = parseListenAddress(text);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed.value;
}

async function answerOf(port: number, path: string, options: ScimAskOptions): Promise<ScimServerReply> {
  const { json, token, tls, headers, body = json === undefined ? undefined : JSON.stringify(json) } = options;
  const { agent = false, method = body === undefined ? "GET" : "POST", socketPath, signal } = options;
  const all: RequestOptions = {
    agent,
    method,
    path: `/scim/v2${path}`,
    ...(signal !== undefined && { signal }),
    ...(typeof socketPath === "string" ? { socketPath } : { host: "127.0.0.1", port }),
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/scim+json" }),
      ...headers,
    },
  };
  return await new Promise((resolve, reject) => {
    const asking = tls === undefined ? httpRequest(all) : httpsRequest({ ...all, ...tls });
    asking.on("error", reject);
    asking.on("response", (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => (text += part));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      answer.on("error", reject);
    });
    asking.end(body);
  });
}
