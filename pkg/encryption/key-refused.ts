/** Why a key is refused: words that follow the name of its field or setting, and never anything from the key. */
export class KeyRefused extends Error {
  override readonly name = "KeyRefused";
}
