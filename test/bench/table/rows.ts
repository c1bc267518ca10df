import { generatedGroups } from "../../cognito/generated-groups.ts";
import { groupsOfUserRate, type Raw, type RawRun, type Size } from "./raw.ts";
import { WAYS } from "./ways.ts";

/** A cell, and whether a run gave it or it follows from the figures of other runs. */
export interface Cell {
  readonly value: number;
  readonly isMeasured: boolean;
}

export interface Row extends Size {
  readonly way: string;
  /** Undefined where the limiter was open. */
  readonly rate: number | undefined;
  readonly latencyMs: number;
  readonly calls: Cell;
  /** A text where the way does not reach the end. */
  readonly seconds: Cell | string | undefined;
  readonly cpuSeconds: Cell | undefined;
  readonly peakRssMiB: Cell | undefined;
  /** Of the rate of UserList, or of UserResourceRead for the calls per user. */
  readonly usedPercent: number | undefined;
}

const PAGE = 60;
const isPerUser = (way: string) => WAYS.some(({ name, perUser }) => name === way && perUser === true);
const isSize = (run: Size, size: Size) => run.users === size.users && run.memberships === size.memberships;
const cell = (value: number, isMeasured: boolean): Cell => ({ value, isMeasured });
const rowsOf = ({ users, groups, memberships }: Size): number => users + groups + memberships;

/** Every row of the table: each way and size, with the limiter open and at each rate and latency. */
export function tableRows(raw: Raw): readonly Row[] {
  return WAYS.filter(({ name }) => raw.runs.some((run) => run.way === name)).flatMap(({ name }) =>
    raw.sizes.flatMap((size) => [
      row(raw, name, size, undefined, 0),
      ...raw.rates.flatMap((rate) => raw.latencies.map((latencyMs) => row(raw, name, size, rate, latencyMs))),
    ]),
  );
}

function row(raw: Raw, way: string, size: Size, rate: number | undefined, latencyMs: number): Row {
  const runs = raw.runs.filter((run) => run.way === way);
  const open = runs.filter((run) => run.rate === undefined && run.isWhole === true);
  const own = open.find((run) => isSize(run, size));
  const largest = open.toSorted((a, b) => rowsOf(b) - rowsOf(a))[0];
  const pages = pagesOf(size);
  const needed = isPerUser(way) ? pages.users + size.users : pages.users + pages.groups + pages.members;
  const calls = own?.calls === undefined ? cell(needed, false) : cell(own.calls, true);
  const at = runs.filter((run) => run.rate === rate && run.latencyMs === latencyMs && run.rate !== undefined);
  const seconds =
    rate === undefined
      ? openSeconds(size, own, largest)
      : rateSeconds(at, size, way, calls.value, pages.users);
  const granted = isPerUser(way) ? groupsOfUserRate(rate ?? 0) : rate;
  const used =
    typeof seconds === "object" && granted !== undefined && rate !== undefined
      ? (100 * (isPerUser(way) ? size.users : calls.value)) / seconds.value / granted
      : undefined;
  return {
    way,
    ...size,
    rate,
    latencyMs,
    calls,
    seconds,
    cpuSeconds: perRow(size, own?.cpuSeconds, largest?.cpuSeconds, largest),
    peakRssMiB: own?.peakRssMiB === undefined ? undefined : cell(own.peakRssMiB, true),
    usedPercent: used,
  };
}

function openSeconds(size: Size, own: RawRun | undefined, largest: RawRun | undefined): Cell | undefined {
  return perRow(size, own?.seconds, largest?.seconds, largest);
}

/** Measured, or in proportion to the rows of the largest run that was measured. */
function perRow(size: Size, own: number | undefined, of: number | undefined, largest: RawRun | undefined) {
  if (own !== undefined) return cell(own, true);
  if (of === undefined || largest === undefined) return undefined;
  return cell((of * rowsOf(size)) / rowsOf(largest), false);
}

/** Measured to the end, or calculated from the speed of a part. */
function rateSeconds(runs: readonly RawRun[], size: Size, way: string, calls: number, userPages: number) {
  const whole = runs.find((run) => run.isWhole === true && isSize(run, size) && run.steady === undefined);
  if (whole?.seconds !== undefined) return cell(whole.seconds, true);
  const failed = runs.find((run) => run.failedAfter !== undefined);
  if (failed !== undefined) return `fails after ${failed.failedAfter} calls`;
  const mixed = runs.flatMap(({ groups, rate, steady }) =>
    groups > 0 && rate !== undefined && steady !== undefined ? [{ rate, steady }] : [],
  )[0];
  if (mixed === undefined) return undefined;
  const alone = WAYS.some(({ name, sideBySide }) => name === way && sideBySide === true)
    ? runs.find((run) => run.groups === 0)?.steady
    : undefined;
  // A short part can begin with what the limiter saved up before it.
  const granted = isPerUser(way) ? groupsOfUserRate(mixed.rate) + mixed.rate : mixed.rate;
  const steady = { ...mixed.steady, callsPerSecond: Math.min(mixed.steady.callsPerSecond, granted) };
  return cell(calculated(calls, userPages, steady, alone?.callsPerSecond), false);
}

type Steady = NonNullable<RawRun["steady"]>;

/** One cursor reads the users. Where the members of the groups are through before, it goes on alone. */
function calculated(calls: number, userPages: number, mixed: Steady, alone: number | undefined): number {
  const others = calls - userPages;
  const together = others / (mixed.callsPerSecond - mixed.userPagesPerSecond);
  const left = userPages - together * mixed.userPagesPerSecond;
  if (alone === undefined || left <= 0) return calls / mixed.callsPerSecond;
  return together + left / alone;
}

function pagesOf({ users, groups, memberships }: Size): { users: number; groups: number; members: number } {
  const crowd = generatedGroups(1, { users, groups, memberships });
  const ofMembers = crowd.groups.map(({ name }) => Math.max(1, Math.ceil(crowd.sizeOf(name) / PAGE)));
  return {
    users: Math.max(1, Math.ceil(users / PAGE)),
    groups: Math.max(1, Math.ceil(groups / PAGE)),
    members: ofMembers.reduce((sum, pages) => sum + pages, 0),
  };
}
