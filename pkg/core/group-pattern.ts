/**
 * A pattern over whole group names, case-sensitive: `*` is any run of characters, `?` is one. The time of a match grows
 * with the product of both lengths, whatever the name: callers choose names.
 */
export class GroupPattern {
  /** As the operator wrote it. */
  readonly text: string;
  /** The characters, of which `?` is any one; a run of `*` is one `*`. */
  readonly #signs: readonly string[];

  constructor(text: string) {
    this.text = text;
    this.#signs = Array.from(text.replace(/\*+/g, "*"));
  }

  matches(groupName: string): boolean {
    const signs = this.#signs;
    const name = Array.from(groupName);
    let at = 0;
    let sign = 0;
    /** Where the last `*` is, and where the text after it was tried last. Earlier ones need no second try. */
    let star: { readonly sign: number; at: number } | undefined;
    while (at < name.length) {
      if (signs[sign] === "*") {
        star = { sign, at };
        sign += 1;
      } else if (signs[sign] === "?" || signs[sign] === name[at]) {
        at += 1;
        sign += 1;
      } else if (star !== undefined) {
        star.at += 1;
        at = star.at;
        sign = star.sign + 1;
      } else return false;
    }
    return sign === signs.length || (sign === signs.length - 1 && signs[sign] === "*");
  }

  toString(): string {
    return this.text;
  }
}
