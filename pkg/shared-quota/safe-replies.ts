import { createRequire } from "node:module";
import { Redis } from "ioredis";

/**
 * The client throws out of its own code at answers that nobody asked for, such as a null: outside of any promise, so that
 * the process would end. Here such a connection ends instead.
 */
export function endConnectionsWithStrayReplies(): void {
  const handler: unknown = createRequire(import.meta.url)("ioredis/built/DataHandler.js");
  const prototype = propertyOf(propertyOf(handler, "default"), "prototype");
  if (!isObject(prototype) || typeof Reflect.get(prototype, "dispatch") !== "function") {
    throw new TypeError("ioredis has no dispatch any more: see whether stray answers still end the process");
  }
  Reflect.set(prototype, "dispatch", function dispatch(this: object, take: () => void): void {
    try {
      take();
    } catch {
      const redis: unknown = Reflect.get(this, "redis");
      if (redis instanceof Redis) redis.stream.destroy();
    }
  });
}

function propertyOf(value: unknown, name: string): unknown {
  return isObject(value) ? Reflect.get(value, name) : undefined;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
