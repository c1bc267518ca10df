const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `1 group`, `1,200 groups`; every noun of ours takes a plain s. */
export function counted(count: number, noun: string): string {
  return `${NUMBER.format(count)} ${count === 1 ? noun : `${noun}s`}`;
}
