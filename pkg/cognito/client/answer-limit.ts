import { pipeline, Readable, Transform } from "node:stream";
import { GovernanceError } from "../../core/errors.ts";

/** A full page of users with every attribute at its longest has 24 MiB. */
const MAX_AWS_ANSWER_BYTES = 32 * 1024 * 1024;

/** Adds up the bytes of an answer, and returns why it cannot be read on. */
export function answerCounter(hostname: string): (bytes: number) => GovernanceError | undefined {
  let total = 0;
  return (bytes) => {
    total += bytes;
    return total > MAX_AWS_ANSWER_BYTES ? tooLarge(hostname) : undefined;
  };
}

/** The answer ends with `failed-precondition` once it has more bytes: an endless one would fill the memory. */
export function limitedBody(body: unknown, hostname: string): unknown {
  if (!(body instanceof Readable)) return body;
  const count = answerCounter(hostname);
  const counter = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      const refusal = count(chunk.byteLength);
      if (refusal !== undefined) done(refusal);
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
