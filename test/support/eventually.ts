import { vi } from "vitest";

/**
 * Waits until the check does not throw, as long as a test may take: Vitest's own second is short on a busy machine. What
 * never holds is reported with its last failure.
 */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 25_000, interval: 5 });
}
