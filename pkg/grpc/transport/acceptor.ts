// The way of a connection: counted, then secured, then given to the library.
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { notify } from "../../core/events.ts";
import type { ServerTls } from "../../security/security-files.ts";
import { createConnections, type Ends } from "./connections.ts";
import { createTlsDoor } from "./tls-terminator.ts";

/** A connection that did not become one, or was cut to make room for another. */
export interface RefusedConnection {
  /** `address:port`, or `unknown` when it was gone already. */
  readonly peer: string;
  /** `handshake`: TLS was not to be had with it; `evicted`: it made room; `full`: there was none. */
  readonly why: "handshake" | "evicted" | "full";
  /** Why the handshake failed, in the words of Node and OpenSSL: `SELF_SIGNED_CERT_IN_CHAIN`, `CERT_HAS_EXPIRED`, … */
  readonly code: string | undefined;
}

export interface EntranceOptions {
  readonly limits: { readonly maxConnections: number; readonly handshakeTimeoutMs: number };
  /** Undefined for plaintext. */
  readonly tls: ServerTls | undefined;
  readonly library: { injectConnection(connection: Duplex): void };
  readonly onRefused: (event: RefusedConnection) => void;
}

export interface Entrance {
  enter(socket: Socket): void;
  /** A call of this connection goes on to its answer; `proven`, it is not cut to make room. */
  use(ends: Ends, proven: boolean): void;
  /** Lets nobody in any more, and cuts those who have not called. Resolves when all are gone. */
  shut(): Promise<void>;
  isShut(): boolean;
  /** Destroys what is still connected. */
  cut(): void;
}

export function createEntrance({ limits, tls, library, onRefused }: EntranceOptions): Entrance {
  let open = true;
  const connections = createConnections(limits.maxConnections, (why, peer) =>
    notify(onRefused, { peer, why, code: undefined }),
  );
  const ready = (socket: Socket): void => {
    if (open) library.injectConnection(socket);
    else socket.destroy();
  };
  const door =
    tls === undefined
      ? undefined
      : createTlsDoor({
          context: tls.files.current,
          requireClientCertificate: tls.requireClientCertificate,
          handshakeTimeoutMs: limits.handshakeTimeoutMs,
          onReady: ready,
          onRefused: (code, peer) => notify(onRefused, { peer, why: "handshake", code }),
        });
  tls?.onRenewed((context) => door?.renew(context));

  return {
    enter(socket) {
      if (!connections.admit(socket)) return;
      if (door === undefined) ready(socket);
      else door.enter(socket);
    },
    use(ends, proven) {
      if (proven) connections.prove(ends);
      else connections.use(ends);
    },
    shut() {
      open = false;
      connections.cutUnused();
      return connections.gone();
    },
    isShut: () => !open,
    cut: () => connections.cut(),
  };
}
