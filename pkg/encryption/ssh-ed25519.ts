// The `ssh-ed25519` stanza of age: X25519 over the key's Montgomery form, tweaked by a value that binds the SSH key
// itself (age's agessh package).
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from "node:crypto";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { type Identity, type Recipient, Stanza } from "age-encryption";
import { fromBase64, unpaddedBase64 } from "./base64.ts";
import { sshKeyTag, sshStrings } from "./ssh-wire.ts";

const KIND = "ssh-ed25519";
const LABEL = "age-encryption.org/v1/ssh-ed25519";
const FILE_KEY_BYTES = 16;
const TAG_BYTES = 16;
// A wrap key is used once, so the nonce may be constant.
const NONCE = new Uint8Array(12);

interface PublicParts {
  readonly tag: string;
  readonly montgomery: Uint8Array;
  readonly tweak: Uint8Array;
}

/** Throws when the 32 bytes are not a point on the curve. */
export function ed25519Recipient(publicKey: Uint8Array): Recipient {
  const { tag, montgomery, tweak } = publicPartsOf(publicKey);
  return {
    wrapFileKey(fileKey) {
      const ephemeral = x25519.keygen();
      const shared = x25519.getSharedSecret(tweak, x25519.getSharedSecret(ephemeral.secretKey, montgomery));
      const cipher = createCipheriv(
        "chacha20-poly1305",
        wrapKeyOf(shared, ephemeral.publicKey, montgomery),
        NONCE,
        {
          authTagLength: TAG_BYTES,
        },
      );
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      return [new Stanza([KIND, tag, unpaddedBase64(ephemeral.publicKey)], body)];
    },
  };
}

/** The other side of `ed25519Recipient`, from the 32-byte seed. */
export function ed25519Identity(seed: Uint8Array): Identity {
  const { tag, montgomery, tweak } = publicPartsOf(ed25519.getPublicKey(seed));
  const scalar = createHash("sha512").update(seed).digest().subarray(0, 32);
  return {
    unwrapFileKey(stanzas) {
      for (const { args, body } of stanzas) {
        if (args[0] !== KIND || args[1] !== tag) continue;
        const ephemeral = ephemeralOf(args, body);
        const shared = x25519.getSharedSecret(tweak, x25519.getSharedSecret(scalar, ephemeral));
        const decipher = createDecipheriv(
          "chacha20-poly1305",
          wrapKeyOf(shared, ephemeral, montgomery),
          NONCE,
          {
            authTagLength: TAG_BYTES,
          },
        );
        decipher.setAuthTag(body.subarray(FILE_KEY_BYTES));
        return Buffer.concat([decipher.update(body.subarray(0, FILE_KEY_BYTES)), decipher.final()]);
      }
      return null;
    },
  };
}

function publicPartsOf(publicKey: Uint8Array): PublicParts {
  const wire = sshStrings(Buffer.from(KIND), publicKey);
  return {
    tag: sshKeyTag(wire),
    montgomery: ed25519.utils.toMontgomery(publicKey),
    // Unlike in most uses of HKDF, the key is the salt and the input is empty.
    tweak: Buffer.from(hkdfSync("sha256", new Uint8Array(), wire, LABEL, 32)),
  };
}

function wrapKeyOf(shared: Uint8Array, ephemeral: Uint8Array, montgomery: Uint8Array): Uint8Array {
  return Buffer.from(hkdfSync("sha256", shared, Buffer.concat([ephemeral, montgomery]), LABEL, 32));
}

function ephemeralOf(args: readonly string[], body: Uint8Array): Uint8Array {
  const text = args[2] ?? "";
  const ephemeral = fromBase64(`${text}=`);
  if (args.length !== 3 || ephemeral?.length !== 32 || body.length !== FILE_KEY_BYTES + TAG_BYTES) {
    throw new Error("malformed ssh-ed25519 stanza");
  }
  return ephemeral;
}
