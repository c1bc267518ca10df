/** A pattern over whole group names, case-sensitive: `*` is any run of characters, `?` is one. */
export class GroupPattern {
  /** As the operator wrote it. */
  readonly text: string;
  readonly #whole: RegExp;

  constructor(text: string) {
    const literal = text.replace(/[\\^$.+()[\]{}|]/g, "\\$&");
    const source = literal.replaceAll("*", ".*").replaceAll("?", ".");
    this.text = text;
    this.#whole = new RegExp(`^${source}$`, "su");
  }

  matches(groupName: string): boolean {
    return this.#whole.test(groupName);
  }

  toString(): string {
    return this.text;
  }
}
