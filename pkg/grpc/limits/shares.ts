/** Something of which there is a bounded amount, and of which nobody may take more than a share. */
export interface Shares {
  /** Takes it, or says which bound would be passed. */
  take(key: string, amount: number): "each" | "all" | undefined;
  give(key: string, amount: number): void;
}

export interface SharesOptions {
  /** The most of one key. */
  readonly each: number;
  readonly all: number;
  /**
   * Kept free for keys that have less than this: with it they may pass `all` by a quarter, so that those who take much
   * do not shut out those who take little.
   */
  readonly little: number;
}

/** Remembers only the keys that hold something. */
export function createShares({ each, all, little }: SharesOptions): Shares {
  const taken = new Map<string, number>();
  let total = 0;
  return {
    take(key, amount) {
      const own = (taken.get(key) ?? 0) + amount;
      if (own > each) return "each";
      if (total + amount > (own <= little ? all * 1.25 : all)) return "all";
      taken.set(key, own);
      total += amount;
      return undefined;
    },
    give(key, amount) {
      const left = (taken.get(key) ?? 0) - amount;
      if (left > 0) taken.set(key, left);
      else taken.delete(key);
      total -= amount;
    },
  };
}
