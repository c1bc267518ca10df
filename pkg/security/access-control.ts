import type { SecureContextOptions, TlsOptions } from "node:tls";
import type { EpochClock } from "../core/clock.ts";
import { notify } from "../core/events.ts";
import type { SecuritySettings } from "../core/security-settings.ts";
import { type Authorizer, createAuthorizer } from "./authorizer.ts";
import { watchTlsFiles } from "./tls-context.ts";
import type { ReloadableFiles, ReloadEvent } from "./watched-files.ts";

export interface AccessControlOptions {
  readonly settings: SecuritySettings;
  readonly now: EpochClock;
  /** How often changed files are looked for; 5 s by default. */
  readonly watchMs?: number | undefined;
  /** Called for each file whose change came into force, or could not. */
  readonly onReload?: ((event: ReloadEvent) => void) | undefined;
  /** Called for each write that is refused because its caller may only read. */
  readonly onRefused?: ((call: RefusedCall) => void) | undefined;
}

/** A write that was asked for by a caller who may only read. */
export interface RefusedCall {
  /** The name of the caller, as in the audit log. */
  readonly caller: string;
  /** The operation as the front names it. */
  readonly operation: string;
}

/** Who may connect and call, for any number of fronts. Its files are watched until `stop`. */
export interface AccessControl extends Pick<Authorizer, "authorize"> {
  /** Undefined: the settings have no TLS. */
  readonly tls: ServerTls | undefined;
  /** The files of certificates and tokens, one piece for each that can be reloaded by itself. */
  readonly files: readonly ReloadableFiles[];
  /** Looks for changed files now. */
  reload(): void;
  stop(): void;
}

/** The TLS side of a front: what `tls.createServer` and `https.createServer` need of the settings. */
export interface ServerTls {
  /** With the certificate that is in force now, and with the client authority where there is one. */
  options(): TlsOptions;
  /** Adds a listener for each later certificate, such as a server's `setSecureContext`. */
  onRenewed(listener: (context: SecureContextOptions) => void): void;
}

const WATCH_MS = 5000;

/** Throws `invalid-argument` or `failed-precondition` for settings and files that cannot be used. */
export function createAccessControl(options: AccessControlOptions): AccessControl {
  const { settings, now, watchMs = WATCH_MS } = options;
  const onReload = (event: ReloadEvent): void => notify(options.onReload, event);
  const tls = settings.tls === undefined ? undefined : watchedTls(settings.tls, onReload);
  const authorizer = createAuthorizer({
    settings,
    now,
    onReload,
    onRefused: ({ name }, { operation }) => notify(options.onRefused, { caller: name, operation }),
  });
  const files = [...(tls === undefined ? [] : [tls.files]), ...authorizer.files];
  const reload = (): void => {
    for (const each of files) each.reload();
  };
  const timer = setInterval(reload, watchMs);
  timer.unref();
  return {
    authorize: (head) => authorizer.authorize(head),
    tls,
    files,
    reload,
    stop: () => clearInterval(timer),
  };
}

function watchedTls(
  settings: NonNullable<SecuritySettings["tls"]>,
  onReload: (event: ReloadEvent) => void,
): ServerTls & { readonly files: ReloadableFiles } {
  const listeners: ((context: SecureContextOptions) => void)[] = [];
  const files = watchTlsFiles(settings, (event) => {
    if (event.error === undefined) for (const listener of listeners) listener(files.current);
    onReload(event);
  });
  const requiresClient = settings.clientCaFile !== undefined;
  return {
    options: () => ({ ...files.current, requestCert: requiresClient, rejectUnauthorized: requiresClient }),
    onRenewed: (listener) => void listeners.push(listener),
    files,
  };
}
