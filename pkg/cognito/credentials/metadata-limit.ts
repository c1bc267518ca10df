// The SDK reads the answers of the instance metadata service and of the container's credentials by node:http, whole, and
// takes no request handler of ours for them. It waits for those of a container without an end. So they are bounded where
// Node says that a request was sent, and that an answer has begun.

import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import { ClientRequest, IncomingMessage } from "node:http";
import { isRecord } from "../../core/unknown.ts";

/** The keys of a role have less than 4 KiB. */
const MAX_METADATA_BYTES = 2 ** 20;

/** A source of credentials whose answer does not end. */
export class EndlessMetadata extends Error {
  override readonly name = "EndlessMetadata";

  constructor() {
    super(
      `a source of AWS credentials answers with more than ${MAX_METADATA_BYTES / 2 ** 20} MiB; check AWS_CONTAINER_CREDENTIALS_FULL_URI and AWS_EC2_METADATA_SERVICE_ENDPOINT`,
    );
  }
}

/** A source of credentials that has not answered in time. */
export class SilentMetadata extends Error {
  override readonly name = "TimeoutError";

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
  }
}

interface Limits {
  readonly timeoutMs: number;
  readonly reject: (error: EndlessMetadata | SilentMetadata) => void;
  isOver: boolean;
}

const limits = new AsyncLocalStorage<Limits>();
let isSubscribed = false;

/**
 * Rejects with EndlessMetadata once an answer to a request that `work` makes has more bytes, and with SilentMetadata once it
 * is not whole after so long. The connection is closed then.
 */
export async function limitingMetadata<T>(work: () => Promise<T>, timeoutMs: number): Promise<T> {
  if (!isSubscribed) {
    isSubscribed = true;
    subscribe("http.client.request.start", boundTime);
    subscribe("http.client.response.finish", countAnswer);
  }
  const { promise: broken, reject } = Promise.withResolvers<never>();
  return await Promise.race([limits.run({ timeoutMs, reject, isOver: false }, work), broken]);
}

/** Requests that `work` makes have limits of their own. */
export function withoutMetadataLimits<T>(work: () => T): T {
  return limits.exit(work);
}

function boundTime(message: unknown): void {
  const bounds = limits.getStore();
  const request = isRecord(message) ? message["request"] : undefined;
  if (bounds === undefined || !(request instanceof ClientRequest)) return;
  // The SDK asks again three times, of which nobody sees anything.
  if (bounds.isOver) {
    request.destroy();
    return;
  }
  const timer = setTimeout(() => {
    bounds.isOver = true;
    bounds.reject(new SilentMetadata(bounds.timeoutMs));
    request.destroy();
  }, bounds.timeoutMs);
  request.once("close", () => clearTimeout(timer));
}

function countAnswer(message: unknown): void {
  const reject = limits.getStore()?.reject;
  const response = isRecord(message) ? message["response"] : undefined;
  if (reject === undefined || !(response instanceof IncomingMessage)) return;
  const push = response.push.bind(response);
  let bytes = 0;
  // A listener for "data" would begin the reading, and a reader that attaches itself later would miss what came before.
  response.push = (chunk: Uint8Array | null, encoding) => {
    bytes += chunk?.byteLength ?? 0;
    if (bytes > MAX_METADATA_BYTES) {
      // The reader of the SDK waits for an end that does not come, so the failure goes to the caller of the SDK.
      reject(new EndlessMetadata());
      response.socket.destroy();
    }
    return push(chunk, encoding);
  };
}
