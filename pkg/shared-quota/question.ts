import type { QuotaReport, TurnOutcome } from "../core/shared-quota.ts";

/** A report as the arguments of the script, in its order. */
export function questionOf(
  instance: { readonly instanceId: string; readonly poolId: string },
  report: QuotaReport,
  leaving: boolean,
): readonly (string | number)[] {
  const { writes, others, background } = report.waiting;
  return [
    instance.instanceId,
    instance.poolId,
    report.setPerSecond,
    writes,
    others,
    background,
    report.held,
    Math.round(report.aheadMs * 1000) / 1000,
    report.knownInstances,
    Number(report.throttled),
    Number(leaving),
    report.fraction,
    report.outcomes.after,
    report.sentAtMs ?? "",
    report.outcomes.upTo,
    report.outcomes.list.map(inMicroseconds).join(" "),
    Math.ceil(report.roundTripMs),
    Number(report.wasAlone),
  ];
}

function inMicroseconds({ givenForMs, sentMs }: TurnOutcome): string {
  const us = (ms: number | undefined): number => (ms === undefined ? -1 : Math.round(ms * 1000));
  return `${us(givenForMs)},${us(sentMs)}`;
}
