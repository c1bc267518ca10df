import { monthText, shortDayText } from "../html/formats.ts";

const DAY_MS = 86_400_000;
const MOST_DAYS = 31;
const MOST_WEEKS_IN_DAYS = 190;
const MOST_MONTHS_IN_DAYS = 3 * 366;

interface ReportPeriod {
  readonly from: Date;
  /** The first moment after it. */
  readonly to: Date;
  readonly label: string;
}

/** Days, weeks from Monday on, months or years in UTC, as the length of time needs, without a gap. */
export function periodsBetween(since: Date, until: Date): readonly ReportPeriod[] {
  const unit = unitFor(until.getTime() - since.getTime());
  const periods: ReportPeriod[] = [];
  let from = unit.begin(since);
  do {
    const to = unit.next(from);
    periods.push({ from, to, label: unit.label(from) });
    from = to;
  } while (from.getTime() <= until.getTime());
  return periods;
}

type PeriodName = "day" | "week" | "month" | "year";

export function periodName(since: Date, until: Date): PeriodName {
  return unitFor(until.getTime() - since.getTime()).name;
}

interface Unit {
  readonly name: PeriodName;
  readonly begin: (time: Date) => Date;
  readonly next: (begin: Date) => Date;
  readonly label: (begin: Date) => string;
}

function unitFor(ms: number): Unit {
  const days = ms / DAY_MS;
  if (days <= MOST_DAYS) return DAY;
  if (days <= MOST_WEEKS_IN_DAYS) return WEEK;
  return days <= MOST_MONTHS_IN_DAYS ? MONTH : YEAR;
}

function startOfDay(time: Date): Date {
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()));
}

function later(time: Date, days: number): Date {
  return new Date(time.getTime() + days * DAY_MS);
}

const DAY: Unit = {
  name: "day",
  begin: startOfDay,
  next: (begin) => later(begin, 1),
  label: shortDayText,
};
const WEEK: Unit = {
  name: "week",
  begin: (time) => later(startOfDay(time), -((time.getUTCDay() + 6) % 7)),
  next: (begin) => later(begin, 7),
  label: shortDayText,
};
const MONTH: Unit = {
  name: "month",
  begin: (time) => new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), 1)),
  next: (begin) => new Date(Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth() + 1, 1)),
  label: monthText,
};
const YEAR: Unit = {
  name: "year",
  begin: (time) => new Date(Date.UTC(time.getUTCFullYear(), 0, 1)),
  next: (begin) => new Date(Date.UTC(begin.getUTCFullYear() + 1, 0, 1)),
  label: (begin) => String(begin.getUTCFullYear()),
};
