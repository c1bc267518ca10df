import { expect, test } from "vitest";
import { createLogger } from "../../../../pkg/ops/logger.ts";
import { createEnrichment } from "./enrichment.ts";

const signal = new AbortController().signal;
const DAY = 24 * 60 * 60_000;

const notAsked = (): never => {
  throw new Error("Cognito is not asked");
};

test("facts that could not be found are asked for again after a minute, also where the clock is set back", async () => {
  let [nowMs, monotonicMs] = [DAY, 0];
  const lines: string[] = [];
  const log = createLogger({
    level: "debug",
    format: "json",
    now: () => nowMs,
    write: (line) => void lines.push(line),
  });
  const enrichment = createEnrichment({
    config: { poolId: "eu-west-1_AbCd12345" },
    enrich: { facts: ["mfa"], perHour: 10 },
    place: { engine: "sqlite", name: "/nowhere/pool.db" },
    source: { readDetails: notAsked, usernameOf: notAsked, listAuthEvents: notAsked },
    now: () => nowMs,
    monotonic: () => monotonicMs,
    log,
  });
  await enrichment.findFacts(["ann"], signal);
  await enrichment.findFacts(["ann"], signal);
  expect(lines).toHaveLength(1);
  nowMs = 0;
  monotonicMs = 60_000;
  await enrichment.findFacts(["ann"], signal);
  expect(lines).toHaveLength(2);
  await enrichment.close();
});
