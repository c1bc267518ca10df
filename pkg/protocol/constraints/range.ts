/** Numbers compare across both kinds, so sizes and 64-bit values share one wording. */
export type Whole = number | bigint;

/** `must be 1 to 8 bytes, got 9`, or undefined when the number is within its bounds. */
export function outOfRange(
  value: Whole,
  min: Whole | undefined,
  max: Whole | undefined,
  unit: string,
  show: (number: Whole) => string = String,
): string | undefined {
  const tooSmall = min !== undefined && value < min;
  const tooLarge = max !== undefined && value > max;
  return tooSmall || tooLarge
    ? `must be ${boundsText(min, max, show)}${unit}, got ${show(value)}`
    : undefined;
}

function boundsText(min: Whole | undefined, max: Whole | undefined, show: (number: Whole) => string): string {
  if (max === undefined) return min === undefined ? "anything" : `at least ${show(min)}`;
  return min === undefined ? `at most ${show(max)}` : `${show(min)} to ${show(max)}`;
}
