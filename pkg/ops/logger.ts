import pino from "pino";
import { consoleLine } from "./console-line.ts";
import { errorFields } from "./error-fields.ts";
import type { LogFields } from "./log-fields.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** The program's log. It takes known fields only, so it cannot be handed an attribute, a password or a token (D20). */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** An error line for a failure: our own message, and of what caused it only names and places in the code. */
  failure(message: string, error: unknown, fields?: LogFields): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `console` is one plain line for people, `json` one object a line. */
  readonly format: "console" | "json";
  /** Takes whole lines, line break included. */
  readonly write: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createLogger({ level, format, write, now }: LoggerOptions): Logger {
  const destination = {
    write(line: string): void {
      write(format === "json" ? line : `${consoleLine(line)}\n`);
    },
  };
  const log = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );

  // Names travel with the line only where the operator asked for them.
  function shown({ names, ...fields }: LogFields): object {
    return level === "debug" ? { ...fields, ...names } : fields;
  }

  return {
    debug: (message, fields = {}) => log.debug(shown(fields), message),
    info: (message, fields = {}) => log.info(shown(fields), message),
    warn: (message, fields = {}) => log.warn(shown(fields), message),
    error: (message, fields = {}) => log.error(shown(fields), message),
    failure: (message, error, fields = {}) => log.error({ ...shown(fields), ...errorFields(error) }, message),
  };
}
