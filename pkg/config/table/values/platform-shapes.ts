import type { Parsed } from "../setting.ts";

/** The platform takes 1 to 256 characters. */
export function hostId(given: string): Parsed<string> {
  return given.length <= 256 && !/\p{Cc}/u.test(given)
    ? { value: given }
    : { problem: "must be at most 256 characters without line breaks and other control characters" };
}
