import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";

// The types of playwright-core need those of the DOM, which would then be in every file of the program. So what the
// tests use of it is declared here.

export interface ChromiumPage {
  emulateMedia(options: { media: "screen" | "print"; colorScheme: "light" | "dark" }): Promise<void>;
  on(event: "console", listener: (message: { text(): string }) => void): void;
  on(event: "pageerror", listener: (error: Error) => void): void;
  on(event: "request", listener: (request: { url(): string }) => void): void;
  goto(url: string): Promise<unknown>;
  /** What the expression evaluates to in the page; it comes as JSON. */
  evaluate(expression: string): Promise<unknown>;
  title(): Promise<string>;
  pdf(options: { preferCSSPageSize: boolean }): Promise<Buffer>;
  readonly keyboard: { press(key: string): Promise<void> };
  close(): Promise<void>;
}

export interface Chromium {
  newPage(options: {
    viewport: { width: number; height: number };
    colorScheme: "light" | "dark";
  }): Promise<ChromiumPage>;
  close(): Promise<void>;
}

interface Playwright {
  readonly chromium: {
    launch(options: { executablePath: string; args: readonly string[] }): Promise<Chromium>;
  };
}

/** The browser of this machine; undefined if it has none. */
export function chromiumPath(): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin"];
  return folders.map((folder) => join(folder, "chromium")).find((path) => existsSync(path));
}

/** Starts it without a window, and without the requests that it makes by itself. */
export async function openChromium(): Promise<Chromium> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error("there is no chromium on the path");
  const loaded: unknown = createRequire(import.meta.url)("playwright-core");
  if (!isPlaywright(loaded)) throw new Error("playwright-core has no chromium");
  return loaded.chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

function isPlaywright(loaded: unknown): loaded is Playwright {
  return typeof loaded === "object" && loaded !== null && "chromium" in loaded;
}
