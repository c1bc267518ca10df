// Reads the metrics that a PromQL expression names, and the labels of each. It is not a parser of PromQL: it knows the part
// of the language that our rules and panels use, and throws at any other word. The official parser is a Go library.

/** One metric in an expression, with the labels of its selector. */
export interface NamedMetric {
  readonly name: string;
  readonly labels: readonly LabelMatch[];
}

export interface LabelMatch {
  readonly label: string;
  readonly op: string;
  readonly value: string;
}

export interface Expression {
  readonly metrics: readonly NamedMetric[];
  /** Of every `by (…)`. */
  readonly groupedBy: readonly string[];
}

const FUNCTIONS = new Set([
  "absent",
  "count",
  "rate",
  "increase",
  "histogram_quantile",
  "last_over_time",
  "sum",
  "min",
  "max",
  "time",
]);
const OPERATORS = new Set(["and", "or", "unless", "on", "ignoring", "bool"]);
const GROUPING = /\b(?:by|on)\s*\(([^()]*)\)/g;
const SELECTOR = /([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{([^{}]*)\})?\s*(\()?/g;
const MATCH = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"([^"]*)"\s*$/;

export function readPromql(text: string): Expression {
  assertBalanced(text);
  const groupedBy: string[] = [];
  const rest = text
    .replace(GROUPING, (_, labels: string) => {
      groupedBy.push(...labels.split(",").map((label) => label.trim()));
      return "";
    })
    // Ranges and durations are not names.
    .replace(/\[[^\]]*\]/g, "");
  const metrics: NamedMetric[] = [];
  for (const [all, name = "", selector, open] of rest.matchAll(SELECTOR)) {
    if (open !== undefined && selector === undefined && FUNCTIONS.has(name)) continue;
    // `sum by (x) (…)`: without the grouping, the function is before a parenthesis too.
    if (OPERATORS.has(name) && selector === undefined) continue;
    if (open !== undefined) throw new Error(`unknown function in ${all}`);
    metrics.push({ name, labels: selector === undefined ? [] : matches(selector) });
  }
  return { metrics, groupedBy };
}

function matches(selector: string): readonly LabelMatch[] {
  // No value in our rules contains a comma.
  return selector.split(",").map((part) => {
    const [, label, op, value] = MATCH.exec(part) ?? [];
    if (label === undefined || op === undefined || value === undefined)
      throw new Error(`not a label matcher: ${part}`);
    return { label, op, value };
  });
}

function assertBalanced(text: string): void {
  let depth = 0;
  for (const character of text.replace(/"[^"]*"/g, "")) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (depth < 0) break;
  }
  if (depth !== 0) throw new Error(`parentheses do not match in ${text}`);
}
