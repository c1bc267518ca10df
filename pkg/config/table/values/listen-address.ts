import { Buffer } from "node:buffer";
import { isIP } from "node:net";
import type { Parsed } from "../setting.ts";

/** Where the service listens. Port 0 lets the system choose one. */
export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

export const DEFAULT_LISTEN: ListenAddress = { kind: "tcp", host: "127.0.0.1", port: 50051 };

const SHAPE = "must be host:port, [ipv6]:port or unix:/path, such as 127.0.0.1:50051";

export function parseListenAddress(given: string): Parsed<ListenAddress> {
  if (given.startsWith("unix:")) {
    const path = given.slice("unix:".length).replace(/^\/\/(?=\/)/, "");
    if (path === "") return { problem: SHAPE };
    // sockaddr_un holds 108 bytes on Linux and 104 on macOS, the closing zero included.
    if (Buffer.byteLength(path) > 103) {
      return {
        problem: "names a socket path longer than 103 bytes, which no system takes; choose a shorter one",
      };
    }
    return { value: { kind: "unix", path } };
  }
  const cut = given.lastIndexOf(":");
  const portText = given.slice(cut + 1);
  const port = cut >= 0 && /^\d{1,5}$/.test(portText) ? Number(portText) : Number.NaN;
  const bracketed = /^\[(.*)\]$/.exec(given.slice(0, Math.max(0, cut)))?.[1];
  const host = bracketed ?? given.slice(0, Math.max(0, cut));
  const hostFits = bracketed === undefined ? HOST_NAME.test(host) : isIP(bracketed) === 6;
  if (!hostFits || !(port <= 65_535)) return { problem: SHAPE };
  return { value: { kind: "tcp", host, port } };
}

/** Whether only this machine can reach the address. A name other than localhost is not trusted to be loopback. */
export function isLoopback(address: ListenAddress): boolean {
  if (address.kind === "unix") return true;
  const host = address.host.toLowerCase();
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

export function formatListenAddress(address: ListenAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return `${isIP(address.host) === 6 ? `[${address.host}]` : address.host}:${address.port}`;
}

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
