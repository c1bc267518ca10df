import { type AuditLog, REFUSED_CALL } from "../../core/audit-log.ts";
import type { Requester } from "../../core/change.ts";
import type { EpochClock } from "../../core/clock.ts";

interface RefusedCallsOptions {
  readonly audit: Pick<AuditLog, "append">;
  readonly poolId: string;
  readonly now: EpochClock;
  readonly newId: () => string;
}

/** Writes that were refused because of the caller's role, in the audit log. Its methods reject when that cannot be written. */
export interface RefusedCalls {
  /** The first call of a caller has its line at once; the others until the next `flush` are counted. */
  refused(caller: Requester, operation: string): Promise<void>;
  /** Writes one line for each caller with counted calls. To be called once a minute, and at the end. */
  flush(): Promise<void>;
}

/** Callers with lines of their own between two flushes. All others share one line, so that no caller fills the disk. */
const NAMED_CALLERS = 20;

const OTHERS = "(other callers)";

export function createRefusedCalls({ audit, poolId, now, newId }: RefusedCallsOptions): RefusedCalls {
  const counted = new Map<string, { readonly caller: Requester; operation: string; count: number }>();

  async function write(requester: Requester, operation: string, count: number): Promise<void> {
    await audit.append({
      change: newId(),
      atMs: now(),
      pool: poolId,
      kind: REFUSED_CALL,
      requester,
      target: {},
      outcome: "refused",
      code: "permission-denied",
      reason: undefined,
      steps: [],
      undo: undefined,
      refused: { operation, count },
    });
  }

  return {
    async refused(caller, operation) {
      const isNamed = counted.has(caller.name) || counted.size < NAMED_CALLERS;
      const name = isNamed ? caller.name : OTHERS;
      const known = counted.get(name);
      if (known !== undefined) {
        known.operation = operation;
        known.count += 1;
        return;
      }
      counted.set(name, { caller: { ...caller, name }, operation, count: isNamed ? 0 : 1 });
      if (isNamed) await write(caller, operation, 1);
    },
    async flush() {
      const all = [...counted.values()];
      counted.clear();
      for (const { caller, operation, count } of all) if (count > 0) await write(caller, operation, count);
    },
  };
}
