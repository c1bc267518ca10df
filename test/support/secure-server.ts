// A server behind TLS, tokens or JWTs over a fake connector and a fake provisioner, and clients of it.

import { Buffer } from "node:buffer";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import type { Connector } from "../../pkg/connector/connector.ts";
import type { GrpcCallEvent, ServiceBound } from "../../pkg/core/events.ts";
import type { RefusedConnection } from "../../pkg/grpc/transport/acceptor.ts";
import type { ReloadEvent } from "../../pkg/security/watched-files.ts";
import type { KeyAndCertificate } from "./certificates.ts";
import type { ProvisionerCall } from "./fake-provisioner.ts";
import { fakeVerbs } from "./fake-verbs.ts";
import { fakeConnector, type GrpcTestClient, grpcClient } from "./grpc-client.ts";
import { listenAddress, type TestServer, type TestServerOptions, testGrpcServer } from "./grpc-server.ts";

export interface SecureHarness {
  readonly server: TestServer;
  readonly target: string;
  readonly port: number;
  /** What reached the provisioner. */
  readonly writes: readonly ProvisionerCall[];
  readonly events: readonly GrpcCallEvent[];
  readonly refused: readonly RefusedConnection[];
  /** The bounds that were met, in their order. */
  readonly bounds: readonly ServiceBound[];
  readonly reloads: readonly ReloadEvent[];
  /** Resolves when the list has so many entries. */
  readonly told: (list: "events" | "refused" | "reloads" | "bounds", count: number) => Promise<void>;
  /** Plaintext without an authority; with one, TLS that trusts only that one. */
  readonly connect: (ca?: string, own?: KeyAndCertificate) => GrpcTestClient;
}

export interface SecureOptions
  extends Partial<
    Pick<
      TestServerOptions,
      "security" | "watchMs" | "limits" | "insecure" | "reflection" | "clocks" | "rateLimits"
    >
  > {
  readonly connector?: Partial<Connector>;
  readonly listen?: string;
}

export interface SecureStage {
  start(options?: SecureOptions): Promise<SecureHarness>;
  /** Writes a file into the test's own folder and returns its path. */
  file(name: string, content: string): string;
}

/** `afterEach` is the test runner's: it closes clients and servers, and removes the files. */
export function useSecureServer(afterEach: (close: () => Promise<void>) => void): SecureStage {
  const open: (() => Promise<void>)[] = [];
  let folder: string | undefined;
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
    folder = undefined;
  });

  return {
    async start({ connector, listen = "127.0.0.1:0", ...options } = {}) {
      const lists = {
        events: Array.of<GrpcCallEvent>(),
        refused: Array.of<RefusedConnection>(),
        reloads: Array.of<ReloadEvent>(),
        bounds: Array.of<ServiceBound>(),
      };
      const news = new EventEmitter();
      const keep =
        <T>(list: T[]) =>
        (event: T): void => {
          list.push(event);
          news.emit("more");
        };
      const { verbs, calls } = fakeVerbs();
      const server = testGrpcServer({
        connector: fakeConnector(connector),
        provisioning: verbs,
        onCall: keep(lists.events),
        onConnectionRefused: keep(lists.refused),
        onReload: keep(lists.reloads),
        onBound: keep(lists.bounds),
        ...options,
      });
      open.push(() => server.close(0));
      const { target, port } = await server.listen(listenAddress(listen));
      return {
        server,
        target,
        port,
        writes: calls,
        ...lists,
        async told(list, count) {
          while (lists[list].length < count) await once(news, "more");
        },
        connect(ca, own) {
          const client = grpcClient(target, ca === undefined ? undefined : trusting(ca, own));
          open.push(async () => client.close());
          return client;
        },
      };
    },
    file(name, content) {
      folder ??= mkdtempSync(join(tmpdir(), "secure-"));
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
  };
}

function trusting(ca: string, own: KeyAndCertificate | undefined) {
  const ours = own === undefined ? [] : [Buffer.from(own.key), Buffer.from(own.cert)];
  return credentials.createSsl(Buffer.from(ca), ours[0], ours[1]);
}
