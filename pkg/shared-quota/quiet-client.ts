// The client writes to the error output by itself. What comes from Redis, and passwords, must not get there.
import { createRequire } from "node:module";
import type { Redis } from "ioredis";

/** With `DEBUG=*` in the environment the client prints each command, AUTH with its password among them. */
export function printNoCommands(): void {
  const ofClient = createRequire(createRequire(import.meta.url).resolve("ioredis"));
  const debug: unknown = ofClient("debug");
  if (typeof debug !== "function") throw new TypeError("ioredis has no debug any more: see what it prints");
  const call = (name: string, ...args: readonly string[]): unknown => {
    const method: unknown = Reflect.get(debug, name);
    return typeof method === "function" ? Reflect.apply(method, debug, args) : undefined;
  };
  const wanted = call("disable");
  if (typeof wanted === "string" && wanted !== "") call("enable", `${wanted},-ioredis:*`);
}

/** Where a user may not use INFO, the client goes on, and prints what Redis said. Here it goes on only. */
export function printNoRefusedInfo(node: Redis): void {
  const info = node.info.bind(node);
  Reflect.set(node, "info", (answered: (error?: Error | null, text?: string) => void) =>
    info((error, text) =>
      error?.message.includes("NOPERM") === true ? answered(null, "") : answered(error, text),
    ),
  );
}
