// The SDK reads the answers of the instance metadata service and of the container's credentials by node:http, whole, and
// takes no request handler of ours for them. So they are counted where Node says that an answer has begun.

import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import { IncomingMessage } from "node:http";
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

const onEndless = new AsyncLocalStorage<(error: EndlessMetadata) => void>();
let isSubscribed = false;

/** Rejects with EndlessMetadata once an answer to a request that `work` makes has more bytes. Its connection is closed then. */
export async function limitingMetadata<T>(work: () => Promise<T>): Promise<T> {
  if (!isSubscribed) {
    isSubscribed = true;
    subscribe("http.client.response.finish", countAnswer);
  }
  const { promise: endless, reject } = Promise.withResolvers<never>();
  return await Promise.race([onEndless.run(reject, work), endless]);
}

function countAnswer(message: unknown): void {
  const reject = onEndless.getStore();
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
