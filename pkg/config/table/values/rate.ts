import { nearest } from "../../../core/nearest.ts";
import { type Category, DEFAULT_PER_SECOND, QUOTAS } from "../../../core/operations.ts";
import type { Parsed } from "../setting.ts";

/** Requests per second for each quota category. */
export type Rates = Readonly<Record<Category, number>>;

export const CATEGORIES: readonly Category[] = Object.keys(QUOTAS).filter(isCategory);

export const DEFAULT_RATES: Rates = uniform(DEFAULT_PER_SECOND);

/**
 * `5` for every category, `UserList=30` for one, or both: `2,UserList=30`. The numbers are above 0 and may have a
 * fraction. `aboveQuota` checks them against AWS's quotas.
 */
export function parseRates(given: string): Parsed<Rates> {
  const named = new Map<Category, number>();
  let base: number | undefined;
  for (const part of given.split(",").map((piece) => piece.trim())) {
    const cut = part.indexOf("=");
    const perSecond = positiveNumber(part.slice(cut + 1));
    if (perSecond === undefined) return { problem: `${SHAPE}: "${part}" has no number above 0` };
    if (cut < 0) {
      if (base !== undefined) return { problem: `${SHAPE}: two rates for every category` };
      base = perSecond;
      continue;
    }
    const name = part.slice(0, cut).trim();
    const category = CATEGORIES.find((candidate) => candidate === name);
    if (category === undefined) return { problem: unknownCategory(name) };
    if (named.has(category)) return { problem: `${SHAPE}: ${category} is given twice` };
    named.set(category, perSecond);
  }
  return { value: { ...uniform(base ?? DEFAULT_PER_SECOND), ...Object.fromEntries(named) } };
}

/** The first category whose rate is above AWS's quota, as a problem with its cure; undefined if there is none. */
export function aboveQuota(rates: Rates): string | undefined {
  for (const category of CATEGORIES) {
    const quota = QUOTAS[category].accountPerSecond;
    if (rates[category] > quota) {
      return `is above AWS's quota of ${quota} requests per second for ${category}; give that category at most ${quota}, such as --rate ${category}=${quota}`;
    }
  }
  return undefined;
}

/** The shortest text that `parseRates` parses to these rates. */
export function formatRates(rates: Rates): string {
  const first = rates.UserList;
  if (CATEGORIES.every((category) => rates[category] === first)) return String(first);
  return CATEGORIES.map((category) => `${category}=${rates[category]}`).join(",");
}

const SHAPE = "must be a number such as 5, or rates by category such as UserList=30,UserPoolResourceRead=2.5";

function isCategory(name: string): name is Category {
  return Object.hasOwn(QUOTAS, name);
}

function uniform(perSecond: number): Rates {
  return {
    UserList: perSecond,
    UserRead: perSecond,
    UserResourceRead: perSecond,
    UserPoolRead: perSecond,
    UserPoolResourceRead: perSecond,
    UserCreation: perSecond,
    UserUpdate: perSecond,
    UserAccountRecovery: perSecond,
    UserResourceUpdate: perSecond,
    UserPoolResourceUpdate: perSecond,
  };
}

function positiveNumber(piece: string): number | undefined {
  const trimmed = piece.trim();
  const value = /^\d{1,9}(\.\d{1,6})?$/.test(trimmed) ? Number(trimmed) : 0;
  return value > 0 ? value : undefined;
}

function unknownCategory(name: string): string {
  const close = nearest(name, CATEGORIES);
  const hint = close === undefined ? `the categories are ${CATEGORIES.join(", ")}` : `did you mean ${close}?`;
  return `${SHAPE}: "${name}" is not a quota category; ${hint}`;
}
