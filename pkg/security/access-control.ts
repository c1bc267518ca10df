import type { SecureContextOptions, TLSSocket, TlsOptions } from "node:tls";
import type { Requester } from "../core/change.ts";
import type { Clocks, EpochClock } from "../core/clock.ts";
import { notify } from "../core/events.ts";
import type { SecuritySettings } from "../core/security-settings.ts";
import { type Authorizer, createAuthorizer } from "./authorizer.ts";
import { createDateCheck, type DatedCertificates } from "./certificate-dates.ts";
import { type ClientCertificates, createClientCertificates } from "./client-certificates.ts";
import { chainOf, watchAuthorities, watchCertificate } from "./tls-context.ts";
import {
  PartlyInForce,
  type ReloadableFiles,
  type ReloadableSource,
  type ReloadEvent,
} from "./watched-files.ts";

export interface AccessControlOptions {
  readonly settings: SecuritySettings;
  readonly clocks: Clocks;
  /** How often changed files are looked for; 5 s by default. */
  readonly watchMs?: number | undefined;
  /** Called for each file whose change came into force, or could not. */
  readonly onReload?: ((event: ReloadEvent) => void) | undefined;
  /** Called with one line for each file whose certificate has expired, or is not valid yet. */
  readonly onOutOfDates?: ((line: string) => void) | undefined;
  /** Called for each write that is refused because its caller may only read. */
  readonly onRefused?: ((call: RefusedCall) => void) | undefined;
}

/** A write that was asked for by a caller who may only read. */
export interface RefusedCall {
  /** The front that was called, and the name of the caller, as in the audit log. */
  readonly requester: Requester;
  /** The operation as the front names it. */
  readonly operation: string;
}

/** Who may connect and call, for any number of fronts. Its files are watched until `stop`. */
export interface AccessControl extends Pick<Authorizer, "authorize"> {
  /** Undefined: the settings have no TLS. */
  readonly tls: ServerTls | undefined;
  /** Certificates, authorities, tokens and keys, one for each that can be reloaded by itself. */
  readonly sources: readonly ReloadableSource[];
  /** Since the keys of JWTs were last fetched; undefined without a URL to fetch them from. */
  jwksAgeMs(): number | undefined;
  /** Looks for changed files now, and for connections whose certificate has expired. */
  reload(): void;
  stop(): void;
}

/** The TLS side of a front: what `tls.createServer` and `https.createServer` need of the settings. */
export interface ServerTls {
  /** With the certificate that is in force now, and with the client authority where there is one. */
  options(): TlsOptions;
  /** Adds a listener for each later certificate, such as a server's `setSecureContext`. */
  onRenewed(listener: (context: SecureContextOptions) => void): void;
  /**
   * A front calls it after each handshake. `end` closes the connection: it is called when the client certificate has
   * expired, or its authority is not accepted any more.
   */
  connected(socket: TLSSocket, end: () => void): void;
}

const WATCH_MS = 5000;

/** Throws `invalid-argument` or `failed-precondition` for settings and files that cannot be used. */
export function createAccessControl(options: AccessControlOptions): AccessControl {
  const { settings, clocks, watchMs = WATCH_MS } = options;
  const onReload = (event: ReloadEvent): void => notify(options.onReload, event);
  const tls = settings.tls === undefined ? undefined : watchedTls(settings.tls, clocks.now, onReload);
  const checkDates = createDateCheck(tls?.dated ?? [], clocks.now, (line) =>
    notify(options.onOutOfDates, line),
  );
  checkDates();
  const authorizer = createAuthorizer({
    settings,
    clocks,
    certificates: tls?.certificates,
    onReload,
    onRefused: ({ name }, { via, operation }) =>
      notify(options.onRefused, { requester: { via, name }, operation }),
  });
  const files = [...(tls?.files ?? []), ...authorizer.files];
  const reload = (): void => {
    for (const each of files) each.reload();
    tls?.certificates?.sweep();
    checkDates();
  };
  const timer = setInterval(reload, watchMs);
  timer.unref();
  return {
    authorize: (head) => authorizer.authorize(head),
    tls,
    sources: [...files, ...authorizer.remote],
    jwksAgeMs: () => authorizer.jwksAgeMs(),
    reload,
    stop() {
      clearInterval(timer);
      authorizer.stop();
    },
  };
}

interface WatchedTls extends ServerTls {
  readonly files: readonly ReloadableFiles[];
  readonly dated: readonly DatedCertificates[];
  /** Undefined where clients need no certificate. */
  readonly certificates: ClientCertificates | undefined;
}

function watchedTls(
  settings: NonNullable<SecuritySettings["tls"]>,
  now: EpochClock,
  onReload: (event: ReloadEvent) => void,
): WatchedTls {
  const listeners: ((context: SecureContextOptions) => void)[] = [];
  const renewed = (event: ReloadEvent): void => {
    if (event.error === undefined || event.error instanceof PartlyInForce) {
      for (const listener of listeners) listener(context());
      certificates?.sweep();
    }
    onReload(event);
  };
  const own = watchCertificate(settings, renewed);
  const { clientCaFile } = settings;
  const authorities = clientCaFile === undefined ? undefined : watchAuthorities(clientCaFile, renewed);
  const certificates =
    authorities === undefined ? undefined : createClientCertificates(() => authorities.current, now);
  const context = (): SecureContextOptions => ({
    ...own.current,
    ...(authorities === undefined ? {} : { ca: authorities.current.map(String) }),
  });
  const requiresClient = authorities !== undefined;
  return {
    options: () => ({ ...context(), requestCert: requiresClient, rejectUnauthorized: requiresClient }),
    onRenewed: (listener) => void listeners.push(listener),
    connected: (socket, end) => certificates?.add(socket, end),
    files: [own, ...(authorities === undefined ? [] : [authorities])],
    dated: [
      {
        path: settings.certFile,
        subject: "the server certificate",
        effect: "clients refuse it",
        certificates: () => chainOf(own.current),
      },
      ...(authorities === undefined || clientCaFile === undefined
        ? []
        : [
            {
              path: clientCaFile,
              subject: "an authority of client certificates",
              effect: "its clients cannot connect",
              certificates: () => authorities.current,
            },
          ]),
    ],
    certificates,
  };
}
