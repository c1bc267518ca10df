/** What one request may have, and what all of them may have together (SECURITY.md). */
export interface ScimLimits {
  readonly bodyBytes: number;
  /** Of requests under way; one caller may have half of them. */
  readonly allBodyBytes: number;
  /** Arrays and objects within each other. */
  readonly jsonDepth: number;
  /** Of a body, arrays and objects among them. */
  readonly jsonValues: number;
  /** Of one object. */
  readonly jsonNames: number;
  readonly headerBytes: number;
  /** Of an id in a path, in characters. */
  readonly idLength: number;
  /** Under way; one caller may have half of them, and three quarters of `connections`. */
  readonly requests: number;
  readonly bulkOperations: number;
  readonly bulkBytes: number;
  readonly defaultPage: number;
  readonly largestPage: number;
  readonly headersMs: number;
  /** From the first byte of a request to its last. */
  readonly requestMs: number;
  readonly handshakeMs: number;
  /** Without a request. */
  readonly idleMs: number;
  /** Until a client has read its answer. */
  readonly unreadMs: number;
  /** Of answers that clients have not read. */
  readonly unreadBytes: number;
  readonly connections: number;
  /** Requests of one connection without an answer. */
  readonly pipelined: number;
}

export const SCIM_LIMITS: ScimLimits = {
  bodyBytes: 8 * 1024 * 1024,
  allBodyBytes: 64 * 1024 * 1024,
  jsonDepth: 32,
  // More than members of a group have in a body of that size.
  jsonValues: 500_000,
  jsonNames: 1000,
  headerBytes: 32 * 1024,
  idLength: 1024,
  requests: 2000,
  bulkOperations: 100,
  bulkBytes: 1024 * 1024,
  defaultPage: 100,
  largestPage: 1000,
  headersMs: 10_000,
  requestMs: 30_000,
  handshakeMs: 10_000,
  idleMs: 65_000,
  unreadMs: 60_000,
  unreadBytes: 96 * 1024 * 1024,
  connections: 1000,
  pipelined: 8,
};
