/** A piece of the page. Only this folder makes one, so that a text is never written without being escaped. */
export class Html {
  readonly text: string;
  /** Another object with a text is not a piece. */
  protected readonly isHtml = true;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | readonly Html[] | string | number | undefined;

/** A template of the page: every text in it is escaped, `undefined` is empty. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((page, fixed, i) => page + written(parts[i - 1]) + fixed));
}

/** Text of this program that is HTML already, such as a style sheet. */
export function trusted(text: string): Html {
  return new Html(text);
}

export function joined(parts: readonly Html[], between = ""): Html {
  return new Html(parts.map(({ text }) => text).join(between));
}

function written(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "string" || typeof part === "number") return escapedHtml(String(part));
  return part.map(({ text }) => text).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapedHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
