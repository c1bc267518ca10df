import { pipeline, Readable, Transform } from "node:stream";
import { GovernanceError } from "../../core/errors.ts";

/** A full page of users with every attribute at its longest has 24 MiB. */
const MAX_AWS_ANSWER_BYTES = 32 * 1024 * 1024;

/** The answer ends with `failed-precondition` once it has more bytes: an endless one would fill the memory. */
export function limitedBody(body: unknown, hostname: string): unknown {
  if (!(body instanceof Readable)) return body;
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.byteLength;
      if (bytes > MAX_AWS_ANSWER_BYTES) done(tooLarge(hostname));
      else done(null, chunk);
    },
  });
  // The reader of the counter sees every failure; this destroys the connection of an answer that is not read on.
  return pipeline(body, counter, () => {});
}

function tooLarge(hostname: string): GovernanceError {
  return new GovernanceError(
    "failed-precondition",
    `${hostname} answers more than ${MAX_AWS_ANSWER_BYTES / 2 ** 20} MiB, which Cognito never does; check --endpoint-url and the proxy`,
  );
}
