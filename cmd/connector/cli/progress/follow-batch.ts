import type { Config } from "../../../../pkg/config/config.ts";
import type { Context } from "../../process/context.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { formatDuration } from "../output/text.ts";
import { isLive } from "../with-runtime.ts";

const LOG_MS = 10_000;

/** How far a batch is: a live line for people on a terminal, else a log line every ten seconds. */
export interface BatchProgress {
  /** Takes the live line away, so that a row can be printed on the same terminal. */
  hide(): void;
  row(done: number, failed: number): void;
  close(): void;
}

export function followBatch(
  doing: "checking" | "applying",
  rows: number,
  { log, liveLine }: Pick<Diagnostics, "liveLine"> & { readonly log: Pick<Diagnostics["log"], "info"> },
  context: Pick<Context, "stderr" | "env" | "monotonic">,
  config: { readonly log: Pick<Config["log"], "format"> },
): BatchProgress {
  const { monotonic } = context;
  const live = isLive(config, context);
  const beganAt = monotonic();
  let count = { done: 0, failed: 0 };

  function text(): string {
    const { done, failed } = count;
    const leftMs = done === 0 ? undefined : ((monotonic() - beganAt) / done) * (rows - done);
    return batchText(doing, { rows, done, failed, leftMs });
  }

  if (live) liveLine.show(`${doing} ${rows} rows`);
  // A row that waits for AWS must not make the log silent.
  const timer = live ? undefined : setInterval(() => log.info(text()), LOG_MS);
  return {
    hide: () => liveLine.clear(),
    row(done, failed) {
      count = { done, failed };
      if (live) liveLine.show(text());
    },
    close() {
      clearInterval(timer);
      liveLine.clear();
    },
  };
}

interface Progress {
  readonly rows: number;
  readonly done: number;
  readonly failed: number;
  /** Undefined before the first row is done. */
  readonly leftMs: number | undefined;
}

/** The failures first, then the time left, then the count: a narrow terminal cuts the end. */
function batchText(doing: string, { rows, done, failed, leftMs }: Progress): string {
  const left = leftMs === undefined ? "" : `, about ${formatDuration(Math.ceil(leftMs / 1000) * 1000)} left`;
  return [...(failed === 0 ? [] : [`${failed} failed`]), `${doing}${left}`, `${done} of ${rows} rows`].join(
    " · ",
  );
}
