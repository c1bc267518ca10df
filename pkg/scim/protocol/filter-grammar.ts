import { type Filter as ParsedFilter, parse } from "scim2-parse-filter";
import { badRequest, type ScimError } from "../scim-error.ts";
import type { ComparisonOperator } from "./filter-tree.ts";

/** A literal as it was written; the attribute decides its type. */
export interface Literal {
  readonly text: string;
  readonly quoted: boolean;
}

/** A filter whose attributes are not resolved yet. */
export type Expression =
  | {
      readonly kind: "compare";
      readonly attribute: string;
      readonly operator: ComparisonOperator;
      readonly literal: Literal;
    }
  | { readonly kind: "present"; readonly attribute: string }
  | { readonly kind: "item"; readonly attribute: string; readonly filter: Expression }
  | { readonly kind: "and" | "or"; readonly filters: readonly Expression[] }
  | { readonly kind: "not"; readonly filter: Expression };

const MAX_LENGTH = 16_384;
const MAX_CLAUSES = 200;
const MAX_DEPTH = 30;

const OPERATORS: ReadonlySet<string> = new Set(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]);

const WORD = /[^\s()[\]"]+/y;
const SPACE = /\s*/y;

/**
 * The tree of a filter by the grammar of RFC 7644 §3.4.2.2, and of what clients write: words without quotes as values, and
 * operators in any letter case.
 *
 * The library sees neither attributes nor values, only their numbers. Its own reading of literals does not know the escapes
 * of JSON, and takes exponential time for line breaks in a text without an end.
 */
export function parseExpression(text: string): Expression {
  if (text.length > MAX_LENGTH) throw invalid(`a filter has at most ${MAX_LENGTH} characters`);
  const scanner = new Scanner(text);
  const plain = scanner.scan();
  let parsed: ParsedFilter;
  try {
    parsed = parse(plain);
  } catch {
    throw invalid("the filter is not in the grammar of RFC 7644");
  }
  return expressionOf(parsed, scanner);
}

function invalid(detail: string): ScimError {
  return badRequest("invalidFilter", detail);
}

type Expected = "operand" | "operator" | "value" | "joint";

/** Reads the text from left to right, once. */
class Scanner {
  readonly attributes: string[] = [];
  readonly literals: Literal[] = [];
  readonly #text: string;
  readonly #out: string[] = [];
  readonly #open: string[] = [];
  #at = 0;
  #clauses = 0;
  #expected: Expected = "operand";

  constructor(text: string) {
    this.#text = text;
  }

  /** The filter with `a0` for the first attribute and `0` for the first literal. */
  scan(): string {
    for (this.#skipSpace(); this.#at < this.#text.length; this.#skipSpace()) this.#step();
    if (this.#expected !== "joint" || this.#open.length > 0) throw invalid("the filter has no end");
    return this.#out.join(" ");
  }

  #step(): void {
    switch (this.#expected) {
      case "operand":
        return this.#operand();
      case "operator":
        return this.#operator();
      case "value":
        return this.#value();
      case "joint":
        return this.#joint();
    }
  }

  #operand(): void {
    if (this.#take("(")) return this.#opens("(");
    const word = this.#word("an attribute");
    if (word.toLowerCase() === "not") {
      this.#count();
      this.#out.push("not");
      return;
    }
    this.#attribute(word);
  }

  #operator(): void {
    if (this.#take("[")) {
      this.#opens("[");
      this.#expected = "operand";
      return;
    }
    const word = this.#word("an operator").toLowerCase();
    if (word === "pr") this.#expected = "joint";
    else if (OPERATORS.has(word)) this.#expected = "value";
    else throw invalid("the filter has an unknown operator");
    this.#count();
    this.#out.push(word);
  }

  #value(): void {
    const literal: Literal = this.#text[this.#at] === '"' ? this.#quoted() : this.#bare();
    this.#out.push(String(this.literals.length));
    this.literals.push(literal);
    this.#expected = "joint";
  }

  #joint(): void {
    if (this.#take(")")) return this.#closes("(", ")");
    if (this.#take("]")) {
      if (!this.#take(".")) return this.#closes("[", "]");
      this.#closes("[", "].");
      return this.#attribute(this.#word("a sub-attribute"));
    }
    const word = this.#word("`and` or `or`").toLowerCase();
    if (word !== "and" && word !== "or")
      throw invalid("two parts of the filter have no `and` or `or` between them");
    this.#out.push(word);
    this.#expected = "operand";
  }

  #attribute(word: string): void {
    this.#out.push(`a${this.attributes.length}`);
    this.attributes.push(word);
    this.#expected = "operator";
  }

  #opens(bracket: string): void {
    this.#open.push(bracket);
    if (this.#open.length > MAX_DEPTH)
      throw invalid(`a filter has at most ${MAX_DEPTH} brackets in each other`);
    this.#out.push(bracket);
  }

  #closes(opening: string, closing: string): void {
    if (this.#open.pop() !== opening) throw invalid("the brackets of the filter do not match");
    this.#out.push(closing);
  }

  #count(): void {
    this.#clauses += 1;
    if (this.#clauses > MAX_CLAUSES) throw invalid(`a filter has at most ${MAX_CLAUSES} conditions`);
  }

  #bare(): Literal {
    return { text: this.#word("a value"), quoted: false };
  }

  #quoted(): Literal {
    const from = this.#at;
    let end = from + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === "\\" ? 2 : 1;
    if (end >= this.#text.length) throw invalid("a text of the filter has no closing quote");
    this.#at = end + 1;
    try {
      return { text: String(JSON.parse(this.#text.slice(from, this.#at))), quoted: true };
    } catch {
      throw invalid("a text of the filter is not a JSON string");
    }
  }

  #word(what: string): string {
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0];
    if (word === undefined) throw invalid(`the filter lacks ${what}`);
    this.#at += word.length;
    return word;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    this.#at = SPACE.lastIndex;
  }
}

function expressionOf(parsed: ParsedFilter, scanned: Scanner): Expression {
  const nameOf = (word: string): string => scanned.attributes[Number(word.slice(1))] ?? "";
  switch (parsed.op) {
    case "and":
    case "or":
      return (
        itemWithSub(parsed.filters, scanned) ?? {
          kind: parsed.op,
          filters: parsed.filters.map((one) => expressionOf(one, scanned)),
        }
      );
    case "not":
      // The library gives `a eq 1 not (b pr)` this operator too, with a list.
      if (!("filter" in parsed)) throw invalid("the filter is not in the grammar of RFC 7644");
      return { kind: "not", filter: expressionOf(parsed.filter, scanned) };
    case "[]":
      return {
        kind: "item",
        attribute: nameOf(parsed.attrPath),
        filter: expressionOf(parsed.valFilter, scanned),
      };
    case "pr":
      return { kind: "present", attribute: nameOf(parsed.attrPath) };
    case "eq":
    case "ne":
    case "co":
    case "sw":
    case "ew":
    case "gt":
    case "ge":
    case "lt":
    case "le":
      return {
        kind: "compare",
        attribute: nameOf(parsed.attrPath),
        operator: parsed.op,
        literal: scanned.literals[Number(parsed.compValue)] ?? { text: "", quoted: false },
      };
  }
}

/**
 * `emails[type eq "work"].value eq "x"`, which Entra sends: one item meets both. The library makes two conditions of it,
 * and names the second attribute after both, `a0.a2`.
 */
function itemWithSub(filters: readonly ParsedFilter[], scanned: Scanner): Expression | undefined {
  const [item, condition] = filters;
  if (filters.length !== 2 || item?.op !== "[]" || condition === undefined) return undefined;
  if (!("attrPath" in condition) || !condition.attrPath.includes(".")) return undefined;
  const sub = condition.attrPath.slice(condition.attrPath.indexOf(".") + 1);
  const whole = expressionOf(item, scanned);
  if (whole.kind !== "item") return undefined;
  return {
    ...whole,
    filter: { kind: "and", filters: [whole.filter, expressionOf({ ...condition, attrPath: sub }, scanned)] },
  };
}
