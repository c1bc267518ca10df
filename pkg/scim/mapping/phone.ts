import { phoneProblem } from "../../core/attributes/formats.ts";

const SEPARATORS = /[ .()/\-\u00a0\u2010-\u2015]/gu;

/**
 * The number in E.164, or undefined when it is not certain which number is meant: without a `+`, with an extension, or with
 * a trunk prefix in brackets.
 */
export function phoneText(text: string): string | undefined {
  const [number = "", ...parameters] = text.trim().replace(/^tel:/iu, "").split(";");
  if (parameters.some((one) => /^ext=/iu.test(one)) || /\(0+\)/u.test(number)) return undefined;
  const plain = number.replaceAll(SEPARATORS, "");
  return phoneProblem(plain) === undefined ? plain : undefined;
}
