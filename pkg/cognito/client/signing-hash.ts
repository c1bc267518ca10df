// For the SDK, which signs each request.
import { createHash, createHmac, createSecretKey, type Hash, type Hmac, type KeyObject } from "node:crypto";

type Bytes = ArrayBuffer | ArrayBufferView;
type Source = string | Bytes;

/**
 * Of the keys that the SDK keeps: it derives one for each day and session. From bytes Node makes a key at each HMAC, which
 * took eight times as long as the HMAC itself.
 */
const keys = new WeakMap<Bytes, KeyObject>();

/** SHA-256, or HMAC-SHA-256 with a secret. */
export class SigningHash {
  readonly #secret: Source | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Source) {
    this.#secret = secret;
    this.#hash = begun(secret);
  }

  update(data: Source): void {
    this.#hash.update(typeof data === "string" ? data : bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = begun(this.#secret);
  }
}

function begun(secret: Source | undefined): Hash | Hmac {
  if (secret === undefined) return createHash("sha256");
  return createHmac("sha256", typeof secret === "string" ? secret : keyOf(secret));
}

function keyOf(secret: Bytes): KeyObject {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const key = createSecretKey(bytesOf(secret));
  keys.set(secret, key);
  return key;
}

function bytesOf(data: Bytes): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
