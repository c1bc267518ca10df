import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import { type BootClock, systemClocks } from "../../../pkg/core/clock.ts";

const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/**
 * The time since the machine was started. Where the system has no id for that, the time since the process was started:
 * what another process has recorded then counts by its date.
 */
export function machineBootClock(): BootClock {
  const boot = bootId();
  if (boot === undefined) return { boot: `process ${randomUUID()}`, upMs: systemClocks.monotonic };
  return { boot, upMs: () => uptime() * 1000 };
}

function bootId(): string | undefined {
  try {
    return readFileSync(BOOT_ID, "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}
