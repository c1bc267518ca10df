import { chromiumPath } from "../browser/chromium.ts";
import type { Judge } from "./judges.ts";
import { runVitest } from "./run.ts";

/** The access review as a browser shows it. */
export function browser(): Judge {
  return {
    name: "browser",
    missing: chromiumPath() === undefined ? "no chromium on the path" : undefined,
    prepare: () => undefined,
    run: () => [runVitest("browser", ["--project", "outside", "test/browser/"])],
  };
}
