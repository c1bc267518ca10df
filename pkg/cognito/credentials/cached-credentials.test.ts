import { describe, expect, test } from "vitest";
import { type CredentialProperties, cacheCredentials } from "./cached-credentials.ts";

const MINUTE_MS = 60_000;

/** A source whose nth credentials are called `n` and live for the given time. */
function source(lifeMs: number | undefined) {
  let nowMs = 1_000_000;
  let fetched = 0;
  let broken = false;
  const asked: (CredentialProperties | undefined)[] = [];
  const cached = cacheCredentials(
    async (properties) => {
      asked.push(properties);
      if (broken) throw new Error("source is down");
      fetched += 1;
      return {
        accessKeyId: String(fetched),
        secretAccessKey: "s",
        ...(lifeMs === undefined ? {} : { expiration: new Date(nowMs + lifeMs) }),
      };
    },
    () => nowMs,
  );
  return {
    cached,
    asked,
    key: async (properties?: CredentialProperties) => (await cached.provider(properties)).accessKeyId,
    pass: (ms: number) => {
      nowMs += ms;
    },
    fail: (now: boolean) => {
      broken = now;
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("cacheCredentials", () => {
  test("fetches once, however many call at the same time", async () => {
    const { key, asked, cached } = source(60 * MINUTE_MS);
    expect(cached.generation()).toBe(0);
    expect(await Promise.all([key(), key(), key()])).toEqual(["1", "1", "1"]);
    expect(asked).toHaveLength(1);
    expect(cached.generation()).toBe(1);
  });

  test("keeps credentials without an expiry for ever", async () => {
    const { key, pass, asked } = source(undefined);
    await key();
    pass(365 * 24 * 60 * MINUTE_MS);
    expect(await key()).toBe("1");
    expect(asked).toHaveLength(1);
  });

  test("renews in the background in the last five minutes", async () => {
    const { key, pass, cached } = source(60 * MINUTE_MS);
    await key();
    pass(55 * MINUTE_MS - 1);
    expect(await key()).toBe("1");
    await settled();
    expect(cached.generation()).toBe(1);
    pass(1);
    expect(await key()).toBe("1");
    await settled();
    expect(await key()).toBe("2");
  });

  test("COGNITO-6: a source that is down stops nothing while the cached ones are valid, and is asked only now and then", async () => {
    const { key, pass, fail, asked } = source(60 * MINUTE_MS);
    await key();
    pass(56 * MINUTE_MS);
    fail(true);
    for (let call = 0; call < 50; call += 1) {
      expect(await key()).toBe("1");
      await settled();
    }
    expect(asked).toHaveLength(2);
    pass(10_000);
    await key();
    await settled();
    expect(asked).toHaveLength(3);
    pass(4 * MINUTE_MS);
    await expect(key()).rejects.toThrow("source is down");
    fail(false);
    expect(await key()).toBe("2");
  });

  test("mark 24: a forced refresh fetches again and passes the demand on", async () => {
    const { key, asked, cached } = source(undefined);
    await key();
    expect(await key({ forceRefresh: true })).toBe("2");
    expect(asked[1]).toEqual({ forceRefresh: true });
    expect(await key()).toBe("2");
    expect(cached.generation()).toBe(2);
  });
});
