import { fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { QueryProcess } from "../../../../pkg/inventory/sqlite/query-processes.ts";
import type { QueryAnswer } from "../../../../pkg/inventory/sqlite/query-service.ts";
import type { Context } from "../../process/context.ts";

interface Waiting {
  readonly resolve: (answer: QueryAnswer) => void;
  readonly reject: (error: GovernanceError) => void;
}

/** Starts the process of one query. Of the environment, which may hold secrets, it gets TMPDIR; it gets no terminal. */
export function startQueryProcess({ cwd, env }: Pick<Context, "cwd" | "env">): QueryProcess {
  const { TMPDIR } = env;
  const module = `./query-process${extname(fileURLToPath(import.meta.url))}`;
  // Detached: Ctrl-C goes to this process alone, which then ends the other one.
  const child = fork(new URL(module, import.meta.url), {
    cwd,
    detached: true,
    // SQLite sorts in files there what does not fit into memory.
    env: TMPDIR === undefined ? {} : { TMPDIR },
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  let waiting: Waiting | undefined;
  let ended: GovernanceError | undefined;

  function take(): Waiting | undefined {
    const one = waiting;
    waiting = undefined;
    return one;
  }

  function end(cause?: unknown): void {
    ended ??= new GovernanceError("internal", "the process of the query ended before it answered", { cause });
    take()?.reject(ended);
  }

  child.on("error", end);
  child.on("exit", () => end());
  child.on("message", (answer: QueryAnswer) => take()?.resolve(answer));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(ended);
        waiting = { resolve, reject };
        child.send(request, (error) => {
          if (error !== null) end(error);
        });
      }),
    kill() {
      end();
      child.kill("SIGKILL");
    },
  };
}
