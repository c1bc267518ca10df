/** On whose behalf AWS is called. One object for each call of a caller. */
export interface CallOrigin {
  /** The caller's name; the same for all calls of one caller. */
  readonly caller: string;
  /** A change has sent its first write, so what remains of it is not refused for want of room. Set by the limiter. */
  mustFinish: boolean;
}

/** Carries the origin from a front to the limiter, along with the work. */
export interface CallOrigins {
  /** Runs the work, and everything that it starts, on behalf of the caller. */
  within<T>(caller: string, work: () => T): T;
  /** Runs work that several callers may wait for, on behalf of none: one must not be refused or delayed for another. */
  readonly forAll: <T>(work: () => T) => T;
  /** Runs work that no caller has asked for, on behalf of none and as part of no call: its log lines and spans name none. */
  apart<T>(work: () => T): T;
  /** Undefined for the connector's own work: a command, a scheduled sync, a readiness check. */
  current(): CallOrigin | undefined;
}
