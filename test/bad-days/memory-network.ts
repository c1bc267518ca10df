// The sockets of a day: pairs of streams in this process instead of the network, under the real HTTP of Node on both ends.

import http from "node:http";
import { Duplex } from "node:stream";

/** What becomes of a new connection. */
export type Connecting = "connects" | "unknown-host" | "refused" | "never";

export interface MemoryNetwork {
  /** Cuts every connection, as a network that goes away does. */
  cutAll(): void;
  uninstall(): void;
}

interface Hooks {
  /** Gets the far end of each connection. */
  readonly accept: (socket: Duplex) => void;
  readonly connecting: () => Connecting;
}

const FAILURES = {
  "unknown-host": { code: "ENOTFOUND", syscall: "getaddrinfo", message: "getaddrinfo ENOTFOUND cognito" },
  refused: { code: "ECONNREFUSED", syscall: "connect", message: "connect ECONNREFUSED" },
} as const;

/** Replaces the connections of every http.Agent of the process. */
export function installMemoryNetwork({ accept, connecting }: Hooks): MemoryNetwork {
  const realCreate: unknown = Reflect.get(http.Agent.prototype, "createConnection");
  const open = new Set<MemorySocket>();

  function createConnection(): MemorySocket {
    const near = new MemorySocket();
    const fate = connecting();
    if (fate === "never") return near;
    if (fate !== "connects") {
      const { message, ...members } = FAILURES[fate];
      process.nextTick(() => near.destroy(Object.assign(new Error(message), members)));
      return near;
    }
    const far = new MemorySocket();
    near.join(far);
    far.connecting = false;
    open.add(near);
    near.once("close", () => open.delete(near));
    process.nextTick(() => {
      if (near.destroyed) return;
      accept(far);
      near.connecting = false;
      near.emit("connect");
      near.emit("ready");
    });
    return near;
  }

  Object.assign(http.Agent.prototype, { createConnection });
  return {
    cutAll() {
      for (const socket of open) socket.cut();
    },
    uninstall() {
      for (const socket of open) socket.destroy();
      Object.assign(http.Agent.prototype, { createConnection: realCreate });
    },
  };
}

const reset = (): Error =>
  Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" });

/** One end. It has what node:http asks of a socket. */
class MemorySocket extends Duplex {
  connecting = true;
  timeout = 0;
  #other: MemorySocket | undefined;
  #wanted: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  join(other: MemorySocket): void {
    this.#other = other;
    other.#other = this;
  }

  /** The connection breaks: both ends get an error, or the end of it. */
  cut(): void {
    this.#other?.destroy();
    this.destroy(reset());
  }

  override _read(): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    wanted?.();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#seen();
    const other = this.#other;
    if (other === undefined || other.destroyed) {
      done(reset());
      return;
    }
    other.#seen();
    if (other.push(chunk)) process.nextTick(done);
    else other.#wanted = done;
  }

  override _final(done: () => void): void {
    this.#other?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#wanted?.();
    const other = this.#other;
    this.#other = undefined;
    // A socket that is closed without an end is a reset for its peer.
    if (other !== undefined && !other.destroyed) {
      process.nextTick(() => {
        if (other.destroyed) return;
        if (this.writableFinished) other.push(null);
        else other.destroy(reset());
      });
    }
    done(error);
  }

  #seen(): void {
    if (this.timeout > 0) this.setTimeout(this.timeout);
  }

  setTimeout(ms: number, onTimeout?: () => void): this {
    if (onTimeout !== undefined) this.once("timeout", onTimeout);
    clearTimeout(this.#timer);
    this.timeout = ms;
    if (ms > 0) this.#timer = setTimeout(() => this.emit("timeout"), ms);
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
