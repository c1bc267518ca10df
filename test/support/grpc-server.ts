// A gRPC server with the program's default settings, for tests that do not depend on them.
import { systemClocks } from "../../pkg/core/clock.ts";
import { type ListenAddress, parseListenAddress } from "../../pkg/core/listen-address.ts";
import type { SecuritySettings } from "../../pkg/core/security-settings.ts";
import {
  createGrpcServer,
  type GrpcServer,
  type GrpcServerOptions,
  type ServerLimits,
} from "../../pkg/grpc/server.ts";
import { type AccessControl, createAccessControl } from "../../pkg/security/access-control.ts";
import type { ReloadEvent } from "../../pkg/security/watched-files.ts";

export interface TestServerOptions
  extends Partial<Omit<GrpcServerOptions, "connector" | "access" | "limits">>,
    Pick<GrpcServerOptions, "connector"> {
  readonly security?: SecuritySettings | undefined;
  readonly watchMs?: number | undefined;
  readonly onReload?: ((event: ReloadEvent) => void) | undefined;
  readonly limits?: Partial<ServerLimits> | undefined;
}

export interface TestServer extends GrpcServer {
  readonly access: AccessControl;
}

export function testGrpcServer(options: TestServerOptions): TestServer {
  const { security = {}, watchMs, onReload, limits, ...own } = options;
  const clocks = own.clocks ?? systemClocks;
  const access = createAccessControl({ settings: security, clocks, watchMs, onReload });
  const server = createGrpcServer({
    provisioning: undefined,
    insecure: false,
    reflection: true,
    ...own,
    access,
    clocks,
    limits: { maxConnections: 1000, ...limits },
  });
  return {
    ...server,
    access,
    close(graceMs) {
      access.stop();
      return server.close(graceMs);
    },
  };
}

/** A free port of this machine. */
export const FREE_PORT: ListenAddress = { kind: "tcp", host: "127.0.0.1", port: 0 };

export function listenAddress(text: string): ListenAddress {
  const parsed = parseListenAddress(text);
  if ("problem" in parsed) throw new Error(`${text}: ${parsed.problem}`);
  return parsed.value;
}
