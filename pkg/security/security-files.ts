import type { SecureContextOptions } from "node:tls";
import { systemClocks } from "../core/clock.ts";
import { notify } from "../core/events.ts";
import { type Authorizer, createAuthorizer } from "./authorizer.ts";
import type { ReloadEvent, ServerSecurity } from "./security.ts";
import { watchTlsFiles } from "./tls-context.ts";
import type { WatchedFiles } from "./watched-files.ts";

export interface SecurityFilesOptions {
  readonly security: ServerSecurity;
  /** How often the files are looked at. */
  readonly watchMs: number;
  readonly onReload: (event: ReloadEvent) => void;
}

/** Everything that `security` asks for, loaded, and watched until `stop`. */
export interface SecurityFiles {
  readonly authorizer: Authorizer;
  readonly tls: ServerTls | undefined;
  /** Looks at all files now. */
  look(): void;
  stop(): void;
}

export interface ServerTls {
  readonly files: WatchedFiles<SecureContextOptions>;
  readonly requireClientCertificate: boolean;
  /** Sets who hears of a context that comes into force. */
  onRenewed(listener: (context: SecureContextOptions) => void): void;
}

/** Throws `invalid-argument` or `failed-precondition` for rules and files that cannot be used. */
export function createSecurityFiles({ security, watchMs, onReload }: SecurityFilesOptions): SecurityFiles {
  let renewed: (context: SecureContextOptions) => void = () => {};
  const report = (event: ReloadEvent): void => notify(onReload, event);
  const tls =
    security.tls === undefined
      ? undefined
      : watchTlsFiles(security.tls, (event) => {
          if (event.error === undefined && tls !== undefined) renewed(tls.current);
          report(event);
        });
  // The wall clock: what expires does so by the calendar.
  const authorizer = createAuthorizer({ security, now: systemClocks.now, onReload: report });
  const look = (): void => {
    tls?.look();
    authorizer.look();
  };
  const timer = setInterval(look, watchMs);
  timer.unref();
  return {
    authorizer,
    tls:
      tls === undefined
        ? undefined
        : {
            files: tls,
            requireClientCertificate: security.tls?.clientCaFile !== undefined,
            onRenewed(listener) {
              renewed = listener;
            },
          },
    look,
    stop: () => clearInterval(timer),
  };
}
