import type { TcpAddress } from "./listen-address.ts";
import type { Secret } from "./secret.ts";

/** Where instances meet in Redis. */
export interface RedisSettings {
  /** One server; the Sentinels that know it by a name; or some nodes of a cluster. */
  readonly kind: "single" | "sentinel" | "cluster";
  readonly addresses: readonly TcpAddress[];
  /** The name of the master at the Sentinels; "" for the other kinds. */
  readonly masterName: string;
  readonly database: number;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  readonly sentinelPassword: Secret | undefined;
  readonly tls: boolean;
  /** PEM; undefined: the CAs of Node.js. */
  readonly caBundle: string | undefined;
  /** Every key begins with it. */
  readonly prefix: string;
}
