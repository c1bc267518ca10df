import { readFileSync } from "node:fs";

export interface Size {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
}

/** One run of one way, as it was measured. */
export interface RawRun extends Size {
  readonly way: string;
  /** Left out where the limiter was open. */
  readonly rate?: number;
  readonly latencyMs: number;
  readonly seconds?: number;
  readonly cpuSeconds?: number;
  /** Of all its processes. */
  readonly peakRssMiB?: number;
  /** Calls that the server carried out, and those that it refused for their rate. */
  readonly calls?: number;
  readonly refused?: number;
  readonly serverRssMiB?: number;
  /** False where the run was stopped before its end. */
  readonly isWhole?: boolean;
  /** In the last two thirds of a part. */
  readonly steady?: { readonly callsPerSecond: number; readonly userPagesPerSecond: number };
  /** The program ended with an error, after so many calls. */
  readonly failedAfter?: number;
}

export interface Raw {
  readonly date: string;
  readonly machine: string;
  readonly load: string;
  readonly commit: string;
  readonly command: string;
  readonly sizes: readonly Size[];
  readonly rates: readonly number[];
  readonly latencies: readonly number[];
  readonly runs: readonly RawRun[];
}

export const RAW_FILE = "docs/performance.json";

const isRaw = (raw: unknown): raw is Raw =>
  typeof raw === "object" && raw !== null && "runs" in raw && Array.isArray(raw.runs);

export function readRaw(file: string): Raw {
  const raw: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (!isRaw(raw)) throw new TypeError(`${file} holds no runs of the table`);
  return raw;
}

/** AWS grants more calls for the groups of a user than listings: 50 beside 30, by default. */
export const groupsOfUserRate = (rate: number): number => (rate * 50) / 30;
