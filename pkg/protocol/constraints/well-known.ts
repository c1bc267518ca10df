// What RFC 5322 allows unquoted, and everything beyond ASCII (RFC 6532). No expression here has a nested quantifier: with
// one, a crafted request could keep the process busy for hours.
const atext = String.raw`A-Za-z0-9!#$%&'*+\-\/=?^_\u0060{|}~\u{80}-\u{10ffff}`;
const quoted = String.raw`"(?:[\t !\u{23}-\u{5b}\u{5d}-\u{7e}\u{80}-\u{10ffff}]|\\[\t\u{20}-\u{7e}])+"`;
const addressSpec = new RegExp(
  String.raw`^([${atext}]+(?:\.[${atext}]+)*|${quoted})@([A-Za-z0-9.\-]+)$`,
  "u",
);
const displayNameWord = new RegExp(String.raw`(?:[${atext}.]+|${quoted})[ \t]*`, "uy");
const hostLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const absoluteUri = /^[a-z][a-z0-9+.-]*:[^\p{Cc} ]+$/iu;

/**
 * The e-mail rule of protoc-gen-validate: one RFC 5322 address, bare or as `Name <address>`, at most 254 bytes, its
 * local part at most 64, its host a host name. Stricter than the original in two things that no directory stores:
 * comments, and blanks around the address.
 */
export function isEmailAddress(text: string): boolean {
  const [, local, host] = addressSpec.exec(withoutDisplayName(text)) ?? [];
  if (local === undefined || host === undefined) return false;
  // protoc-gen-validate removes the quotes before it measures, and splits at the first @.
  const plain = local.startsWith('"') ? local.slice(1, -1).replace(/\\(.)/gu, "$1") : local;
  const localBytes = Buffer.byteLength(plain);
  return !plain.includes("@") && localBytes <= 64 && localBytes + 1 + host.length <= 254 && isHostName(host);
}

/** The URI rule of protoc-gen-validate: it has a scheme, and neither blanks nor control characters. */
export function isAbsoluteUri(text: string): boolean {
  return absoluteUri.test(text) && URL.canParse(text);
}

/** The length is already limited by that of the whole address. */
function isHostName(host: string): boolean {
  return host.split(".").every((label) => hostLabel.test(label));
}

/** The part between the angle brackets, or the text as it is where there is no display name in front. */
function withoutDisplayName(text: string): string {
  const open = text.lastIndexOf("<");
  const bracketed = open >= 0 && text.endsWith(">") && isDisplayName(text.slice(0, open));
  return bracketed ? text.slice(open + 1, -1) : text;
}

function isDisplayName(text: string): boolean {
  displayNameWord.lastIndex = 0;
  while (displayNameWord.lastIndex < text.length) {
    if (!displayNameWord.test(text)) return false;
  }
  return true;
}
