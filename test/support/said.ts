import type { RunningCli } from "./connector-cli.ts";

/** Resolves with the first whole line of stderr that has the text in it. */
export function said(running: RunningCli, wanted: string): Promise<string> {
  return new Promise((done, failed) => {
    let text = "";
    running.process.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const line = text
        .split("\n")
        .slice(0, -1)
        .find((each) => each.includes(wanted));
      if (line !== undefined) done(line);
    });
    running.process.once("exit", () => failed(new Error(`it ended without "${wanted}":\n${text}`)));
  });
}
