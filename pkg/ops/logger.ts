import pino from "pino";
import type { EpochClock } from "../core/clock.ts";
import type { LogLevel } from "../core/log-level.ts";
import { consoleLine } from "./console-line.ts";
import { errorFields } from "./error-fields.ts";
import type { LogFields } from "./log-fields.ts";
import { currentLogScope } from "./logger-scope.ts";

/** The program's log. It takes known fields only, so it cannot be given an attribute, a password or a token (D20). */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** An error line for a failure: our own message, and of its causes only names and places in the code. */
  failure(message: string, error: unknown, fields?: LogFields): void;
}

/** A log whose level changes while the program runs. */
export interface AdjustableLogger extends Logger {
  /** The current level. */
  level(): LogLevel;
  /** From the next line on. If `debugExpiresAt` has passed, debug becomes info at once. */
  setLevel(level: LogLevel, debugExpiresAt?: number): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Milliseconds since the epoch, when the level debug becomes info; undefined: never. */
  readonly debugExpiresAt?: number | undefined;
  /** `console` is one plain line for people, `json` one object per line. */
  readonly format: "console" | "json";
  /** Takes whole lines, line break included. */
  readonly write: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: EpochClock;
}

export function createLogger(options: LoggerOptions): AdjustableLogger {
  const { format, write, now } = options;
  const destination = {
    write(line: string): void {
      write(format === "json" ? line : `${consoleLine(line)}\n`);
    },
  };
  let level = options.level;
  let expiresAt = options.debugExpiresAt;
  const log = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => currentLogScope() ?? {},
    },
    destination,
  );

  function setLevel(next: LogLevel): void {
    level = next;
    log.level = next;
  }

  // Checked at each line: the level has no effect between two lines, so it needs no timer.
  function expire(): void {
    if (level !== "debug" || expiresAt === undefined || now() < expiresAt) return;
    setLevel("info");
    log.warn(
      { setting: "log-level-debug-expires-at" },
      "the log level debug has expired: the level is info from now on",
    );
  }

  // Names are only in the lines of the level debug, which the operator chose.
  function visibleFields({ names, ...fields }: LogFields): object {
    return level === "debug" ? { ...fields, ...names } : fields;
  }

  function logLine(at: LogLevel, message: string, fields: LogFields, more: object = {}): void {
    expire();
    log[at]({ ...visibleFields(fields), ...more }, message);
  }

  return {
    debug: (message, fields = {}) => logLine("debug", message, fields),
    info: (message, fields = {}) => logLine("info", message, fields),
    warn: (message, fields = {}) => logLine("warn", message, fields),
    error: (message, fields = {}) => logLine("error", message, fields),
    failure: (message, error, fields = {}) => logLine("error", message, fields, errorFields(error)),
    level() {
      expire();
      return level;
    },
    setLevel(next, debugExpiresAt) {
      expiresAt = debugExpiresAt;
      setLevel(next);
      expire();
    },
  };
}
