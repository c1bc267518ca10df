// What the declarations of age-encryption take from the DOM library, which this program is compiled without. Nothing
// here is called: keys are custom recipients and text, and passkeys stay out.
import type { webcrypto } from "node:crypto";

declare global {
  type CryptoKey = webcrypto.CryptoKey;
  interface AuthenticationExtensionsPRFValues {
    readonly first: ArrayBuffer;
    readonly second?: ArrayBuffer;
  }
}
